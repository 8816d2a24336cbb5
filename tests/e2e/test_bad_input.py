"""Inputs that break other programs: each ends in an outcome with one clear sentence, and the others are processed."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import WINNOW
from tests.e2e.reading import add_up, read

STORY = (
    "The harbour board of Lassel said on Monday that the long pier would open in spring, after two winters of work on its piles.\n\n"
    "Ana Dorrit, who chairs the board, said that the boards were cut from larch grown within sight of the water.\n\n"
    "The work cost 4.2 million, of which the district paid a third; the rest came from berthing fees saved since 2019.\n"
)
OTHER_STORY = (
    "A choir from three valleys sang in the restored mill of Ostrand last night, and the house was full.\n\n"
    "The miller's daughter, Jonna Lake, turned the pages of every score and said she had waited nine years for this evening.\n\n"
    "The mill will hold a concert a month until October; the next one brings a brass band from the coast.\n"
)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "good.txt").write_text(STORY, "utf-8")
    return folder


def outcomes(corpus: Path) -> dict[str, tuple[str, str | None]]:
    return {row["name"]: (row["outcome"], row["reason"]) for row in read(corpus, "outcomes")}


def test_every_broken_input_is_named_and_the_good_ones_are_kept(desk: Path, winnow, tmp_path: Path) -> None:
    record = json.dumps({"id": "1", "text": OTHER_STORY})
    (desk / "empty.txt").write_bytes(b"")
    (desk / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (desk / "lines.jsonl").write_text(f'{record}\n{{"id": "2", "te\n', "utf-8")
    (desk / "notes.xyz").write_text("what is this", "utf-8")
    (desk / "loop.txt").symlink_to("loop.txt")
    (desk / "again").symlink_to(desk)
    done = winnow("ingest", desk, "--into", tmp_path / "corpus", "--json")
    report = json.loads(done.stdout)
    assert add_up(report)
    assert done.returncode == 1, "an input could not be read"
    assert outcomes(tmp_path / "corpus") == {
        "good.txt": ("kept", None),
        "empty.txt": ("rejected", "empty"),
        "binary.txt": ("rejected", "binary"),
        "lines.jsonl#1": ("kept", None),
        "lines.jsonl#2": ("rejected", "bad-json"),
        "notes.xyz": ("rejected", "unsupported"),
        "loop.txt": ("failed", "unreadable"),
    }
    for name in ("empty.txt", "binary.txt", "lines.jsonl#2", "notes.xyz", "loop.txt"):
        assert sum(message.startswith(f"{name}: ") for message in report["messages"]) == 1


def test_intact_lines_of_half_a_gzip_are_kept(desk: Path, ingest, tmp_path: Path) -> None:
    lines = [json.dumps({"id": str(n), "text": STORY + os.urandom(400).hex()}) for n in range(40)]
    whole = gzip.compress("\n".join(lines).encode())
    (desk / "half.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    report = ingest(desk, "--into", tmp_path / "corpus")
    found = outcomes(tmp_path / "corpus")
    intact = [name for name, (outcome, _) in found.items() if name.startswith("half") and outcome in {"kept", "duplicate"}]
    assert len(intact) >= 15
    assert report["rejected"] == {"load/truncated": 1}
    assert add_up(report)


def test_a_file_that_vanishes_after_the_plan_fails_and_is_tried_again(desk: Path, tmp_path: Path, monkeypatch) -> None:
    from flows.runs import ingest as ingesting
    from flows.runs.report import IngestRequest
    from flows.runs.settings import read as read_settings

    gone = desk / "gone.txt"
    gone.write_text(STORY, "utf-8")
    planned = ingesting.planned_inputs
    monkeypatch.setattr(ingesting, "planned_inputs", lambda *a: (planned(*a), gone.unlink())[0])
    settings = read_settings(None, {}).settings
    request = IngestRequest((str(desk),), str(tmp_path / "corpus"))
    report = ingesting.ingest(request, settings)
    assert report.failed == {"unreadable": 1}
    assert report.kept == 1
    monkeypatch.undo()
    gone.write_text(STORY.replace("Lassel", "Ostrand"), "utf-8")
    assert ingesting.ingest(request, settings).failed == {}


def test_a_path_that_does_not_exist_is_one_sentence_and_nothing_is_made(winnow, tmp_path: Path) -> None:
    done = winnow("ingest", tmp_path / "nowhere", "--into", tmp_path / "corpus")
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "corpus").exists()


def test_a_folder_that_is_no_corpus_is_refused_and_left_alone(desk: Path, winnow, tmp_path: Path) -> None:
    other = tmp_path / "photos"
    other.mkdir()
    (other / "holiday.jpg").write_bytes(b"x")
    done = winnow("ingest", desk, "--into", other)
    assert done.returncode == 2
    assert "not a corpus" in done.stderr
    assert [path.name for path in other.iterdir()] == ["holiday.jpg"]


@pytest.mark.slow
def test_a_line_of_50_mb_costs_little_memory_and_not_its_neighbours(desk: Path, tmp_path: Path) -> None:
    with (desk / "huge.jsonl").open("w", encoding="utf-8") as file:
        file.write(json.dumps({"id": "1", "text": STORY.replace("Lassel", "Ostrand")}) + "\n")
        file.write('{"id": "2", "text": "' + "a long word " * (50_000_000 // 12) + '"}\n')
        file.write(json.dumps({"id": "3", "text": STORY.replace("pier", "mole").replace("larch", "oak")}) + "\n")
    (desk / "huge.txt").write_text("a long word " * (50_000_000 // 12), "utf-8")
    code = (
        "import resource, subprocess, sys\n"
        f"done = subprocess.run([{WINNOW!r}, 'ingest', {str(desk)!r}, '--into', {str(tmp_path / 'corpus')!r}, '--json'])\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n"
        "sys.exit(done.returncode)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rejected"] == {"load/too-large": 2}
    assert outcomes(tmp_path / "corpus")["huge.jsonl#3"][0] in {"kept", "duplicate"}
    largest_kb = int(done.stderr.strip().splitlines()[-1])
    assert largest_kb < 1_000_000, f"peak memory of the largest process: {largest_kb} kB"
