"""Scores against the reference scorer of the development data, and figures worked out by hand."""

import importlib.util
import json
import random
import re
from datetime import date

import pytest

from ingest import scores
from ingest.gold import LanguageGold, LinesGold, MetadataGold, PageGold, SeedBlock, SeedGold
from ingest.records import Document, Reason, Removal

WORDS = re.findall(r"\w+", "The council met on Monday and voted for a new bridge over river Lorn because cars wait.")
OTHERS = {"text": "KDTNU", "story": "KSCT", "natural": "KSCTN"}


@pytest.fixture(scope="module")
def reference(shared):
    """The reference scorer as a module."""
    spec = importlib.util.spec_from_file_location("reference_score", shared / "bench" / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def made_lines(seed, task):
    """Random documents in the reference's form; some lines are empty, some documents have one label only."""
    chance = random.Random(seed)
    documents = []
    for number in range(40):
        labels = "".join(chance.choice(OTHERS[task] if number % 7 else "K") for _ in range(chance.randint(1, 12)))
        lines = [" ".join(chance.choices(WORDS, k=chance.randint(0, 9))) for _ in labels]
        documents.append({"lines": lines, "lab": labels, "neg": chance.choice([None, "quote"])})
    return documents


def keep_some(lines):
    """A verdict that depends on the line alone and is wrong often enough."""
    return [len(line) % 3 > 0 for line in lines]


@pytest.mark.shared
@pytest.mark.parametrize("task", ["text", "story", "natural"])
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("keep", [keep_some, lambda lines: [True] * len(lines), lambda lines: [False] * len(lines)])
def test_lines_score_as_the_reference_does(reference, task, seed, keep):
    rows = made_lines(seed, task)
    gold = [LinesGold(lines=row["lines"], labels=row["lab"], negative=bool(row["neg"])) for row in rows]
    assert getattr(scores, task)(gold, keep) == getattr(reference, f"score_{task}")(rows, keep)


@pytest.mark.shared
def test_pages_score_as_the_reference_does(reference):
    chance = random.Random(3)
    rows, answers = [], {}
    for number in range(30):
        words = chance.choices([*WORDS, "다리", "橋", "Ünal", "ﬁn"], k=chance.randint(0, 60))
        title = " ".join(words[:4]).upper()
        gold = "\n".join([title, " ".join(words[4:30]), " ".join(words[30:])])
        got = "\n".join(["Menu", title, " ".join(words[chance.randint(0, 9) :])]) if number % 5 else ""
        row = {
            "html": f"<p>{number}".encode(),
            "url": f"https://a.example/{number}",
            "gold": gold,
            "titles": json.dumps([title, ""]),
        }
        answers[row["url"]] = got
        rows.append(row)
    gold = [PageGold(html=row["html"], url=row["url"], text=row["gold"], titles=json.loads(row["titles"])) for row in rows]
    expected = reference.score_pages(rows, lambda _html, url: answers[url])
    assert scores.pages(gold, lambda _html, url: answers[url]) == {k: v for k, v in expected.items() if k != "cpu_ms_per_page"}


@pytest.mark.shared
def test_metadata_scores_as_the_reference_does(reference):
    metas = [
        {"title": "A “Bridge” opens", "authors": ["Ada Lorn", "Per Holm"], "date": "2024-03-01"},
        {"title": None, "authors": [], "date": "2024-03-05"},
        {"title": "Three", "authors": ["Cy Moss"], "date": None},
        {"title": "Four", "authors": ["Di Ash"], "date": "2024-01-01"},
    ]
    answers = [
        {"title": "a bridge opens", "authors": ["ADA LORN"], "date": "2024-03-02T10:00"},
        {"title": "Two", "authors": ["No One"], "date": "2999-01-01"},
        {"title": "Not three", "authors": None, "date": None},
        None,
    ]
    by_url = {f"u{number}": answer for number, answer in enumerate(answers)}
    rows = [{"html": b"", "url": f"u{number}", "meta": meta} for number, meta in enumerate(metas)]
    gold = [MetadataGold(html=b"", url=row["url"], **row["meta"]) for row in rows]
    got = scores.metadata(gold, lambda _html, url: by_url[url], date(2026, 1, 1))
    assert got == reference.score_metadata(rows, lambda _html, url: by_url[url])
    assert got["future_dates"] == 1


@pytest.mark.shared
def test_languages_score_as_the_reference_does(reference):
    assert scores.PROFILES == reference.PROFILES
    pairs = [
        ("en", "en"),
        ("nb", "no"),
        ("zh", "zh-cn"),
        ("bs", "hr"),
        ("gl", "es"),
        ("eu", "und"),
        ("is", "is"),
        ("de", None),
        ("ms", "ms"),
    ]
    rows = [{"lang": want, "text": f"{number}"} for number, (want, _) in enumerate(pairs)]
    gold = [LanguageGold(text=row["text"], language=row["lang"]) for row in rows]
    assert scores.language(gold, lambda text: pairs[int(text)][1]) == reference.score_language(
        rows, lambda text: pairs[int(text)][1]
    )


def test_text_f1_is_worked_out_over_characters():
    gold = LinesGold(lines=["a" * 60, "b" * 40, "c" * 20], labels="KKD")
    got = scores.text([gold], lambda _lines: [True, False, True])
    assert (got["P"], got["R"], got["removed"]) == (60 / 80, 60 / 100, 0)
    assert got["macroF1"] == pytest.approx(2 * 0.75 * 0.6 / 1.35)


def test_a_line_too_few_is_an_error_not_a_score():
    with pytest.raises(ValueError, match="shorter"):
        scores.text([LinesGold(lines=["a", "b"], labels="KK")], lambda _lines: [True])


def seed_document(**changes):
    """A document of four blocks: title, own, own with a credit, navigation."""
    text = "A bridge opens\nCars cross it.\nMore on Monday. (Lorn Agency)\nMenu"
    removals = (Removal(45, 59, Reason.CREDIT, 0.9), Removal(60, 64, Reason.NAVIGATION, 0.8))
    values = {"text": "Cars cross it.\n\nMore on Monday.", "source_text": text, "title": "A bridge opens", "title_span": (0, 14)}
    return Document(**{**values, "removals": removals, "language": "en", **changes})


SEED = SeedGold(
    name="a.txt",
    body=b"",
    title="A bridge opens",
    text="Cars cross it.\n\nMore on Monday.",
    language="en",
    blocks=(
        SeedBlock("A bridge opens", is_title=True, kept="", cut=None),
        SeedBlock("Cars cross it.", is_title=False, kept="Cars cross it.", cut=None),
        SeedBlock("More on Monday. (Lorn Agency)", is_title=False, kept="More on Monday.", cut="credit"),
        SeedBlock("Menu", is_title=False, kept="", cut="navigation"),
    ),
)


def test_a_seed_cleaned_exactly_scores_one_everywhere():
    assert scores.seeds([SEED], lambda _gold: seed_document()) == {"docs": 1, "title": 1, "text": 1, "language": 1, "blocks": 1}


def test_a_wrong_reason_costs_its_block_alone():
    removals = (Removal(45, 59, Reason.CREDIT, 0.9), Removal(60, 64, Reason.SHARE, 0.8))
    assert scores.seeds([SEED], lambda _gold: seed_document(removals=removals))["blocks"] == 3 / 4


def test_a_rejected_seed_scores_nothing():
    got = scores.seeds([SEED, SEED], lambda _gold: None)
    assert got == {"docs": 2, "title": 0, "text": 0, "language": 0, "blocks": 0}
