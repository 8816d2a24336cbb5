"""Pages made to break or to stall: extraction must go on, in time that grows with size alone."""

import time
from collections.abc import Callable

import pytest

from ingest.extract.article import ExtractConfig, extract
from ingest.extract.html import blocks_of
from ingest.extract.tree import parse
from ingest.records import Article, Payload, Rejected

LEAD = "The harbour office of Linden opened a new quay on Monday, and the council told the press so in a long note."
HEAD = "<html><head><title>New quay opens</title></head><body>"

PAGES: dict[str, Callable[[], str]] = {
    "nested 300": lambda: HEAD + "<div>" * 300 + f"<p>{LEAD}</p>" * 5,
    "nested 5,000": lambda: HEAD + "<div>" * 5000 + f"<p>{LEAD}</p>" * 5 + "</div>" * 5000 + f"<p>{LEAD}</p>",
    "nested 5,000 inline": lambda: HEAD + "<span>" * 5000 + f"<p>{LEAD}</p>" * 5,
    "120,000 attributes": lambda: HEAD + "<div " + " ".join(f'a{n}="x"' for n in range(120_000)) + f"><p>{LEAD}</p>",
    "64,000 line breaks": lambda: HEAD + f"<p>{LEAD}</p>" + "<br>" * 64_000 + f"<p>{LEAD}</p>",
    "open doctype": lambda: "<!DOCTYPE" + "/" * 64_000 + HEAD + f"<p>{LEAD}</p>",
    "a million combining marks": lambda: HEAD + f"<p>{LEAD}</p><p>a" + "\u0301\u0323" * 500_000 + "</p>",
    "one paragraph of 1 MB": lambda: HEAD + f"<p>{LEAD}</p><p>" + "word other. " * 85_000 + "</p>",
    "20,000 headings": lambda: HEAD + "<h1>x</h1>" * 20_000 + f"<p>{LEAD}</p>",
    "deep JSON": lambda: HEAD + '<script type="application/ld+json">' + '{"author":[' * 50_000 + f"</script><p>{LEAD}</p>",
    "10 MB of JSON": lambda: HEAD + '<script type="application/ld+json">[' + "1," * 5_000_000 + f"1]</script><p>{LEAD}</p>",
    "10,000 dates": lambda: HEAD + f"<h1>New quay opens</h1><p>{LEAD}</p>" + "<time>5 March 2024</time>" * 10_000,
}


def payload(content: str) -> Payload:
    return Payload("html", content, "utf-8", url="https://linden.example/quay")


@pytest.mark.parametrize("name", PAGES)
def test_text_survives_and_time_stays_bounded(name: str) -> None:
    page = payload(PAGES[name]())
    start = time.process_time()
    article = extract(page, ExtractConfig(ask_trafilatura=False))
    assert time.process_time() - start < 5
    assert isinstance(article, Article)
    assert any(LEAD in block.text for block in article.blocks)


@pytest.mark.parametrize(
    "content", ["", " \n", "<html><body></body></html>", "<!--" * 1000, "<a " * 1000, "<frameset><frame src=x>", "<p>&nbsp;"]
)
def test_a_page_without_text_is_rejected(content: str) -> None:
    assert extract(payload(content), ExtractConfig()) == Rejected("extract", "no-text", "The page shows no text.")


@pytest.mark.parametrize(
    "content",
    ["\x01\x02PK garbage", "just words", "<<<<>>>>", "%PDF-1.7 \ufffd\ufffd", "<?xml version='1.0' encoding='ascii'?><p>é</p>"],
)
def test_what_is_no_html_never_raises(content: str) -> None:
    assert isinstance(extract(payload(content), ExtractConfig()), Article)


def test_paragraphs_below_the_deepest_level_stay_apart() -> None:
    root = parse("<div>" * 5000 + f"<p>{LEAD}</p>" * 5)
    assert root is not None
    assert [block.text for block in blocks_of(root)] == [LEAD] * 5


def test_no_name_of_a_meta_charset_is_believed_once_text_is_decoded() -> None:
    root = parse("<meta charset=iso-8859-1><p>Größe • “q”</p>")
    assert root is not None
    assert blocks_of(root)[0].text == "Größe • “q”"
