"""Whom a page shows as its author: bylines beside its headline."""

import re
from collections.abc import Iterable, Iterator, Sequence

from lxml.html import HtmlElement

from ingest.extract.names import BY, MAX_AUTHORS, is_person, names_in
from ingest.extract.prosedate import MONTH
from ingest.records import Block

MAX_BYLINE_CHARS = 120
MAX_CLASSED = 200
BEFORE_TITLE, AFTER_TITLE = 3, 8
"""Blocks around the headline among which a bare name may be that of the author."""
MAX_COLLECTIVE_WORDS = 4
_NO_BYLINE = frozenset({"comment", "related", "caption", "advert", "tags", "breadcrumb"})
_ASIDE = re.compile(r"comment|related|recommend|teaser|sidebar|(?:^|[ _-])card|popular|most-?read|footer", re.IGNORECASE)
_WHOLE = frozenset({"html", "body", "main"})
_CLASSED = "//*[" + " or ".join(f"contains(@class, '{name}')" for name in ("author", "Author", "byline", "Byline")) + "]"
_CALLED = re.compile(r"(?:^|[^a-z])authors?(?:$|[^a-z])|[a-z]Author|[Bb]yline")
_OTHERS = re.compile(
    r"[\s.,|·•-]*\b(?:(?:medically |fact[- ])?(?:reviewed|edited|checked)|photo(?:graph)?s?|illustrat\w+|translated|updated"
    r"|published|posted|last)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
"""Who checked, drew or translated a text, and when, follows who wrote it."""
_GLUED_BY = re.compile(r"\b((?:[Ww]ritten\s)?[Bb]y)(?=[A-Z][a-z])")
_GLUED_MONTH = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z][a-z]{2,8}\.?\s+\d)")
_LATER_BY = re.compile(r"(?:\d{4}|[|·•])\s+(?=by\s)", re.IGNORECASE)
_DATED = re.compile(r"\b(?:19|20)\d\d")
_DESK = re.compile(r"^(?:[A-Z]\S* ){0,3}(?:Team|Staff|Desk|Editors?|Newsroom|Redaktion|Redacción|Rédaction|Redazione|Redação)$")
_BARS = re.compile(r"\s*[|·•]\s*|\s[–—-]\s")
_TRAIL = frozenset(["on", "am", "le", "at", "el", "em", "op", "den", "kl", "the", "in", "um", "|", "·", "-", "–", "—", ","])


def linked_authors(root: HtmlElement) -> Iterator[str]:
    """Texts of elements that are marked up as the author, but for those of comments."""
    found = root.xpath("//a[@rel='author'] | //*[@itemprop='author']")
    for element in found[:MAX_AUTHORS]:
        inner = element.xpath(".//*[@itemprop='name']")
        text = " ".join("".join((inner[0] if inner else element).itertext()).split())
        if len(text) <= MAX_BYLINE_CHARS and not _is_aside(element):
            yield text


def classed_authors(root: HtmlElement) -> Iterator[str]:
    """The first element that its class calls author or byline and whose text names a person."""
    for element in filter(_is_called_author, root.xpath(_CLASSED)[:MAX_CLASSED]):
        text = " · ".join(filter(None, (" ".join(piece.split()) for piece in element.itertext())))
        if len(text) <= MAX_BYLINE_CHARS and not _is_aside(element):
            text = _OTHERS.sub("", text)
            if names_in([text], frozenset(), min_words=2):
                yield text
                return


def bylines(blocks: Iterable[Block]) -> Iterator[str]:
    """What short blocks say behind a word for `by`, until one names a person."""
    for block in blocks:
        text = said(block.text) if _may_be_byline(block) else ""
        if text and names_in([text], frozenset(), min_words=2):
            yield text
            return


def signatures(blocks: Iterable[Block]) -> Iterator[str]:
    """The name of a person in a line that holds nothing else but a date and the like, behind bars."""
    for block in blocks:
        parts = _BARS.split(_GLUED_MONTH.sub(" | ", block.text)) if _may_be_byline(block) else []
        names = [part for part in parts if " " in part and is_person(part) and len(part.split()) <= MAX_COLLECTIVE_WORDS]
        if len(names) == 1 and any(map(_DATED.search, parts)):
            yield names[0]
            return


def collective_bylines(blocks: Iterable[Block]) -> Iterator[str]:
    """Whom a byline credits where that is no whole name: a single name, a desk, an outlet."""
    for block in filter(_may_be_byline, blocks):
        is_byline = "byline" in block.own_hints or _DESK.search(block.text)
        text = said(block.text) or (_undated(block.text) if is_byline and not BY.match(f"{block.text} ") else "")
        if text and len(text.split()) <= MAX_COLLECTIVE_WORDS:
            yield text
            return


def near(blocks: Sequence[Block], title: int | None) -> list[Block]:
    """The blocks below the headline and just above it, in this order; without headline none."""
    if title is None:
        return []
    return [*blocks[title + 1 : title + 1 + AFTER_TITLE], *blocks[max(0, title - BEFORE_TITLE) : title]]


def said(text: str) -> str:
    """What a block says behind a word for `by`, without date; empty where it has no such word."""
    text = _GLUED_BY.sub(r"\1 ", _GLUED_MONTH.sub(" ", text))
    later = _LATER_BY.search(text)
    text = text[later.end() :] if later else text
    return _undated(BY.sub("", text, count=1)) if BY.match(text) else ""


def _undated(text: str) -> str:
    """The text up to the date or the people that follow the author's name."""
    text = re.split(r"\d|[|·•(]|\s[–—-]\s|,? in ", _OTHERS.sub("", _GLUED_MONTH.sub(" ", text)), maxsplit=1)[0]
    words = text.split()
    while words and (words[-1].strip(".,").lower() in _TRAIL or words[-1].strip(".,").lower() in MONTH):
        words.pop()
    return " ".join(words).strip(" ,.:")


def _may_be_byline(block: Block) -> bool:
    is_other = block.own_hints & _NO_BYLINE and "byline" not in block.own_hints
    return len(block.text) <= MAX_BYLINE_CHARS and not is_other and "comment" not in block.hints


def _is_called_author(element: HtmlElement) -> bool:
    return _CALLED.search(element.get("class")) is not None


def _is_aside(element: HtmlElement) -> bool:
    """Whether an element stands among comments or teasers of other pages."""
    names = (f"{each.get('class')} {each.get('id')}" for each in (element, *element.iterancestors()) if each.tag not in _WHOLE)
    return any(_ASIDE.search(name) for name in names)
