"""What a person is told afterwards: of refused runs, of inputs that were cut whole, of documents whose standing has changed."""

import gzip
import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.reading import objects, read

STORY = (
    "The harbour board of Lassel said on Monday that the long pier would open in spring, after two winters of work on its piles.\n\n"
    "Ana Dorrit, who chairs the board, said that the boards were cut from larch grown within sight of the water.\n\n"
    "The work cost 4.2 million, of which the district paid a third; the rest came from berthing fees saved since 2019.\n"
)
FURNITURE = "We use cookies to improve your experience. Accept all cookies\n\nSign up for our newsletter\n"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    folder.mkdir()
    return folder


def listed(winnow, corpus: Path, *filters: str) -> dict[str, dict]:
    done = winnow("list", "--corpus", corpus, "--json", *filters)
    assert done.returncode == 0, done.stderr
    return {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}


def test_a_refused_run_tells_the_outcome_of_each_input(desk: Path, winnow, tmp_path: Path) -> None:
    for number in range(25):
        (desk / f"{number}.txt").write_bytes(b"")
    (desk / "good.txt").write_text(STORY, "utf-8")
    corpus = tmp_path / "corpus"
    done = winnow("ingest", desk, "--into", corpus, env={"WINNOW_GATE__MAX_REJECTED_SHARE": "0.2", "PATH": "/usr/bin:/bin"})
    assert done.returncode == 3
    (record,) = (corpus / "clean/runs").glob("*.json")
    told = json.loads(record.read_text("utf-8"))
    assert {row["name"]: row["outcome"] for row in told["outcomes"]}["0.txt"] == "rejected"
    assert len(told["outcomes"]) == 26
    assert set(listed(winnow, corpus, "--run", told["run_id"], "--outcome", "kept")) == {"good.txt"}
    assert "STORY" not in record.read_text("utf-8")
    assert "berthing fees" not in record.read_text("utf-8")


def test_an_input_that_was_cut_whole_still_shows_its_cuts(desk: Path, winnow, ingest, tmp_path: Path) -> None:
    (desk / "cookies.txt").write_text(FURNITURE, "utf-8")
    assert ingest(desk, "--into", tmp_path / "corpus")["rejected"] == {"clean/only-boilerplate": 1}
    done = winnow("show", "cookies.txt", "--cuts", "--corpus", tmp_path / "corpus")
    assert done.returncode == 0
    assert "We use cookies" in done.stdout
    assert "cookie-notice" in done.stdout


def test_list_tells_how_documents_stand_after_a_run_that_changed_nothing(desk: Path, winnow, ingest, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    (desk / "a.txt").write_text(STORY, "utf-8")
    (desk / "b.txt").write_text(STORY, "utf-8")
    ingest(desk, "--into", corpus)
    before = {name: row["outcome"] for name, row in listed(winnow, corpus).items()}
    ingest(desk, "--into", corpus, env={"WINNOW_QUALITY__MIN_CHARS": "81", "PATH": "/usr/bin:/bin"})
    after = {name: row["outcome"] for name, row in listed(winnow, corpus).items()}
    assert sorted(before.values()) == ["duplicate", "kept"]
    assert after == before
    assert len(listed(winnow, corpus, "--outcome", "kept")) == 1


def test_list_calls_a_document_duplicate_once_a_better_witness_has_come(winnow, ingest, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    for name, day in (("late", "2026-03-02"), ("early", "2026-03-01")):
        record = {"id": name, "text": STORY, "published_at": f"{day}T08:00:00Z"}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
        ingest(tmp_path / f"{name}.jsonl", "--into", corpus)
    rows = listed(winnow, corpus)
    assert {name: row["outcome"] for name, row in rows.items()} == {"late.jsonl#1": "duplicate", "early.jsonl#1": "kept"}
    assert rows["late.jsonl#1"]["duplicate_of"] == rows["early.jsonl#1"]["id"]


def test_list_finds_documents_by_what_was_cut_from_them(desk: Path, winnow, ingest, tmp_path: Path) -> None:
    (desk / "a.txt").write_text(STORY + "\nSign up for our newsletter\n", "utf-8")
    (desk / "empty.txt").write_bytes(b"")
    ingest(desk, "--into", tmp_path / "corpus")
    assert set(listed(winnow, tmp_path / "corpus", "--reason", "promotion")) == {"a.txt"}
    assert set(listed(winnow, tmp_path / "corpus", "--reason", "load/empty")) == {"empty.txt"}


def test_refused_inputs_are_unchanged_the_second_time(desk: Path, ingest, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    lines = "\n".join(json.dumps({"id": str(n), "text": STORY.replace("4.2", f"{n}.7")}) for n in range(40))
    whole = gzip.compress(lines.encode())
    (desk / "half.jsonl.gz").write_bytes(whole[: len(whole) - 9])
    (desk / "notes.xyz").write_text("what is this", "utf-8")
    (desk / "none.jsonl").write_text("\n", "utf-8")
    (desk / "long.jsonl").write_text(json.dumps({"id": "l", "text": "a long word " * 90_000}) + "\n", "utf-8")
    (desk / "large.txt").write_text("a long word " * 90_000, "utf-8")
    small = {"env": {"WINNOW_LOAD__MAX_BYTES": "1000000", "PATH": "/usr/bin:/bin"}}
    first = ingest(desk, "--into", corpus, **small)
    assert first["rejected"] == {"load/truncated": 1, "load/unsupported": 1, "load/empty": 1, "load/too-large": 2}
    before = objects(corpus)
    again = ingest(desk, "--into", corpus, **small)
    assert again["unchanged"] == again["inputs"] == first["inputs"]
    assert set(objects(corpus)) - set(before) == {f"clean/runs/{again['run_id']}.json"}
    (desk / "large.txt").write_text("another word " * 90_000, "utf-8")
    assert ingest(desk, "--into", corpus, **small)["rejected"] == {"load/too-large": 1}


def test_a_dry_run_leaves_a_corpus_that_lags_behind_its_log_alone(desk: Path, ingest, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    (desk / "a.txt").write_text(STORY, "utf-8")
    ingest(desk, "--into", corpus)
    for log in corpus.glob("clean/*/_delta_log/00000000000000000001.json"):
        log.unlink()
    before = objects(corpus)
    ingest(desk, "--into", corpus, "--dry-run")
    assert objects(corpus) == before
    ingest(desk, "--into", corpus)
    assert len(read(corpus, "documents")) == 1


def test_documents_are_found_by_a_url_without_scheme_and_by_the_file_of_their_record(winnow, ingest, tmp_path: Path) -> None:
    corpus, feed = tmp_path / "corpus", tmp_path / "feed.jsonl"
    records = [{"url": f"https://port.example/{n}", "text": STORY.replace("4.2", f"{n}.7")} for n in (1, 2)]
    feed.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    ingest(feed, "--into", corpus)
    assert "https://port.example/1" in winnow("show", "port.example/1", "--corpus", corpus).stdout
    several = winnow("show", "feed.jsonl", "--corpus", corpus)
    assert several.returncode == 2
    assert "feed.jsonl#1" in several.stderr
    assert "feed.jsonl#2" in several.stderr


def test_a_folder_without_articles_is_told_so(desk: Path, winnow, tmp_path: Path) -> None:
    (desk / "README.md").write_text("nothing", "utf-8")
    done = winnow("ingest", desk, "--into", tmp_path / "corpus")
    assert done.returncode == 0
    assert "Nothing to read was found" in done.stdout


def test_messages_name_an_input_once(desk: Path, ingest, tmp_path: Path) -> None:
    (desk / "self.txt").symlink_to("self.txt")
    shutil.copy(desk / "self.txt", tmp_path / "x", follow_symlinks=False)
    (message,) = ingest(desk, "--into", tmp_path / "corpus")["messages"]
    assert message.count("self.txt") == 1
