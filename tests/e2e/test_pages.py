"""400 real news pages: counts, idempotence, and independence of order and workers."""

import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.runs import ingest as ingesting
from flows.runs.report import IngestRequest
from flows.runs.settings import read as read_settings
from tests.e2e.reading import add_up, objects, read, rows_by_law_2

TABLES = ("versions", "decisions", "outcomes", "documents")
ALLOWED = ("clean/runs/", "clean/outcomes/", "clean/commits/")

pytestmark = [pytest.mark.slow, pytest.mark.shared]


@pytest.fixture(scope="module")
def pages(shared: Path, tmp_path_factory) -> Path:
    """A folder of 400 news pages as HTML files."""
    folder = tmp_path_factory.mktemp("pages") / "news"
    folder.mkdir()
    rows = [
        row for row in pq.read_table(shared / "bench/pages.parquet", columns=["id", "news", "html"]).to_pylist() if row["news"]
    ]
    assert len(rows) >= 400
    for row in rows[:400]:
        name = "".join(character if character.isalnum() else "-" for character in row["id"])
        (folder / f"{name}.html").write_bytes(row["html"])
    return folder


@pytest.fixture(scope="module")
def corpus(pages: Path, ingest, tmp_path_factory) -> tuple[Path, dict]:
    """The corpus of the pages by two workers, and the report."""
    target = tmp_path_factory.mktemp("pages-corpus") / "corpus"
    return target, ingest(pages, "--into", target, "--workers", "2")


def test_counts_add_up(corpus) -> None:
    target, report = corpus
    assert report["inputs"] == 400
    assert add_up(report)
    assert report["failed"] == {}
    assert len(read(target, "outcomes")) == 400


def test_most_pages_are_kept(corpus) -> None:
    report = corpus[1]
    assert report["kept"] + report["duplicates"] >= 390


def test_a_second_run_changes_nothing_and_adds_only_what_records_it(pages: Path, corpus, ingest) -> None:
    target = corpus[0]
    before = objects(target)
    report = ingest(pages, "--into", target)
    after = objects(target)
    assert report["unchanged"] == 400
    assert {key: after.get(key) for key in before} == before
    new = set(after) - set(before)
    assert new
    assert all(key.startswith(ALLOWED) or "/_delta_log/" in key for key in new)


def test_shuffled_order_and_one_worker_give_the_same_rows(pages: Path, corpus, tmp_path: Path, monkeypatch) -> None:
    planned = ingesting.planned_inputs

    def shuffled(*arguments):
        return random.Random(4).sample(found := planned(*arguments), len(found))

    monkeypatch.setattr(ingesting, "planned_inputs", shuffled)
    settings = read_settings(None, {"WINNOW_RUN__WORKERS": "1", "WINNOW_RUN__SHARD_DOCUMENTS": "70"}).settings
    report = ingesting.ingest(IngestRequest((str(pages),), str(tmp_path / "corpus")), settings)
    assert report.inputs == 400
    for table in TABLES:
        assert rows_by_law_2(tmp_path / "corpus", table) == rows_by_law_2(corpus[0], table), table


def test_s3_gives_the_same_rows(pages: Path, corpus, s3, ingest) -> None:
    location = s3.location()
    report = ingest(pages, "--into", location, "--workers", "2")
    assert (report["inputs"], add_up(report)) == (400, True)
    for table in TABLES:
        assert rows_by_law_2(location, table) == rows_by_law_2(corpus[0], table), table
    before = objects(location)
    assert ingest(pages, "--into", location)["unchanged"] == 400
    after = objects(location)
    assert {key: after.get(key) for key in before} == before
    assert all(key.startswith(ALLOWED) or "/_delta_log/" in key for key in set(after) - set(before))


def test_split_into_two_runs_gives_the_same_documents(pages: Path, corpus, tmp_path: Path, monkeypatch) -> None:
    planned = ingesting.planned_inputs
    settings = read_settings(None, {}).settings
    for part in (1, 0):
        monkeypatch.setattr(ingesting, "planned_inputs", lambda *arguments, part=part: planned(*arguments)[part::2])
        ingesting.ingest(IngestRequest((str(pages),), str(tmp_path / "corpus")), settings)
    assert rows_by_law_2(tmp_path / "corpus", "documents") == rows_by_law_2(corpus[0], "documents")
