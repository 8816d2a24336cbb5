"""The three real articles of the mission come out exactly as they were labelled by hand."""

import json
from pathlib import Path

import pytest

from tests.e2e.reading import read


@pytest.mark.shared
def test_mission_seeds_have_the_text_title_language_and_reasons_of_the_gold(shared: Path, ingest, tmp_path: Path) -> None:
    seeds = shared / "seeds"
    gold = {line["file"]: line for line in map(json.loads, (seeds / "gold.jsonl").read_text("utf-8").splitlines())}
    ingest(*(seeds / name for name in gold), "--into", tmp_path / "corpus")
    names = {row["id"]: row["name"] for row in read(tmp_path / "corpus", "outcomes")}
    rows = {names[row["id"]]: row for row in read(tmp_path / "corpus", "versions")}
    assert set(rows) == set(gold)
    for name, expected in gold.items():
        row = rows[name]
        assert (row["title"], row["text"], row["language"]) == (expected["title"], expected["text"], expected["language"])
        assert fates(row) == [tuple(block.get(key) for key in ("line", "is", "kept", "cut")) for block in expected["blocks"]]


def fates(row: dict) -> list[tuple[str, str | None, str | None, str | None]]:
    """Each block with what became of it, in the terms of the gold."""
    found, start = [], 0
    for line in row["source_text"].split("\n"):
        end = start + len(line)
        if row["title_span"] == {"start": start, "end": end}:
            found.append((line, "title", None, None))
        else:
            cuts = [cut for cut in row["removals"] if start <= cut["start"] and cut["end"] <= end]
            kept, at = "", start
            for cut in cuts:
                kept, at = kept + row["source_text"][at : cut["start"]], cut["end"]
            kept += row["source_text"][at:end]
            found.append((line, None, kept or None, cuts[0]["reason"] if cuts else None))
        start = end + 1
    return found
