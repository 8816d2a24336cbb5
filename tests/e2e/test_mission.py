"""The three real articles of the mission come out exactly as they were labelled by hand."""

import json
from pathlib import Path

import pytest

from tests.e2e.reading import fates, golden_fates, read


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
        assert fates(row) == golden_fates(expected)
