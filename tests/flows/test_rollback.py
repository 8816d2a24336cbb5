"""A rollback restores what stood before a run, lets later edits win, and rewrites nothing."""

import hashlib
import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow.compute as pc
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from flows.cli.main import cli
from flows.errors import AlreadyAppliedError, NotFoundError
from flows.runs import rollback as rolling_back
from flows.runs.ingest import ingest
from flows.runs.release import ReleaseRequest, release
from flows.runs.report import IngestRequest, Report
from flows.runs.rollback import RollbackRequest, rollback
from flows.runs.settings import read
from flows.runs.state import read_state
from flows.runs.undo import undo
from ingest.records import Decision
from storage import compaction, keys
from storage.asof import documents_at
from storage.compaction import compact
from storage.errors import UnknownMomentError
from storage.local import LocalBucket
from storage.parquet import concat
from storage.schema import SCHEMAS
from storage.tables import Corpus
from storage.verify import verify
from tests.e2e.reading import objects

SETTINGS = read(None, {}).settings
WORDS = ("pier", "boat", "council", "island", "engineer", "spring", "harbour", "ticket", "winter", "market", "road", "evening")


def article(name: str, what: str) -> str:
    """A text that resembles no other harbour's."""
    chance = random.Random(name)
    said = [" ".join(chance.choice(WORDS) for _ in range(14)).capitalize() + "." for _ in range(8)]
    told = " ".join(said[:4]), f"The council of {name} said that {what} would follow next year.", " ".join(said[4:])
    return f"{name.title()} opens its pier\n\n" + "\n\n".join(told)


class Desk:
    """A folder of articles, and the corpus that they go into."""

    def __init__(self, folder: Path) -> None:
        self.inputs, self.place = folder / "desk", folder / "corpus"
        self.inputs.mkdir(parents=True, exist_ok=True)

    @property
    def corpus(self) -> Corpus:
        return Corpus.open(LocalBucket(self.place))

    def write(self, **articles: str) -> None:
        for name, what in articles.items():
            (self.inputs / f"{name}.txt").write_text(article(name, what))

    def ingest(self, **articles: str) -> Report:
        self.write(**articles)
        return ingest(IngestRequest((str(self.inputs),), str(self.place)), SETTINGS)

    def rollback(self, run: str, **how) -> Report:
        return rollback(RollbackRequest(str(self.place), run, "Ada", **how), SETTINGS)

    def documents(self, seq: int | None = None) -> dict[str, tuple[str, str | None]]:
        """Name of the harbour → text and canonical document, as of a commit or as the table stands."""
        names = ["title", "text", "duplicate_of"]
        corpus = self.corpus
        found = (
            corpus.scan("documents", names)
            if seq is None
            else concat(documents_at(corpus, seq, names), SCHEMAS["documents"], names)
        )
        return {row["title"]: (row["text"], row["duplicate_of"]) for row in found.to_pylist()}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    Desk(folder).ingest(north="shops", south="a school")
    return folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    shutil.copytree(made, tmp_path / "town")
    return Desk(tmp_path / "town")


def assert_whole(desk: Desk) -> None:
    assert verify(desk.corpus.bucket, deep=True).faults == []


def test_new_content_goes_back_and_new_documents_go(desk: Desk) -> None:
    before = desk.documents()
    second = desk.ingest(north="a bridge", west="a mill")
    assert len(desk.documents()) == 3
    report = desk.rollback(second.run_id)
    assert (report.kind, report.undoes, report.approved_by) == ("rollback", second.run_id, "Ada")
    assert (report.seq, report.inputs, report.kept, report.withdrawn) == (3, 1, 1, 1)
    assert desk.documents() == before
    assert_whole(desk)
    versions = desk.corpus.scan("versions", ["title", "version"], pc.field("run_id") == report.run_id).to_pylist()
    assert versions == [{"title": "North opens its pier", "version": 3}]
    record = json.loads((desk.place / keys.run_record(report.run_id)).read_text())
    assert (record["kind"], record["undoes"]) == ("rollback", second.run_id)


def test_nothing_that_was_written_is_changed(desk: Desk) -> None:
    second = desk.ingest(north="a bridge", west="a mill")
    before = {path: data for path, data in objects(desk.place).items() if "/documents/" not in str(path)}
    desk.rollback(second.run_id)
    after = objects(desk.place)
    assert {path: after[path] for path in before} == before


def test_later_edits_win(desk: Desk) -> None:
    second = desk.ingest(north="a bridge", south="a tower")
    desk.ingest(north="a tunnel")
    now = desk.documents()
    report = desk.rollback(second.run_id)
    after = desk.documents()
    assert after["North opens its pier"] == now["North opens its pier"]
    assert "a school" in after["South opens its pier"][0]
    assert report.messages == ("1 documents were changed later and stay as they are",)
    assert_whole(desk)


def test_a_rollback_can_be_rolled_back(desk: Desk) -> None:
    second = desk.ingest(north="a bridge", west="a mill")
    there = desk.documents()
    back = desk.rollback(second.run_id)
    desk.rollback(back.run_id)
    assert desk.documents() == there
    assert_whole(desk)


def test_runs_that_touched_one_document_are_undone_newest_first(desk: Desk) -> None:
    before = desk.documents()
    second = desk.ingest(north="a bridge", west="a mill")
    third = desk.ingest(north="a tunnel")
    desk.rollback(third.run_id)
    report = desk.rollback(second.run_id)
    assert (report.kept, report.withdrawn) == (1, 1)
    assert desk.documents() == before
    assert_whole(desk)


def test_a_run_that_was_done_again_can_be_undone_again(desk: Desk) -> None:
    before = desk.documents()
    second = desk.ingest(north="a bridge", west="a mill")
    desk.rollback(desk.rollback(second.run_id).run_id)
    desk.rollback(second.run_id)
    assert desk.documents() == before
    assert_whole(desk)


def test_of_several_inputs_those_before_the_run_are_known_again(desk: Desk) -> None:
    """Records of one id: the first alone, then a second one, whose content comes back when it is ingested again."""

    texts = (article("east", what) for what in ("a quay", "a lock"))
    lines = [json.dumps({"id": "7", "title": "Pier", "text": text}) for text in texts]
    lines.sort(key=lambda line: hashlib.sha256(line.encode()).digest())  # which of them is the newest, for want of a date
    (desk.inputs / "feed.jsonl").write_text(f"{lines[0]}\n")
    desk.ingest()
    (desk.inputs / "feed.jsonl").write_text("\n".join(lines) + "\n")
    second = desk.ingest()
    there = desk.documents()
    desk.rollback(second.run_id)
    again = desk.ingest()
    assert again.kept == 1
    assert desk.documents() == there
    assert_whole(desk)


@pytest.mark.parametrize("name", ["head", "spring", "2030-01-01"])
def test_what_names_a_state_and_no_commit_is_refused(desk: Desk, name: str) -> None:
    release(ReleaseRequest(str(desk.place), "spring"), SETTINGS)
    with pytest.raises(UnknownMomentError, match="names no commit"):
        desk.rollback(name)


def test_where_all_was_changed_later_it_is_said(desk: Desk) -> None:
    second = desk.ingest(north="a bridge")
    desk.ingest(north="a tunnel")
    report = desk.rollback(second.run_id)
    assert (report.seq, report.messages) == (None, ("1 documents were changed later and stay as they are",))


def test_the_first_run_of_all_can_be_undone(desk: Desk) -> None:
    desk.rollback("1")
    assert desk.documents() == {}
    assert_whole(desk)


def test_what_was_undone_may_be_ingested_again(desk: Desk) -> None:
    second = desk.ingest(north="a bridge", west="a mill")
    there = desk.documents()
    desk.rollback(second.run_id)
    again = desk.ingest()
    assert (again.kept, again.unchanged) == (2, 1)
    assert desk.documents() == there
    assert_whole(desk)


def test_the_restored_input_is_known_as_unchanged(desk: Desk) -> None:
    second = desk.ingest(north="a bridge")
    desk.rollback(second.run_id)
    again = desk.ingest(north="shops")
    assert (again.kept, again.unchanged) == (0, 2)
    assert again.seq is None or desk.corpus.scan("outcomes", where=pc.field("seq") == again.seq).num_rows == 0


def test_duplicates_are_decided_afresh(desk: Desk, tmp_path: Path) -> None:
    before = desk.documents()
    (desk.inputs / "copy.txt").write_text((desk.inputs / "north.txt").read_text())
    second = desk.ingest()
    assert second.duplicates == 1
    desk.rollback(second.run_id)
    assert desk.documents() == before
    assert all(decision.duplicate_of is None for decision in read_state(desk.corpus).decisions.values())
    assert_whole(desk)


def test_a_rollback_of_the_canonical_document_elects_another(desk: Desk) -> None:
    shorter = (desk.inputs / "south.txt").read_text().rsplit(".", 2)[0] + "."
    (desk.inputs / "copy.txt").write_text(shorter)
    desk.ingest()
    first = next(decision for decision in read_state(desk.corpus).decisions.values() if decision.duplicate_of)
    desk.rollback("1")
    (left,) = read_state(desk.corpus).decisions.values()
    assert (left.id, left.duplicate_of, left.cluster) == (first.id, None, first.id)
    assert_whole(desk)


def test_a_second_rollback_of_a_run_is_refused_with_a_sentence(desk: Desk) -> None:
    second = desk.ingest(north="a bridge")
    back = desk.rollback(second.run_id)
    with pytest.raises(
        AlreadyAppliedError, match=f"rolled back already, as commit 3: to have it again, roll back run {back.run_id}"
    ):
        desk.rollback(second.run_id)
    assert not list(desk.place.glob("clean/runs/*plan.json"))


@pytest.mark.parametrize("name", ["nobody", "99", "", "0"])
def test_an_unknown_run_is_refused(desk: Desk, name: str) -> None:
    desk.ingest(north="a bridge")
    with pytest.raises((NotFoundError, UnknownMomentError)):
        desk.rollback(name)


def test_a_compaction_is_nothing_to_undo(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(compaction, "FAN", 2)
    for turn in range(2):
        desk.ingest(north=f"a bridge {turn}")
    seq = compact(desk.corpus)
    with pytest.raises(NotFoundError, match="nothing to undo"):
        desk.rollback(str(seq))
    assert desk.rollback(str(seq - 1)).seq == seq + 1
    assert "a bridge 0 would" in desk.documents()["North opens its pier"][0]
    assert_whole(desk)


def test_a_dry_run_tells_and_writes_nothing(desk: Desk) -> None:
    second = desk.ingest(north="a bridge", west="a mill")
    before = objects(desk.place)
    report = desk.rollback(second.run_id, dry_run=True)
    assert (report.seq, report.kept, report.withdrawn) == (None, 1, 1)
    assert objects(desk.place) == before


def test_a_writer_that_is_quicker_is_seen(desk: Desk, monkeypatch) -> None:
    second = desk.ingest(north="a bridge", south="a tower")
    commit, left = Corpus.commit, [1]

    def overtaken(corpus, proposal):
        if left and proposal.kind == "rollback":
            left.pop()
            desk.ingest(north="a tunnel")
        return commit(corpus, proposal)

    monkeypatch.setattr(Corpus, "commit", overtaken)
    report = desk.rollback(second.run_id)
    assert (report.seq, report.kept) == (4, 1)
    assert "a tunnel" in desk.documents()["North opens its pier"][0]
    assert_whole(desk)


def test_killed_after_its_commit_the_same_order_records_it(desk: Desk, monkeypatch) -> None:
    second = desk.ingest(north="a bridge")

    class Killed(BaseException): ...

    def die(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(rolling_back.Stopwatch, "stamp", die)
        with pytest.raises(Killed):
            desk.rollback(second.run_id)
    assert desk.corpus.log.head() == 3
    report = desk.rollback(second.run_id)
    assert (report.seq, report.kept, report.undoes) == (3, 1, second.run_id)
    assert not list(desk.place.glob("clean/runs/*plan.json"))


def test_the_command_line(desk: Desk) -> None:
    second = desk.ingest(north="a bridge", west="a mill")
    runner = CliRunner()
    told = ["rollback", second.run_id, "--by", "Ada", "--corpus", str(desk.place)]
    tried = runner.invoke(cli, [*told, "--dry-run", "--json"])
    assert (tried.exit_code, json.loads(tried.output)["withdrawn"]) == (0, 1)
    done = runner.invoke(cli, told)
    assert done.exit_code == 0
    assert f"rollback of {second.run_id}, approved by Ada" in done.output
    assert "1 documents withdrawn" in done.output
    again = runner.invoke(cli, told)
    assert (again.exit_code, "rolled back already" in again.output) == (2, True)


decisions = st.none() | st.builds(Decision, st.just("d"), st.integers(1, 3), st.sampled_from(["live", "withdrawn"]))
contents = st.fixed_dictionaries({("d", version): st.sampled_from("abc") for version in (1, 2, 3)})


@given(
    decisions, st.builds(Decision, st.just("d"), st.integers(1, 3), st.sampled_from(["live", "withdrawn"])), decisions, contents
)
def test_undoing_restores_withdraws_or_leaves(before, made, later, told) -> None:
    def content(decision):
        return told["d", decision.version] if decision and decision.status == "live" else None

    now = later or made
    done = undo({"d": before} if before else {}, {"d": made}, {"d": now}, told)
    if content(before) == content(made):
        assert done.is_empty
        assert not done.later
    elif content(now) != content(made):
        assert (done.is_empty, done.later) == (True, {"d"})
    elif content(before) is None:
        assert done.withdrawn == {"d"}
    else:
        assert done.restored == {"d": before.version}
    assert undo({"d": before} if before else {}, {"d": replace(made, cluster="x")}, {"d": now}, told) == done
