"""What other extractors, and naive ones, leave of pages with gold text: lines to learn from, in the shape of real leftovers."""

import html
import re
from collections.abc import Iterator
from typing import Any

import justext
import lxml.html
import numpy as np
import trafilatura
from lxml.etree import ParserError
from numpy.typing import NDArray

SEPARATE = re.compile(
    "address|article|aside|blockquote|body|br|d[dlt]|div|fieldset|fig(ure|caption)|footer|form|h[1-6r]|header|li|main|nav|[ou]l|"
    "p|pre|section|table|t[dhr]"
)
"""Elements that begin and end a line."""
SILENT = frozenset({"script", "style", "noscript", "template", "svg", "iframe"})
STOP_WORDS = {
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "nl": "Dutch",
    "no": "Norwegian_Bokmal",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
}
"""jusText's lists."""
DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
BULLET = "- "


def extractions(record: dict[str, Any]) -> Iterator[list[str]]:
    """The lines that each way of extracting leaves of a page; those of a page that can't be parsed are none."""
    source = record["html"] if isinstance(record["html"], str) else record["html"].decode("utf-8", "replace")
    source = CONTROL.sub(" ", DECLARATION.sub("", source))
    try:
        tree = lxml.html.document_fromstring(source)
    except ParserError:
        return
    yield [" ".join(paragraph.text_content().split()) for paragraph in tree.iter("p")]
    regions = [lines_of(element) for element in list(tree.iter("main")) or list(tree.iter("article"))]
    if regions:
        yield max(regions, key=lambda lines: sum(map(len, lines)))
    if (language := STOP_WORDS.get(record["lang"] or "en")) is not None:
        yield [
            part.text
            for part in justext.justext(source.encode(), justext.get_stoplist(language), encoding="utf-8")
            if not part.is_boilerplate
        ]
    yield (trafilatura.extract(source, include_comments=True, favor_recall=True) or "").splitlines()


def lines_of(element: lxml.html.HtmlElement) -> list[str]:
    """The visible text of an element, a line for each block."""
    found: list[str] = []
    _collect(element, found, open_line := [])
    _end(open_line, found)
    return found


def _collect(element: lxml.html.HtmlElement, found: list[str], open_line: list[str]) -> None:
    if not isinstance(element.tag, str) or element.tag in SILENT:
        return
    separate = SEPARATE.fullmatch(element.tag) is not None
    if separate:
        _end(open_line, found)
    open_line += [BULLET if element.tag == "li" else "", element.text or ""]
    for child in element:
        _collect(child, found, open_line)
        open_line.append(child.tail or "")
    if separate:
        _end(open_line, found)


def _end(open_line: list[str], found: list[str]) -> None:
    text = " ".join("".join(open_line).split())
    open_line.clear()
    if text.strip(BULLET):
        found.append(text)


def is_title(lines: list[str], titles: str | list[str] | None) -> NDArray[np.bool_]:
    """Which lines are one of the page's known titles; they teach nothing."""
    known = {_folded(title) for title in ([titles] if isinstance(titles, str) else titles or []) if title}
    return np.array([_folded(line) in known for line in lines])


def _folded(text: str) -> str:
    return " ".join(html.unescape(text).casefold().split())
