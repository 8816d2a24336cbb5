import pytest

from ingest.extract.agency import agency_of
from ingest.records import Block

LEAD = "The harbour office opened a new quay on Monday, and the ferries moved to it on the same day."


def blocks(*texts: str) -> list[Block]:
    return [Block("New quay opens in Linden"), *map(Block, texts)]


@pytest.mark.parametrize(
    ("claims", "lines", "agency"),
    [
        (["Mara Quint, Associated Press"], [LEAD], "AP"),
        (["dpa"], [LEAD], "dpa"),
        (["Deutsche Presse-Agentur"], [LEAD], "dpa"),
        (["Ana Dorrit with Reuters"], [LEAD], "Reuters"),
        (["Mara Quint"], [LEAD], None),
        ([], ["The Canadian Press", LEAD], "CP"),
        ([], ["AFP, LINDEN", LEAD], "AFP"),
        ([], ["By Mara Quint and AP", LEAD], "AP"),
        ([], ["AA", LEAD], None),
        ([], [f"LINDEN (dpa) – {LEAD}"], "dpa"),
        ([], [f"LINDEN, March 5 (Reuters) - {LEAD}"], "Reuters"),
        ([], [f"Linden (dpa/tmn) - {LEAD}"], "dpa"),
        ([], [f"(ANSA) - LINDEN, 5 MAR - {LEAD}"], "ANSA"),
        ([], [LEAD, "Quelle: dpa"], "dpa"),
        ([], [LEAD, "Reporting by The Associated Press."], "AP"),
        ([], [LEAD, "© dpa-infocom, dpa:240305-99-1/5"], "dpa"),
        ([], [LEAD, "Copyright 2024 The Associated Press. All rights reserved. This material may not be published."], "AP"),
        ([], ["The quay as seen from the tower on Monday, a picture of the whole harbour. Jo Dale (AP)", LEAD], None),
        ([], [LEAD, "© AFP"], None),
        ([], ["The harbour office told Reuters on Monday that the quay (a new one) is open for all ferries."], None),
        ([], ["Reuters said so."], None),
    ],
)
def test_the_agency_is_the_one_that_the_article_credits(claims: list[str], lines: list[str], agency: str | None) -> None:
    assert agency_of(claims, blocks(*lines), 0) == agency


def test_a_line_above_the_headline_or_under_a_picture_credits_no_agency_for_the_text() -> None:
    above = [Block("Quelle: dpa"), Block("New quay opens in Linden"), Block(LEAD)]
    assert agency_of([], above, 1) is None
    caption = Block("Source: Reuters", tag="figcaption", own_hints=frozenset({"caption"}))
    assert agency_of([], [*blocks(LEAD), caption], 0) is None


def test_a_page_without_headline_is_searched_from_its_first_line() -> None:
    assert agency_of([], [Block(f"LINDEN (AP) — {LEAD}")], None) == "AP"
