"""Records of one document that come to a feed one after the other: side by side they settle, whatever their order and shards."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.runs.ingest import ingest
from flows.runs.report import IngestRequest, Report
from flows.runs.settings import read as read_settings
from tests.e2e.reading import objects, read

BODY = "The harbour board of Lassel said the new pier would open in spring, after two winters of work on its piles. " * 3
FIRST = {"id": "pier", "text": BODY, "modified_at": "2026-03-01T10:00:00Z"}
SECOND = {"id": "pier", "text": BODY + "It cost 4 million.", "modified_at": "2026-03-02T10:00:00Z"}
STORIES = (
    "A choir from three valleys sang in the restored mill of Ostrand last night, and the house was full to the doors. ",
    "Beekeepers of the upper county counted fewer hives than in any spring since records began, their society said today. ",
    "The night train to the coast will stop at Kelder again from June, after the station's roof was mended in winter. ",
)
OTHER = [{"id": str(number), "text": story * 3} for number, story in enumerate(STORIES)]


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Report]:
    """Ingests a feed of the given records, two records a shard."""
    settings = read_settings(None, {"WINNOW_RUN__SHARD_DOCUMENTS": "2", "WINNOW_RUN__WORKERS": "1"}).settings

    def call(*records: dict) -> Report:
        (tmp_path / "feed.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
        return ingest(IngestRequest((str(tmp_path / "feed.jsonl"),), str(tmp_path / "corpus")), settings)

    return call


@pytest.mark.parametrize("later", [[FIRST, *OTHER, SECOND], [SECOND, *OTHER, FIRST], [FIRST, SECOND, *OTHER]])
def test_a_record_that_joins_a_known_one_makes_one_version_and_then_nothing(run, tmp_path: Path, later: list[dict]) -> None:
    run(FIRST, *OTHER)
    report = run(*later)
    assert (report.inputs, report.new_versions, report.unchanged) == (5, 1, 4)
    pier = [row for row in read(tmp_path / "corpus", "documents") if row["text"].endswith("4 million.")]
    assert [row["version"] for row in pier] == [2]
    for _ in range(2):
        before = read(tmp_path / "corpus", "versions")
        again = run(*later)
        assert (again.inputs, again.unchanged) == (5, 5)
        assert read(tmp_path / "corpus", "versions") == before


def test_a_record_that_stands_alone_again_is_skipped_from_the_second_time_on(run, tmp_path: Path) -> None:
    run(FIRST, SECOND)
    assert run(SECOND).unchanged == 1
    before = objects(tmp_path / "corpus")
    report = run(SECOND)
    assert set(objects(tmp_path / "corpus")) - set(before) == {f"clean/runs/{report.run_id}.json"}


def test_a_known_record_whose_stored_bytes_are_gone_fails_alone(run, tmp_path: Path) -> None:
    run(FIRST, *OTHER)
    for path in (tmp_path / "corpus").glob("raw/warc/**/*.warc.gz"):
        path.unlink()
    report = run(FIRST, *OTHER, SECOND)
    assert (report.inputs, report.failed, report.unchanged) == (5, {"unreadable": 1}, 3)
    assert any("its stored bytes cannot be used" in message for message in report.messages)
    (row,) = [row for row in read(tmp_path / "corpus", "outcomes") if row["outcome"] == "failed"]
    assert (row["source"], row["name"]) == (read(tmp_path / "corpus", "outcomes")[0]["source"], "feed.jsonl#1")
