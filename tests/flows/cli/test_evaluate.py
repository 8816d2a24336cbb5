"""`winnow evaluate`: finds gold data, scores it, prints it."""

import json
import sys
import types
from pathlib import Path

import pytest

GOLD = [
    {"id": "a", "split": "dev", "style": "lxml", "lines": ["Own text here.", "Menu"], "lab": "KD"},
    {"id": "b", "split": "dev", "style": "trafrec", "lines": ["Own text here.", "Menu"], "lab": "KD"},
    {"id": "c", "split": "train", "style": "lxml", "lines": ["Menu"], "lab": "K"},
]
SPOKEN = [{"lang": "en", "text": "Own text here.", "split": "dev"}, {"lang": "tlh", "text": "nuqneH", "split": "dev"}]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder of gold data, and functions to score that know its answers."""
    functions = types.ModuleType("ingest.evaluate")
    functions.keep_lines = lambda lines: [line != "Menu" for line in lines]
    functions.language = lambda _text: "en"
    monkeypatch.setitem(sys.modules, "ingest.evaluate", functions)
    monkeypatch.setattr("ingest.evaluate", functions, raising=False)
    folder = tmp_path / "gold"
    folder.mkdir()
    for name, rows in (("dumps.jsonl", GOLD), ("spoken.jsonl", SPOKEN)):
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def scored(result):
    """The printed objects by task and group."""
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.output.splitlines()]
    return {(row["task"], row["group"]): row for row in rows}


def test_all_tasks_of_a_folder_are_scored(winnow, folder):
    found = scored(winnow("evaluate", "--gold", folder, "--json"))
    assert set(found) == {("text", "all"), ("language", "all")}
    assert found["text", "all"]["macroF1"] == 1.0
    assert (found["text", "all"]["docs"], found["text", "all"]["split"]) == (2, "dev")
    assert (found["language", "all"]["right"], found["language", "all"]["mislabelled_unsupported"]) == (1.0, 1.0)


def test_split_task_limit_and_groups_choose(winnow, folder):
    train = scored(winnow("evaluate", "--gold", folder, "--task", "text", "--split", "train", "--json"))
    assert train["text", "all"]["own_lost"] == 1.0
    assert scored(winnow("evaluate", "--gold", folder, "--task", "text", "--limit", 1, "--json"))["text", "all"]["docs"] == 1
    groups = scored(winnow("evaluate", "--gold", folder / "dumps.jsonl", "--by", "kind", "--json"))
    assert set(groups) == {("text", "full"), ("text", "residue")}


def test_a_person_gets_a_table(winnow, folder):
    output = winnow("evaluate", "--gold", folder, "--task", "text").output
    header, row = [line.split() for line in output.splitlines() if line.strip()][-2:]
    assert header[:2] == ["text", "docs"]
    assert row[header.index("macroF1")] == "1.0000"


@pytest.mark.parametrize(
    ("content", "part"), [(None, "there is nothing at"), ("{}\n", "no gold data in a format that can be scored")]
)
def test_what_is_no_gold_is_a_usage_error(winnow, tmp_path, content, part):
    path = tmp_path / "x.jsonl"
    if content is not None:
        path.write_text(content)
    result = winnow("evaluate", "--gold", path)
    assert result.exit_code == 2
    assert part in result.output


@pytest.mark.shared
@pytest.mark.slow
def test_the_given_seeds_are_cleaned_exactly(winnow, shared):
    found = scored(winnow("evaluate", "--gold", shared / "seeds", "--json"))["seeds", "all"]
    assert (found["title"], found["text"], found["language"], found["blocks"]) == (1, 1, 1, 1)
