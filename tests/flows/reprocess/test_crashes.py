"""An apply that dies at any storage call, and is given again, ends as one undisturbed."""

import json
import shutil
from pathlib import Path

import pytest

from flows.errors import AlreadyAppliedError
from flows.runs.plan import Owner, RunIsAliveError
from flows.runs.report import Report
from flows.runs.settings import Settings
from storage import bucket as buckets
from tests.e2e.reading import add_up, objects, rows_by_law_2
from tests.flows.doubles import Dying, Killed
from tests.flows.reprocess.conftest import FURNITURE, Desk, plain, settings_of, short

TABLES = ("versions", "decisions", "outcomes", "documents")


@pytest.fixture(autouse=True)
def dying(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "_open_local", lambda path: Dying(Path(path)))
    monkeypatch.setattr(Dying, "dies_at", 0)


@pytest.fixture
def changing() -> Settings:
    """Of the desk's documents some change, some go and one comes."""
    return settings_of(quality__min_chars="100", clean__threshold="0.0", load__max_bytes="1000")


@pytest.fixture
def previewed(tmp_path: Path, usual: Settings, changing: Settings) -> tuple[Desk, str]:
    """A corpus with a sampled plan, not to be changed."""
    desk = Desk(tmp_path / "desk", tmp_path / "previewed").write(plain=plain(0), copy=plain(0), furnished=plain(1) + FURNITURE)
    desk.write(large="\n".join(map(plain, range(3, 6))), short=short(7)).ingest(usual)
    made = desk.preview(changing, sample=3)
    return desk, made.plan


def applied(desk: Desk, plan: str, corpus: Path, settings: Settings, dies_at: int = 0) -> Report:
    """The report of an apply whose process dies at a call and that is given again, on a copy of the corpus."""
    shutil.copytree(desk.corpus, corpus)
    copied = Desk(desk.folder, corpus)
    Dying.calls, Dying.dies_at = 0, dies_at
    try:
        return copied.apply(plan, settings)
    except Killed:
        Dying.dies_at = 0
        try:
            return copied.apply(plan, settings)
        except AlreadyAppliedError:
            return Report.from_json((corpus / f"clean/runs/{plan}.json").read_text("utf-8"))


def counts(report: Report) -> tuple[object, ...]:
    return report.inputs, report.kept, report.new_versions, report.rejected, report.withdrawn, report.unchanged, report.duplicates


def test_every_kill_point_ends_as_the_undisturbed_apply(previewed, tmp_path: Path, changing, monkeypatch) -> None:
    monkeypatch.setattr(Owner, "is_dead", lambda _owner, _since: True)
    desk, plan = previewed
    undisturbed = applied(desk, plan, tmp_path / "undisturbed", changing)
    points = Dying.calls
    assert points > 8
    assert undisturbed.withdrawn == 1, "the case has a withdrawal"
    expected = {table: rows_by_law_2(tmp_path / "undisturbed", table) for table in TABLES}
    for dies_at in range(1, points + 1):
        corpus = tmp_path / f"killed-{dies_at}"
        report = applied(desk, plan, corpus, changing, dies_at)
        assert counts(report) == counts(undisturbed), f"killed at call {dies_at}"
        assert add_up(json.loads(report.to_json()))
        assert {table: rows_by_law_2(corpus, table) for table in TABLES} == expected, f"killed at call {dies_at}"
        assert json.loads((corpus / f"clean/runs/{plan}.json").read_text("utf-8"))["approved_by"] == "Ada Lorn"


def test_an_apply_that_is_at_work_is_not_disturbed(previewed, tmp_path: Path, changing, monkeypatch) -> None:
    desk, plan = previewed
    Dying.calls, Dying.dies_at = 0, 3
    with pytest.raises(Killed):
        desk.apply(plan, changing)
    Dying.dies_at = 0
    monkeypatch.setattr(Owner, "me", classmethod(lambda cls: cls("elsewhere", 1, "x")))
    monkeypatch.setattr(Owner, "is_dead", lambda _owner, _since: False)
    before = objects(desk.corpus)
    with pytest.raises(RunIsAliveError, match="being applied"):
        desk.apply(plan, changing)
    assert objects(desk.corpus) == before
