"""A run that dies at any storage call, and is started again, ends as one undisturbed run.

In this process, with a bucket that dies at its n-th call and judges that need no processes; `tests/e2e/test_kill.py` kills real ones.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.runs import ingest as ingesting
from flows.runs.plan import Owner
from flows.runs.report import IngestRequest, Report
from flows.runs.settings import Settings, read
from ingest.isolate import judge_safely
from storage import bucket as buckets
from storage.local import LocalBucket
from tests.e2e.reading import add_up, objects, rows_by_law_2
from tests.flows.doubles import Dying, HereJudges, Killed

TABLES = ("versions", "decisions", "outcomes", "documents")
STORIES = (
    "The harbour board of Lassel said on Monday that the long pier would open in spring, after two winters of work on its piles. ",
    "A choir from three valleys sang in the restored mill last night, and the miller's daughter turned the pages of every score. ",
    "Growers near Ostrand expect a small crop of plums because frost came late, yet the trees that stand by the river were spared. ",
    "The new tram to the observatory climbs ninety metres in eleven minutes, and on its first day it carried mostly schoolchildren. ",
    "Volunteers have counted herons along the canal since dawn; the figure will be published when the last lists have come in. ",
)

DETAILS = (
    "The board had to replace eleven of the forty piles, and the harbour master said the rest would stand for another century. ",
    "The miller, who had kept the key for nine years, opened the doors himself and would not take a ticket from anyone. ",
    "The fruit will be smaller than last year, the growers say, yet sweeter, since the summer brought more sun than rain. ",
    "The observatory paid for the rails with the sale of its old dome, which now stands in a garden as a summer house. ",
    "Last year the volunteers counted 214 birds, most of them near the third lock, where the anglers leave small fish. ",
)


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingesting, "Judges", HereJudges)
    monkeypatch.setattr(buckets, "_open_local", lambda path: Dying(Path(path)))
    monkeypatch.setattr(Owner, "is_dead", lambda _owner, _since: True)
    monkeypatch.setattr(Dying, "dies_at", 0)


@pytest.fixture(scope="module")
def settings() -> Settings:
    return read(None, {"WINNOW_RUN__SHARD_DOCUMENTS": "2"}).settings


def write_inputs(folder: Path, edition: int) -> Path:
    folder.mkdir(exist_ok=True)
    for number, story in enumerate(STORIES[:4]):
        news = f"This was edition {edition}." if number < 2 else ""
        (folder / f"story-{number}.txt").write_text(f"{story}\n\n{DETAILS[number]}{news}", "utf-8")
    (folder / "empty.txt").write_bytes(b"")
    records = [{"id": "herons", "text": f"{STORIES[4]}\n\n{DETAILS[4]}Edition {edition}."}, {"id": "bad"}]
    (folder / "feed.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return folder


def run(folder: Path, corpus: Path, settings: Settings) -> Report:
    return ingesting.ingest(IngestRequest((str(folder),), str(corpus)), settings)


def two_editions(folder: Path, corpus: Path, settings: Settings, *, dies_at: int = 0) -> Iterator[Report]:
    """Two runs; the process of the second dies at a call, and the same command is given again."""
    yield run(write_inputs(folder, 1), corpus, settings)
    write_inputs(folder, 2)
    Dying.calls, Dying.dies_at = 0, dies_at
    try:
        yield run(folder, corpus, settings)
    except Killed:
        Dying.dies_at = 0
        yield run(folder, corpus, settings)


def test_every_kill_point_ends_as_the_undisturbed_run(tmp_path: Path, settings: Settings) -> None:
    reports = list(two_editions(tmp_path / "desk", tmp_path / "undisturbed", settings))
    points = Dying.calls
    expected = {table: rows_by_law_2(tmp_path / "undisturbed", table) for table in TABLES}
    told, made_by = counts(reports[-1]), (reports[-1].code, reports[-1].engine, reports[-1].model)
    assert all(made_by)
    assert points > 10
    for dies_at in range(1, points + 1):
        corpus = tmp_path / f"killed-{dies_at}"
        report = list(two_editions(tmp_path / "desk", corpus, settings, dies_at=dies_at))[-1]
        assert {table: rows_by_law_2(corpus, table) for table in TABLES} == expected, f"killed at call {dies_at}"
        left = [key for key in objects(corpus) if "staged" in key or key.endswith(".plan.json")]
        assert left == [], f"killed at call {dies_at}"
        # Killed after its last record was written, the run is over; the same command is then a run of its own.
        assert counts(report) == told or report.unchanged == report.inputs, f"killed at call {dies_at}"
        assert (report.code, report.engine, report.model) == made_by, f"killed at call {dies_at}"


def counts(report: Report) -> tuple[object, ...]:
    return report.inputs, report.kept, report.new_versions, report.rejected, report.unchanged, report.duplicates, report.chars_cut


def test_counts_of_an_ordinary_run_add_up(tmp_path: Path, settings: Settings) -> None:
    first, second = two_editions(tmp_path / "desk", tmp_path / "corpus", settings)
    assert (first.inputs, second.inputs) == (7, 7)
    assert add_up(json.loads(first.to_json()))
    assert add_up(json.loads(second.to_json()))
    assert (second.new_versions, second.kept, second.unchanged) == (3, 3, 4), second


def test_a_living_run_of_the_same_inputs_is_not_disturbed(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.runs import plan as plans

    folder, corpus = write_inputs(tmp_path / "desk", 1), tmp_path / "corpus"
    Dying.calls, Dying.dies_at = 0, 8
    with pytest.raises(Killed):
        run(folder, corpus, settings)
    Dying.dies_at = 0
    (found,) = plans.unfinished(LocalBucket(corpus))
    parent = plans.Owner(found.owner.host, os.getppid(), plans._start_of(os.getppid()) or "")
    plans.write(LocalBucket(corpus), replace(found, owner=parent))
    monkeypatch.undo()
    monkeypatch.setattr(ingesting, "Judges", HereJudges)
    before = objects(corpus)
    with pytest.raises(plans.RunIsAliveError, match="wait for it"):
        run(folder, corpus, settings)
    assert objects(corpus) == before


def test_a_process_takes_up_its_own_run_that_the_store_cut_off(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, corpus = write_inputs(tmp_path / "desk", 1), tmp_path / "corpus"
    Dying.calls, Dying.dies_at = 0, 8
    with pytest.raises(Killed):
        run(folder, corpus, settings)
    Dying.dies_at = 0
    monkeypatch.undo()
    monkeypatch.setattr(ingesting, "Judges", HereJudges)
    (plan,) = corpus.glob("clean/runs/*.plan.json")
    assert run(folder, corpus, settings).run_id == plan.name.removesuffix(".plan.json")


def test_staged_shards_of_a_dead_run_are_not_judged_again(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, corpus = write_inputs(tmp_path / "desk", 1), tmp_path / "corpus"
    judged: list[str] = []

    def recording(page: Any, judge: Callable[..., Any]) -> Any:
        judged.append(page.name)
        if len(judged) == 5:
            raise Killed
        return judge_safely([page], judge)[0]

    monkeypatch.setattr(HereJudges, "judge", lambda self, pages: ((tag, recording(page, self._judge)) for tag, page in pages))
    with pytest.raises(Killed):
        run(folder, corpus, settings)
    begun = list(judged)
    report = run(folder, corpus, settings)
    assert report.inputs == 7
    assert not set(begun[:4]) & set(judged[5:]), "the first two shards were staged"
