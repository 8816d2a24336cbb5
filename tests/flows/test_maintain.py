"""`maintain` tidies what died runs left, and nothing else."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.runs import maintain as maintaining
from flows.runs import plan as plans
from flows.runs.maintain import maintain
from flows.runs.plan import Owner, PlannedInput, new_plan
from flows.runs.settings import read
from storage import keys, staged
from storage.local import LocalBucket
from storage.tables import Corpus
from tests.e2e.reading import objects
from tests.storage.corpora import assert_lawful, ingest

SETTINGS = read(None, {}).settings
YESTERDAY = datetime.now(UTC) - timedelta(days=2)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    made = Corpus.create(LocalBucket(tmp_path / "corpus"))
    ingest(made, "first", {"clock": "It struck twelve.", "ferry": "It sailed."})
    ingest(made, "second", {"clock": "It struck thirteen."})
    return made


def plan_of(corpus: Corpus, run: str, created_at: datetime, owner: Owner) -> None:
    made = new_plan([PlannedInput("desk", "a.txt", "a.txt", 1, "x", 1)], "cafe", 500, None)
    told = {name: getattr(made, name) for name in ("config_id", "shard_documents", "limit", "inputs")}
    plans.write(corpus.bucket, plans.Plan(run=run, created_at=created_at, owner=owner, **told))


def age(path: Path) -> None:
    then = time.time() - 2 * 86_400
    os.utime(path, (then, then))


def test_a_tidy_corpus_stays_as_it_is(corpus: Corpus, tmp_path: Path) -> None:
    before = objects(tmp_path / "corpus")
    done = maintain(str(tmp_path / "corpus"), SETTINGS)
    assert (done.seq, done.rolled, done.removed, done.recorded, done.given_up, done.is_done) == (2, 0, 0, (), (), True)
    assert objects(tmp_path / "corpus") == before


def test_tables_are_rolled(corpus: Corpus, tmp_path: Path, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Corpus, "roll", lambda self: self.log.head())
        ingest(corpus, "third", {"bridge": "It opened."})
    done = maintain(str(tmp_path / "corpus"), SETTINGS)
    assert (done.seq, done.rolled) == (3, 1)
    assert_lawful(Corpus.open(LocalBucket(tmp_path / "corpus")))


def test_what_dead_runs_left_a_day_ago_goes_and_younger_stays(corpus: Corpus, tmp_path: Path) -> None:
    before = set(objects(tmp_path / "corpus"))
    dead = Owner("elsewhere", 1, "x")
    plan_of(corpus, "old", YESTERDAY, dead)
    plan_of(corpus, "young", datetime.now(UTC), dead)
    staged.write(corpus.bucket, "old", 0, [])
    staged.write(corpus.bucket, "lost", 0, [])
    staged.write(corpus.bucket, "young", 0, [])
    age(tmp_path / "corpus" / keys.staged("lost", 0))
    done = maintain(str(tmp_path / "corpus"), SETTINGS)
    assert (done.given_up, done.removed) == (("old",), 1)
    assert set(objects(tmp_path / "corpus")) - before == {keys.run_plan("young"), keys.staged("young", 0)}
    assert maintain(str(tmp_path / "corpus"), SETTINGS).given_up == ()


def test_a_living_run_is_left_alone(corpus: Corpus, tmp_path: Path) -> None:
    plan_of(corpus, "long", YESTERDAY, Owner.me())
    assert maintain(str(tmp_path / "corpus"), SETTINGS).given_up == ()
    assert corpus.bucket.head(keys.run_plan("long")) is not None


def test_a_run_that_died_after_its_commit_is_recorded(tmp_path: Path, monkeypatch) -> None:
    from flows.runs import ingest as ingesting
    from flows.runs.report import IngestRequest, Report
    from tests.flows.reprocess.conftest import HereJudges, plain

    monkeypatch.setattr(ingesting, "Judges", HereJudges)
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk/a.txt").write_text(plain(1), "utf-8")

    class DiedError(Exception):
        pass

    def die(*_: object) -> None:
        raise DiedError

    with monkeypatch.context() as patch:
        patch.setattr(ingesting, "_end", die)
        with pytest.raises(DiedError):
            ingesting.ingest(IngestRequest((str(tmp_path / "desk"),), str(tmp_path / "corpus")), SETTINGS)
    monkeypatch.setattr(Owner, "is_dead", lambda _owner, _since: True)
    monkeypatch.setattr(maintaining, "LEFT_AFTER", timedelta(0))
    done = maintain(str(tmp_path / "corpus"), SETTINGS)
    (run,) = done.recorded
    report = Report.from_json((tmp_path / f"corpus/clean/runs/{run}.json").read_text("utf-8"))
    assert (report.inputs, report.kept, report.seq) == (1, 1, 1)
    assert done.given_up == ()
