"""`winnow evaluate`: finds gold data, scores it, prints it."""

import json
import sys
import types
from pathlib import Path

import pytest

from ingest.evaluate import is_kept
from ingest.records import Cut, Reason

GOLD = [
    {"id": "a", "split": "dev", "style": "lxml", "lines": ["Own text here.", "Menu"], "lab": "KD"},
    {"id": "b", "split": "dev", "style": "trafrec", "lines": ["Own text here.", "Menu"], "lab": "KD"},
    {"id": "c", "split": "train", "style": "lxml", "lines": ["Menu"], "lab": "K"},
]
SPOKEN = [{"lang": "en", "text": "Own text here.", "split": "dev"}, {"lang": "tlh", "text": "nuqneH", "split": "dev"}]
TOLD = {
    "id": "quay",
    "lang": "en",
    "split": "dev",
    "neg": False,
    "lines": ["The quay", "Own text here. (Norlink)", "Menu", "Photo: Ada", "Subscribe\u202e\x1b[2J"],
    "lab": "TKCCC",
    "reasons": [None, None, "navigation", "caption", "promotion"],
    "parts": [[1, 15, 24, "credit"]],
}


def cut_lines(lines, _point):
    """Cuts "Menu" whole, and the first word of lines of own text."""
    fates = {
        "Menu": (0, 4, Reason.NAVIGATION),
        "Own text here. (Norlink)": (0, 3, Reason.TAGS),
        "Photo: Ada": (0, 10, Reason.CREDIT),
    }
    return [(Cut(*fates[line], 0.9),) if line in fates else () for line in lines]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder of gold data, and functions to score that know its answers."""
    functions = types.ModuleType("ingest.evaluate")
    functions.cut_lines = cut_lines
    functions.is_kept = is_kept
    functions.language = lambda _text: "en"
    monkeypatch.setitem(sys.modules, "ingest.evaluate", functions)
    monkeypatch.setattr("ingest.evaluate", functions, raising=False)
    folder = tmp_path / "gold"
    folder.mkdir()
    for name, rows in (("dumps.jsonl", GOLD), ("spoken.jsonl", SPOKEN)):
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def rows_of(result, table="scores"):
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.output.splitlines()]
    return [row for row in rows if row["table"] == table]


def scored(result):
    """The printed scores by task and group."""
    return {(row["task"], row["group"]): row for row in rows_of(result)}


def test_all_tasks_of_a_folder_are_scored(winnow, folder):
    found = scored(winnow("evaluate", "--gold", folder, "--json"))
    assert set(found) == {("text", "all"), ("language", "all")}
    assert found["text", "all"]["macroF1"] == 1.0
    assert (found["text", "all"]["docs"], found["text", "all"]["split"]) == (2, "dev")
    assert (found["language", "all"]["right"], found["language", "all"]["mislabelled_unsupported"]) == (1.0, 1.0)


@pytest.fixture
def told(folder) -> Path:
    """A gold file that says why each line goes."""
    path = folder.parent / "told.jsonl"
    path.write_text(json.dumps(TOLD) + "\n")
    return path


def test_each_reason_tells_what_went_and_whether_for_that_reason(winnow, told):
    found = {row["reason"]: row for row in rows_of(winnow("evaluate", "--gold", told, "--json"), "reasons")}
    assert (found["navigation"]["removed"], found["navigation"]["right"]) == (1, 1)
    assert (found["caption"]["removed"], found["caption"]["right"], found["caption"]["instead"]) == (1, 0, "credit")
    assert (found["promotion"]["removed"], found["promotion"]["lines"]) == (0, 1)
    assert (found["credit"]["chars"], found["credit"]["removed"]) == (len("(Norlink)"), 0)
    assert (found["tags"]["lines"], found["tags"]["own_cut"]) == (0, len("Own"))


def test_each_language_has_its_shares(winnow, told):
    (row,) = rows_of(winnow("evaluate", "--gold", told, "--json"), "languages")
    own, drop = len("Own") + len("text here."), len("Menu") + len("Photo: Ada") + len(TOLD["lines"][4]) + len("(Norlink)")
    assert (row["lang"], row["docs"], row["exact"]) == ("en", 1, 0)
    assert row["own_lost"] == len("Own") / own
    assert row["removed"] == len("MenuPhoto: Ada") / drop
    assert row["right_reason"] == len("Menu") / len("MenuPhoto: Ada")


def test_gold_without_reasons_has_no_share_of_right_ones(winnow, folder):
    result = winnow("evaluate", "--gold", folder, "--task", "text", "--json")
    untold = {row["reason"]: row for row in rows_of(result, "reasons")}["untold"]
    assert (untold["removed"], untold["right"]) == (1, None)
    assert [row["right_reason"] for row in rows_of(result, "languages")] == [None]
    assert "(not told)" in winnow("evaluate", "--gold", folder, "--task", "text").output


def test_the_worst_documents_come_with_their_cuts(winnow, told):
    (row,) = rows_of(winnow("evaluate", "--gold", told, "--json"), "worst")
    assert row["id"] == "quay"
    assert row["own_cut"] == [{"line": 2, "want": None, "got": "tags", "score": 0.9, "text": "Own"}]
    assert [(piece["line"], piece["want"]) for piece in row["left"]] == [(2, "credit"), (5, "promotion")]
    assert [(piece["want"], piece["got"]) for piece in row["misnamed"]] == [("caption", "credit")]
    assert rows_of(winnow("evaluate", "--gold", told, "--json", "--worst", 0), "worst") == []


def test_a_person_sees_the_cuts_of_the_worst_documents_without_their_control_characters(winnow, told):
    output = winnow("evaluate", "--gold", told).output
    assert "quay (en): F1 " in output
    assert "own text cut, line 2, tags 0.90: Own" in output
    assert r"left, line 5, promotion: Subscribe\u202e\x1b[2J" in output
    assert "\x1b[2J" not in output
    assert "quay (en)" not in winnow("evaluate", "--gold", told, "--worst", 0).output


def test_a_document_without_an_error_is_never_among_the_worst(winnow, folder):
    assert rows_of(winnow("evaluate", "--gold", folder, "--json", "--worst", 9), "worst") == []


def test_the_operating_point_is_handed_on(winnow, told, monkeypatch):
    asked = []
    monkeypatch.setattr("ingest.evaluate.cut_lines", lambda lines, point: asked.append(point) or [()] * len(lines))
    assert winnow("evaluate", "--gold", told, "--point", "strict").exit_code == 0
    assert asked == ["strict"]
    assert winnow("evaluate", "--gold", told, "--point", "bold").exit_code == 2


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"reasons": [None, None, "menu", None, None]}, "quay: 'menu' is not a valid Reason"),
        ({"lab": "TK"}, "quay: there must be as many labels and reasons as lines"),
        ({"reasons": [None]}, "quay: there must be as many labels and reasons as lines"),
    ],
)
def test_gold_that_contradicts_itself_is_one_sentence(winnow, told, change, part):
    told.write_text(json.dumps(TOLD | change) + "\n")
    result = winnow("evaluate", "--gold", told)
    assert result.exit_code == 2
    assert part in result.output
    assert "Traceback" not in result.output


def test_without_gold_the_shipped_set_is_scored(winnow):
    result = winnow("evaluate", "--json", "--limit", 5)
    found = scored(result)
    assert set(found) == {("natural", "all"), ("pages", "all")}
    assert all(row["docs"] == 5 for row in found.values())
    assert {row["task"] for row in rows_of(result, "reasons")} == {"natural", "pages"}


def test_split_task_limit_and_groups_choose(winnow, folder):
    train = scored(winnow("evaluate", "--gold", folder, "--task", "text", "--split", "train", "--json"))
    assert train["text", "all"]["own_lost"] == 1.0
    assert scored(winnow("evaluate", "--gold", folder, "--task", "text", "--limit", 1, "--json"))["text", "all"]["docs"] == 1
    groups = scored(winnow("evaluate", "--gold", folder / "dumps.jsonl", "--by", "kind", "--json"))
    assert set(groups) == {("text", "full"), ("text", "residue")}


def test_a_person_gets_a_table(winnow, folder):
    output = winnow("evaluate", "--gold", folder, "--task", "text").output
    header, row = [line.split() for line in output.splitlines() if line.strip()][:2]
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
