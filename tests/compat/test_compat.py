"""Every corpus that an earlier version wrote is opened, verified and extended by this one."""

import json
import shutil
from pathlib import Path

import pytest
from deltalake import DeltaTable

from flows.runs.release import ReleaseRequest, release
from storage import compaction
from storage.asof import documents_at
from storage.local import LocalBucket
from storage.rebuild import rebuild
from storage.tables import Corpus
from storage.verify import verify
from tests.compat.write import digests
from tests.flows.reprocess.conftest import plain
from tests.torture import scene

HERE = Path(__file__).parent
CORPORA = sorted(path.name for path in HERE.iterdir() if (path / "expected.json").exists())


@pytest.fixture(params=CORPORA)
def old(request, tmp_path, monkeypatch) -> Path:
    """A copy of an old corpus, with judges in this process."""
    from flows.runs import ingest, reclean
    from tests.flows.doubles import HereJudges

    monkeypatch.setattr(ingest, "Judges", HereJudges)
    monkeypatch.setattr(reclean, "Judges", HereJudges)
    shutil.copytree(HERE / request.param, tmp_path / "old")
    return tmp_path / "old"


def corpus_of(old: Path) -> Corpus:
    return Corpus.open(LocalBucket(old / "corpus"))


def expected_of(old: Path) -> dict:
    return json.loads((old / "expected.json").read_text())


def assert_old_rows(old: Path) -> None:
    told = expected_of(old)
    assert digests(corpus_of(old), {table: says["columns"] for table, says in told.items()}) == told


def test_there_is_an_old_corpus() -> None:
    assert CORPORA


def test_it_holds_what_it_held(old: Path) -> None:
    assert_old_rows(old)
    assert verify(corpus_of(old).bucket, deep=True).faults == []


def test_every_state_of_it_can_be_read(old: Path) -> None:
    corpus = corpus_of(old)
    counts = [sum(len(rows) for rows in documents_at(corpus, seq, ["id"])) for seq in range(1, corpus.log.head() + 1)]
    assert counts == [2, 3, 4, 4, 3]
    assert len(DeltaTable(str(old / "corpus/clean/documents")).to_pyarrow_table(columns=["id"])) == 3


def test_it_can_be_rebuilt(old: Path) -> None:
    for table in ("versions", "documents"):
        shutil.rmtree(old / "corpus/clean" / table / "_delta_log")
    rebuild(corpus_of(old).bucket)
    assert_old_rows(old)


def test_it_is_extended(old: Path) -> None:
    """What an older engine made is made anew where its results may differ, so that versions grow and stay lawful."""
    scene.write(old / "inputs", four=plain(4), one=plain(1, edition=3))
    scene.ingest(old / "inputs", str(old / "corpus"))
    corpus = corpus_of(old)
    compaction.merge(corpus)
    assert release(ReleaseRequest(str(old / "corpus"), "second"), scene.settings()).is_new
    assert verify(corpus.bucket, deep=True).faults == []
    names = corpus.scan("outcomes", ["name", "outcome", "seq"]).to_pylist()
    assert {row["name"] for row in names if row["seq"] > 5 and row["outcome"] == "kept"} >= {"four.txt", "one.txt"}
