"""The functions that scorers call: what they promise, and that they are the production path."""

import itertools
import random
from pathlib import Path

import pytest

from ingest import evaluate, language
from ingest.dedup.verify import MERGING
from ingest.evaluate import clean_html, clusters, describe, keep_lines, same_story
from ingest.pipeline import process
from ingest.records import Cleaned, RawPage, Rejected
from ingest.stages import PipelineConfig, build

MARKET = (
    "The city of Brennholm will reopen its covered market on Saturday after three years of repairs, the mayor's office said on Tuesday.",
    "Forty-two stalls will sell fruit, fish and bread under a roof of larch and glass that was raised by nearly two metres to let in more daylight.",
    "Mayor Helga Storvik said the traders had waited patiently in tents beside the canal, and that the first of them would carry in their crates on Friday night.",
    "The works cost 14 million crowns, a fifth more than planned, because the foundations rested on oak piles that nobody had known about.",
    "Builders found a row of medieval cellars while digging for the cold store, and the museum has asked to keep one of them open to visitors.",
    "Trams will stop in front of the northern gate every 8 minutes, and the old bicycle racks have been moved to the square behind the town hall.",
    "A brass band from the fishing quarter will play at noon, when the clock above the main entrance is to be set going again.",
)
BUS = (
    "Three villages on the upper Lurn have agreed to share one school bus from September, ending a quarrel about timetables that had lasted for six years.",
    "The yellow vehicle, bought second-hand from a travel firm, carries thirty-one children and runs on vegetable oil pressed by a cooperative of rapeseed growers.",
    "Teacher Ottokar Zielinski said pupils from the highest farms could now sleep forty minutes longer, which would help their arithmetic more than any textbook.",
)
COMET = (
    "An astronomer at the observatory on Mount Kessel has photographed a comet that was last seen in the reign of Queen Adelheid.",
    "Professor Ilse Marbach said the faint greenish smudge would brighten through November and could be followed with ordinary binoculars shortly before sunrise.",
    "Amateur stargazers gathered on the ridge with thermos flasks and blankets, although clouds hid the constellation for most of the chilly night.",
)


def text(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)


def prices(week: int, apples: int, potatoes: int, onions: int, share: int) -> str:
    return (
        f"Weekly report of the wholesale market for week {week}. Apples fetched {apples} crowns a crate at the halls of Brennholm, "
        f"{share} percent more than the week before. Potatoes stood at {potatoes} crowns a sack and onions at {onions} crowns. "
        "Traders expect little change until the first frost. The next report will appear on Monday."
    )


WIRE = text(*MARKET)
REWRITTEN = text(MARKET[0].replace("the mayor's office said on Tuesday", "officials have announced"), *MARKET[1:])
CUT = text(*MARKET[:4])
UPDATED = (
    text(*MARKET, "By Saturday evening 9,000 people had come.")
    .replace("14 million", "15.5 million")
    .replace("8 minutes", "10 minutes")
)
CORRECTED = text(
    *MARKET, "Correction: An earlier version of this article gave a wrong figure for the cost of the works."
).replace("14 m", "16 m")
FOLLOW_UP = text(
    "Traders of the covered market complained on Thursday that the new cold store fails whenever a tram passes the northern gate.",
    "Fishmonger Aksel Rune said he had thrown away two hundred kilos of cod since the opening and would send the bill to the town hall.",
    "An engineer of the tramway company promised to look for stray currents and to bring a portable generator by the weekend.",
    *MARKET[3:5],
)
ROUND_UP = text(*MARKET[:5], *BUS, *COMET)

RELATIONS = [
    ("exact", WIRE, WIRE.upper().replace("\n\n", "\n"), "2026-03-01", "2026-03-02"),
    ("exact", WIRE, WIRE, "2026-03-01", "2026-09-01"),
    ("near", WIRE, REWRITTEN, "2026-03-01", "2026-03-02"),
    ("contained", WIRE, CUT, "2026-03-01", "2026-03-01"),
    ("update", WIRE, UPDATED, "2026-03-01", "2026-03-02"),
    ("correction", WIRE, CORRECTED, "2026-03-01", "2026-03-02"),
    ("series", prices(31, 112, 48, 37, 2), prices(32, 108, 51, 39, 4), "2026-08-03", "2026-08-10"),
    ("series", prices(31, 112, 48, 37, 2), prices(32, 108, 51, 39, 4), None, None),
    ("round-up", text(*MARKET[:5]), ROUND_UP, "2026-03-01", "2026-03-01"),
    ("follow-up", WIRE, FOLLOW_UP, "2026-03-01", "2026-04-01"),
    ("different", WIRE, text(*BUS, *COMET), "2026-03-01", "2026-03-01"),
    ("different", prices(31, 112, 48, 37, 2), WIRE, None, None),
]


@pytest.mark.parametrize(("kind", "a", "b", "a_date", "b_date"), RELATIONS)
def test_two_texts_relate_the_same_either_way_round(kind, a, b, a_date, b_date) -> None:
    assert same_story(a, b, a_date, b_date) == kind
    assert same_story(b, a, b_date, a_date) == kind


def test_all_nine_verdicts_are_told() -> None:
    told = {kind for kind, *_ in RELATIONS}
    assert told == {"exact", "near", "contained", "update", "correction", "series", "round-up", "follow-up", "different"}


@pytest.mark.parametrize(("a", "b"), [("", ""), ("", WIRE), (" \n", "\x00"), ("Pier", "Mole"), ("\ud800", WIRE)])
def test_texts_without_enough_words_are_different(a: str, b: str) -> None:
    assert same_story(a, b, None, None) == "different"


@pytest.mark.parametrize("date", ["yesterday", "", "2026-13-45", None])
def test_a_date_that_cannot_be_read_is_none(date) -> None:
    assert same_story(WIRE, REWRITTEN, date, "2026-03-01") == "near"


def rows() -> list[dict]:
    """Documents as scorers hand them over."""
    texts = {
        "m1": (WIRE, "2026-03-01"),
        "m2": (REWRITTEN, "2026-03-02"),
        "m3": (CUT, "2026-03-01"),
        "m4": (UPDATED, "2026-03-02"),
        "f1": (FOLLOW_UP, "2026-04-01"),
        "p1": (prices(31, 112, 48, 37, 2), "2026-08-03"),
        "p2": (prices(32, 108, 51, 39, 4), "2026-08-10"),
        "b1": (text(*BUS), "2026-03-01"),
        "b2": (text(*BUS) + " ", None),
        "r1": (text(*MARKET, *BUS, *COMET), "2026-03-03"),
    }
    return [
        {
            "id": one,
            "url": f"https://{one}.example/",
            "site": f"{one}.example",
            "title": "A",
            "text": body,
            "lang": "en",
            "published_at": day,
        }
        for one, (body, day) in texts.items()
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_clusters_hold_one_story_each_whatever_the_order(seed: int) -> None:
    found = clusters(iter(random.Random(seed).sample(rows(), len(rows()))))
    assert found == dict.fromkeys(["m1", "m2", "m3", "m4"], "m1") | dict.fromkeys(["b1", "b2"], "b1") | {
        one: one for one in ("f1", "p1", "p2", "r1")
    }


def test_clusters_merge_what_same_story_calls_one_story_in_a_pair() -> None:
    for a, b in itertools.combinations(rows(), 2):
        found = clusters([a, b])
        kind = same_story(a["text"], b["text"], a["published_at"], b["published_at"])
        assert (found[a["id"]] == found[b["id"]]) == (kind in MERGING or kind == "round-up"), (a["id"], b["id"], kind)


def test_clusters_of_nothing_are_none() -> None:
    assert clusters([]) == {}


DUMP = [
    "Skip to main content",
    "Brennholm's covered market reopens",
    "",
    "By Ana Dorrit",
    *MARKET[:5],
    "Follow our channel on Telegram",
    "Comments (0)",
    "Related Articles",
    "Three villages share a school bus",
    *BUS,
    "© 2026 Brennholm Post. All rights reserved.",
]
CLEAN = ["Brennholm's covered market reopens", *MARKET]


def produced(lines: list[str]) -> list[bool]:
    """Which lines the production path leaves in title and text of a file with these lines."""
    page = RawPage("desk", "a.txt", "text/plain; charset=utf-8", "\n".join(lines).encode())
    found = process(page, build(PipelineConfig()))
    assert isinstance(found, Cleaned)
    left = [found.document.title, *found.document.text.split("\n\n")]
    return [bool(line.strip()) and line.strip() in left for line in lines]


@pytest.mark.parametrize("lines", [DUMP, CLEAN, [*CLEAN, "", "#market", "Share"], [f"  {line}\t" for line in DUMP], list(MARKET)])
def test_kept_lines_are_those_of_the_production_path(lines: list[str]) -> None:
    assert keep_lines(lines) == produced(lines)


def test_own_lines_are_kept_and_furniture_is_not() -> None:
    assert [line for line, is_kept in zip(DUMP, keep_lines(DUMP), strict=True) if is_kept] == [DUMP[1], *MARKET[:5]]
    assert keep_lines(CLEAN) == [True] * len(CLEAN)


@pytest.mark.parametrize("lines", [[], [""], [" ", "\t"], ["\x00"], ["one"]])
def test_there_is_a_verdict_for_every_line(lines: list[str]) -> None:
    assert len(keep_lines(lines)) == len(lines)


def test_a_partly_kept_line_counts_as_kept() -> None:
    lines = [*CLEAN[:-1], CLEAN[-1] + " (Reuters)"]
    assert keep_lines(lines)[-1] is True


HEAD = (
    "<title>Brennholm's covered market reopens | Brennholm Post</title><meta name=author content='Ana Dorrit'>"
    "<meta property='article:published_time' content='2026-03-03T00:30:00+09:00'>"
)
BODY = (
    "<nav><a href=/>Home</a> <a href=/sport>Sport</a></nav><main><article><h1>Brennholm's covered market reopens</h1>"
    + "".join(f"<p>{paragraph}</p>" for paragraph in MARKET)
    + "</article></main><aside><h2>Related articles</h2><a href=/bus>Three villages share a school bus</a></aside>"
    "<footer>© 2026 Brennholm Post. All rights reserved.</footer>"
)
PAGE = f"<!doctype html><html lang=en><head><meta charset=utf-8>{HEAD}</head><body>{BODY}</body></html>".encode()
URL = "https://www.brennholm-post.example/market"


def test_clean_html_gives_the_articles_own_paragraphs() -> None:
    assert clean_html(PAGE, URL) == WIRE


def test_clean_html_is_the_production_path(root: Path) -> None:
    for path in sorted((root / "seeds").glob("*/*.html")):
        body = path.read_bytes()
        found = process(RawPage("desk", path.name, "text/html", body, url=URL), build(PipelineConfig()))
        assert isinstance(found, Cleaned)
        assert clean_html(body, URL) == found.document.text


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"\x00\x01\x02" * 400])
def test_a_page_without_an_article_is_empty(body: bytes) -> None:
    assert clean_html(body, URL) == ""


def test_describe_gives_title_authors_and_the_day_in_the_pages_own_zone() -> None:
    assert describe(PAGE, URL) == {"title": "Brennholm's covered market reopens", "authors": ["Ana Dorrit"], "date": "2026-03-03"}


def test_describe_falls_back_on_the_day_of_the_last_change() -> None:
    changed = PAGE.replace(b"article:published_time", b"article:modified_time")
    assert describe(changed, URL)["date"] == "2026-03-03"


@pytest.mark.parametrize("body", [b"", b"<html></html>", bytes(range(256)) * 9])
def test_describe_knows_nothing_of_what_is_no_page(body: bytes) -> None:
    assert describe(body, URL) == {"title": None, "authors": [], "date": None}


def test_language_is_that_of_the_production_path() -> None:
    assert evaluate.language(WIRE) == language.detect(WIRE).language == "en"
    assert evaluate.language("") == "und"


def test_no_page_that_cannot_be_read_raises() -> None:
    assert isinstance(process(RawPage("d", "a", "text/html", b""), build(PipelineConfig())), Rejected)
