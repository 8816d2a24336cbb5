from datetime import UTC, datetime

import pytest

from ingest.extract.article import ExtractConfig, extract
from ingest.records import Article, Flag, Payload, Rejected

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HTML = (
    "<html><head><title>New quay opens - Linden Post</title><meta name=author content='Mara Quint'>"
    "<meta property=article:published_time content=2024-03-05T08:30:00Z></head>"
    "<body><h1>New  quay opens</h1><p>The harbour office opened a new quay on Monday.</p></body></html>"
)


def article(content: str, kind: str = "html", **envelope: object) -> Article:
    payload = Payload(kind, content, "utf-8", **envelope)  # type: ignore[arg-type]
    found = extract(payload, ExtractConfig(), clock=lambda: NOW)
    assert isinstance(found, Article)
    return found


def test_html_becomes_blocks_with_markup_verdict_and_metadata() -> None:
    found = article(HTML, url="https://www.lindenpost.example/quay", flags=frozenset({Flag.CHARSET_GUESSED}))
    assert found.is_html
    assert (found.title, found.title_block) == ("New quay opens", 0)
    assert all(block.trafilatura is not None for block in found.blocks)
    assert (found.authors, found.site, found.url) == (
        ("Mara Quint",),
        "lindenpost.example",
        "https://www.lindenpost.example/quay",
    )
    assert (found.published_at, found.published_precision) == (datetime(2024, 3, 5, 8, 30, tzinfo=UTC), "second")
    assert found.published_source == "meta"
    assert found.flags == {Flag.CHARSET_GUESSED}


def test_what_the_envelope_says_wins_over_the_page() -> None:
    day = datetime(2020, 1, 2, tzinfo=UTC)
    found = article(
        HTML, title="Given  title", authors=("Jo Dale",), published_at=day, published_precision="day", modified_at=day
    )
    assert (found.title, found.title_block, found.authors) == ("Given title", None, ("Jo Dale",))
    assert (found.published_at, found.published_precision, found.modified_at) == (day, "day", day)
    assert found.published_source == "record"


def test_an_envelopes_title_is_lifted_from_its_block() -> None:
    found = article(HTML, title=" New quay\u00a0opens ")
    assert (found.title, found.title_block) == ("New quay opens", 0)


def test_a_title_is_verbatim_its_block() -> None:
    found = article(HTML)
    assert found.title_block is not None
    assert found.blocks[found.title_block].text == found.title


def test_text_has_blocks_without_markup() -> None:
    found = article(
        "Given title\n\nFirst line of the text.\nSecond line.", "text", title="Given title", url="https://m.lindenpost.example/x"
    )
    assert [block.text for block in found.blocks] == ["Given title", "First line of the text.", "Second line."]
    assert (found.title_block, found.site, found.is_html, found.page_type) == (0, "lindenpost.example", False, None)


@pytest.mark.parametrize("kind", ["html", "text"])
def test_nothing_visible_is_rejected(kind: str) -> None:
    rejected = extract(Payload(kind, " \n\t", "utf-8"), ExtractConfig())  # type: ignore[arg-type]
    assert isinstance(rejected, Rejected)
    assert (rejected.stage, rejected.reason) == ("extract", "no-text")


def test_trafilatura_is_not_asked_where_that_is_not_wished() -> None:
    found = extract(Payload("html", HTML, "utf-8"), ExtractConfig(ask_trafilatura=False))
    assert isinstance(found, Article)
    assert {block.trafilatura for block in found.blocks} == {None}


def test_the_date_of_the_feed_counts_where_the_page_has_none() -> None:
    listed = datetime(2024, 3, 4, 7, tzinfo=UTC)
    bare = article("<h1>New quay opens</h1><p>The harbour office opened a new quay.</p>", listed_at=listed)
    assert (bare.published_at, bare.published_precision, bare.published_source) == (listed, "second", "feed")
    assert article(HTML, listed_at=listed).published_source == "meta"
    assert article("Nothing tells the day.", "text").published_source is None
