"""`winnow verify` and `winnow rebuild`, from the command line."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli.main import cli
from flows.runs.ingest import ingest
from flows.runs.report import IngestRequest
from flows.runs.settings import read
from storage import keys
from storage.local import LocalBucket
from storage.tables import Corpus
from tests.storage.corpora import rows


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "corpus"
    ingest(IngestRequest(("seeds",), str(folder)), read(None, {}).settings)
    return folder


@pytest.fixture
def corpus(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "corpus")
    return tmp_path / "corpus"


def run(*args: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, args)
    return done.exit_code, done.output


def test_a_whole_corpus_ends_with_0(corpus: Path) -> None:
    code, said = run("verify", "--deep", "--corpus", str(corpus))
    assert code == 0
    assert "everything is whole" in said
    assert "raw pages" in said


def test_damage_is_named_and_ends_with_1(corpus: Path) -> None:
    key = next(iter(Corpus.open(LocalBucket(corpus)).log.read(1).files["versions"])).path
    (corpus / keys.table_file("versions", key)).unlink()
    code, said = run("verify", "--corpus", str(corpus))
    assert code == 1
    assert f"clean/versions/{key}: the object is missing" in said
    assert "restore the object from a copy" in said
    assert run("verify", "--repair", "--corpus", str(corpus))[0] == 1


def test_what_is_derived_is_repaired_with_the_same_rows_and_bytes(corpus: Path) -> None:
    before = rows(Corpus.open(LocalBucket(corpus)))
    segment = next((corpus / "clean/sketches").iterdir())
    sketches = segment.read_bytes()
    shutil.rmtree(corpus / "clean/documents")
    segment.write_bytes(b"x")
    assert run("verify", "--corpus", str(corpus))[0] == 1
    code, said = run("verify", "--repair", "--corpus", str(corpus))
    assert (code, "everything is whole now" in said) == (0, True)
    assert segment.read_bytes() == sketches
    assert rows(Corpus.open(LocalBucket(corpus))) == before
    assert run("verify", "--deep", "--corpus", str(corpus))[0] == 0


def test_json_tells_all(corpus: Path) -> None:
    shutil.rmtree(corpus / "clean/decisions/_delta_log")
    code, said = run("verify", "--json", "--corpus", str(corpus))
    told = json.loads(said)
    assert (code, told["is_whole"], told["faults"][0]["key"]) == (1, False, "clean/decisions")
    told = json.loads(run("rebuild", str(corpus), "--json")[1])
    assert (told["seq"], told["reset"]) == (1, ["decisions"])


def test_a_place_without_a_corpus_ends_with_2(tmp_path: Path) -> None:
    assert run("verify", "--corpus", str(tmp_path / "nowhere"))[0] == 2
    assert run("rebuild", str(tmp_path / "nowhere"))[0] == 2
    assert not (tmp_path / "nowhere").exists()
