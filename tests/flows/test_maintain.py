"""`maintain` tidies what died runs left, and nothing else."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli.main import cli
from flows.runs import ingest as ingesting
from flows.runs import maintain as maintaining
from flows.runs import plan as plans
from flows.runs import reclean
from flows.runs.maintain import maintain
from flows.runs.plan import Owner, PlannedInput, new_plan
from flows.runs.report import IngestRequest, Report
from flows.runs.settings import Settings, read
from storage import keys, staged
from storage.local import LocalBucket
from storage.rolling import REWRITE_BYTES
from storage.tables import Corpus
from tests.e2e.reading import objects
from tests.flows.doubles import HereJudges
from tests.flows.reprocess.conftest import plain, short
from tests.storage.corpora import assert_lawful, ingest

SETTINGS = read(None, {}).settings


class DiedError(Exception):
    """Stands for a process that dies."""


def die(*_: object, **__: object) -> None:
    raise DiedError


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
    monkeypatch.setattr(ingesting, "Judges", HereJudges)
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk/a.txt").write_text(plain(1), "utf-8")

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


@pytest.fixture
def here(monkeypatch) -> None:
    """Judges in this process."""
    monkeypatch.setattr(ingesting, "Judges", HereJudges)
    monkeypatch.setattr(reclean, "Judges", HereJudges)


def bring(tmp_path: Path, settings: Settings = SETTINGS, **texts: str) -> Report:
    (tmp_path / "desk").mkdir(exist_ok=True)
    for name, text in texts.items():
        (tmp_path / f"desk/{name}.txt").write_text(text, "utf-8")
    return ingesting.ingest(IngestRequest((str(tmp_path / "desk"),), str(tmp_path / "corpus")), settings)


def long_after(monkeypatch) -> str:
    """Lets `maintain` run 400 days later; the day."""
    then = datetime.now(UTC) + timedelta(days=400)

    class Later(datetime):
        @classmethod
        def now(cls, _zone: object = None) -> datetime:
            return then

    monkeypatch.setattr(maintaining, "datetime", Later)
    return f"{then:%Y-%m-%d}"


@pytest.mark.usefixtures("here")
def test_raw_pages_go_where_a_policy_says_so_and_every_command_tells(tmp_path: Path, monkeypatch) -> None:
    picky = read(None, {"WINNOW_QUALITY__MIN_CHARS": "160"}).settings
    bring(tmp_path, picky, small=short(1), one=plain(2))
    day, place = long_after(monkeypatch), str(tmp_path / "corpus")
    assert maintain(place, SETTINGS).retired == 0
    policy = read(None, {"WINNOW_RETENTION__RAW_DAYS": "90", "WINNOW_RETENTION__RAW": "all", "WINNOW_CORPUS": place})
    done = maintain(place, policy.settings)
    assert (done.retired, done.is_done) == (1, True)
    assert maintain(place, policy.settings).retired == 0
    told = f"retired on {day} by policy (raw pages older than 90 days)"
    ran = [invoke(place, *words) for words in (("verify",), ("show", "one.txt", "--why"), ("show", "small.txt", "--cuts"))]
    assert [each.exit_code for each in ran] == [0, 0, 1]
    assert f"1 segments of raw pages were retired by policy, the last on {day}" in ran[0].output
    assert f"Its stored bytes were {told}, so there are no scores." in ran[1].output
    assert ran[2].output.startswith("Error: raw/warc/")
    assert told in ran[2].output
    again = invoke(place, "reprocess", "preview")
    assert f"its stored bytes were {told}" in again.output
    report = bring(tmp_path, picky, one=plain(2, edition=2), small=short(1), three=plain(3))
    assert (report.kept, report.unchanged, report.failed) == (2, 1, {})


@pytest.mark.usefixtures("here")
def test_what_an_unfinished_run_has_stored_is_not_retired(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(ingesting, "settle", die)
    with pytest.raises(DiedError):
        bring(tmp_path, one=plain(2))
    long_after(monkeypatch)
    policy = read(None, {"WINNOW_RETENTION__RAW_DAYS": "90", "WINNOW_RETENTION__RAW": "all"}).settings
    assert maintain(str(tmp_path / "corpus"), policy).retired == 0  # its process is this one, which lives


@pytest.mark.usefixtures("here")
def test_a_budget_of_the_settings_holds_documents_back_and_everything_tells_so(tmp_path: Path) -> None:
    small = read(None, {"WINNOW_CORPUS__REWRITE_MB": "0"}).settings
    place = str(tmp_path / "corpus")
    assert bring(tmp_path, small, one=plain(1), two=plain(2)).behind == 0  # nothing is replaced
    report = bring(tmp_path, small, one=plain(1, edition=2))
    assert report.behind == 1
    assert Report.from_json(LocalBucket(tmp_path / "corpus").get(keys.run_record(report.run_id)).decode()).behind == 1
    assert [
        row["version"] for row in Corpus.open(LocalBucket(tmp_path / "corpus")).scan("documents", ["version"]).to_pylist()
    ] == [1, 1]
    log, whole, doctor = invoke(place, "log"), invoke(place, "verify"), CliRunner().invoke(cli, ["doctor", place])
    assert "not in documents yet: `winnow maintain` brings it in" in log.output.splitlines()[1]
    assert "winnow maintain" not in log.output.splitlines()[2]
    assert "1 commits are not in documents yet: `winnow maintain` brings them in" in whole.output
    assert "`winnow maintain` brings the tables up to it" in " ".join(doctor.output.split())
    assert maintain(place, small).seq == 2
    assert_lawful(Corpus.open(LocalBucket(tmp_path / "corpus")))
    assert "winnow maintain" not in invoke(place, "log").output


def test_the_default_budget_is_that_of_the_store() -> None:
    assert SETTINGS.corpus.rewrite_mb * 2**20 == REWRITE_BYTES


def invoke(place: str, *words: str) -> Result:
    return CliRunner().invoke(cli, [*words, "--corpus", place])
