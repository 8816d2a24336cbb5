"""A page's title, and the block that shows it."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

from ingest.extract.head import Head
from ingest.extract.html import HEADINGS
from ingest.extract.jsonld import Node, is_article, texts
from ingest.records import Block

MAX_CHARS = 400
"""A longer heading is a paragraph in disguise."""
MAX_HEADINGS = 50
MIN_AGREEMENT = 0.5
"""Shared words over all words of a heading and a claim, from which on they are one title in two wordings."""
MIN_HEAD_WORDS = 3
"""What stands before a separator must have so many words to be a title by itself."""
MAX_SITE_WORDS = 5
MAX_LONE_CHARS = 200
"""A longer heading that agrees with nothing is a standfirst."""
CLAIMS = ("og:title", "twitter:title", "headline", "dc.title", "parsely-title", "sailthru.title", "title")

_WORD = re.compile(r"\w+")
_SEPARATOR = re.compile(r"\s+[-–—|·•»«:~⋆]+\s+|\s*[|｜]\s*|\s+[-–—]|_")
_KICKER = re.compile(r"[:|/•·–—-]\W*$|\w\W+(?:19|20)\d\d\W*$")
_NO_TITLE = frozenset({"overlay", "consent", "comment"})

Titled = tuple[str | None, int | None]
"""A title and the index of the block that is exactly it."""


class Headline(NamedTuple):
    """A page's title and where it is shown."""

    title: str | None
    block: int | None
    """Index of the block that is exactly the title."""
    place: int | None
    """Index of the block that shows it, with a kicker before it or a section behind it perhaps."""


def title_of(blocks: Sequence[Block], head: Head, nodes: Sequence[Node], url: str | None = None) -> Headline:
    """The page's title as its headline shows it, else as its markup claims it without the site's name."""
    sites = {fold(name) for name in (*_site_names(head, nodes), *_hosts(url))} - {""}
    claims = _claims(head, nodes)
    bare = list(dict.fromkeys(name for claim in claims for name in _without_site(claim, sites)))
    heading = _heading(blocks, bare, sites)
    if heading is not None:
        told = next((fold(headline) for headline in _headlines(nodes)), "")
        heading = _told_heading(blocks, told, heading)
        return _shown(blocks, heading, bare, told)
    shown = block_equal_to(blocks, bare)
    if shown is not None:
        return Headline(blocks[shown].text, shown, shown)
    lone = _opening_heading(blocks, bare, sites)
    lone = _lone_heading(blocks, sites) if lone is None else lone
    return Headline(bare[0] if bare else None, None, None) if lone is None else _shown(blocks, lone, bare, "")


def _shown(blocks: Sequence[Block], heading: int, claims: Sequence[str], told: str) -> Headline:
    text = blocks[heading].text
    title = _headline(text, claims, told)
    return Headline(title, heading if title == text else None, heading)


def block_equal_to(blocks: Sequence[Block], titles: Iterable[str]) -> int | None:
    """The first block, headings first, whose text is one of the titles but for case, space and punctuation."""
    wanted = {fold(title) for title in titles} - {""}
    longest = max(map(len, wanted), default=0) * 2 + 20
    equal = [index for index, block in enumerate(blocks) if len(block.text) <= longest and fold(block.text) in wanted]
    return min(equal, key=lambda index: (blocks[index].hidden, blocks[index].tag or "z"), default=None) if equal else None


def fold(text: str) -> str:
    """The text's words in one spelling."""
    return " ".join(_WORD.findall(text.casefold()))


def _headlines(nodes: Sequence[Node]) -> list[str]:
    return [text for node in nodes if is_article(node) for text in texts(node.get("headline"))[:1]]


def _claims(head: Head, nodes: Sequence[Node]) -> list[str]:
    """What markup says that the title is, the most deliberate first."""
    found = _headlines(nodes)[:1]
    found += [head.meta[name][0] for name in CLAIMS if name in head.meta]
    return list(dict.fromkeys(claim for claim in (*found, head.title) if claim and len(claim) <= MAX_CHARS))


def _site_names(head: Head, nodes: Sequence[Node]) -> list[str]:
    names = [
        name for key in ("og:site_name", "application-name", "apple-mobile-web-app-title") for name in head.meta.get(key, ())
    ]
    for node in nodes:
        publisher = node.get("publisher")
        if isinstance(publisher, dict):
            names += texts(publisher.get("name"))
    return names


def _hosts(url: str | None) -> list[str]:
    """What a site may be called after its address."""
    try:
        host = (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return []
    labels = host.split(".")
    return [host, ".".join(labels[-2:]), *labels[:-1]]


def _heading(blocks: Sequence[Block], claims: Sequence[str], sites: set[str]) -> int | None:
    """The first-order heading that agrees best with the claims."""
    words = [_words(claim) for claim in claims]
    scored = [
        (max((_agreement(_words(blocks[index].text), claim) for claim in words), default=0.0), -index)
        for index in _headings(blocks, sites)
    ]
    best, index = max(scored, default=(0.0, 0))
    return -index if best >= MIN_AGREEMENT else None


def _told_heading(blocks: Sequence[Block], told: str, heading: int) -> int:
    """The heading that is exactly what JSON-LD calls the headline, where the first-order one is not; else that."""
    if not told or fold(blocks[heading].text) == told:
        return heading
    shown = (
        index for index, block in enumerate(blocks) if block.tag in HEADINGS and not block.hidden and fold(block.text) == told
    )
    return next(shown, heading)


def _opening_heading(blocks: Sequence[Block], claims: Sequence[str], sites: set[str]) -> int | None:
    """The first-order heading that a claim begins with: all of it but a subtitle or a section."""
    spelled = [fold(claim) for claim in claims]
    for index in _headings(blocks, sites):
        opening = fold(blocks[index].text)
        if len(opening.split()) >= MIN_HEAD_WORDS and any(claim.startswith(f"{opening} ") for claim in spelled):
            return index
    return None


def _lone_heading(blocks: Sequence[Block], sites: set[str]) -> int | None:
    """The only first-order heading of a page."""
    plain = {
        blocks[index].text: index
        for index in reversed(_headings(blocks, sites))
        if not blocks[index].hidden and not blocks[index].own_hints & _NO_TITLE and len(blocks[index].text) <= MAX_LONE_CHARS
    }
    return next(iter(plain.values())) if len(plain) == 1 else None


def _headings(blocks: Sequence[Block], sites: set[str]) -> list[int]:
    found = (index for index, block in enumerate(blocks) if "h1" in block.ancestors and len(block.text) <= MAX_CHARS)
    return [index for index in islice(found, MAX_HEADINGS) if fold(blocks[index].text) not in sites]


def _headline(text: str, claims: Sequence[str], told: str) -> str:
    """A heading without a section, date or label that a mark or JSON-LD sets off before it, or a bar behind it."""
    first, *labels = re.split(r"\s+\|\s+", text)
    if labels and len(first.split()) >= MIN_HEAD_WORDS and all(len(label.split()) <= MAX_SITE_WORDS for label in labels):
        text = first
    return text if fold(text) in map(fold, claims) else next(filter(None, (_tail(text, claim, told) for claim in claims)), text)


def _tail(text: str, claim: str, told: str) -> str | None:
    """The end of a heading that is a claim, where what stands before it is a kicker."""
    words = [re.escape(word) for word in fold(claim).split()]
    found = re.search(r"[\W_]+".join(words) + r"[\W_]*$", text.casefold()) if len(words) >= MIN_HEAD_WORDS else None
    kicker = text.casefold()[: found.start()] if found else ""
    is_kicker = _KICKER.search(kicker) or (len(kicker.split()) > 1 and fold(claim) == told)
    return claim if is_kicker and len(kicker.split()) <= MAX_SITE_WORDS else None


def _agreement(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (len(one | other) or 1)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _without_site(claim: str, sites: set[str]) -> list[str]:
    """The claim without the site's name at either end, or without a last part that is short; itself too."""
    start, end = 0, len(claim)
    marks = list(_SEPARATOR.finditer(claim))
    while marks and fold(claim[marks[-1].end() : end]) in sites:
        end = marks.pop().start()
    while marks and fold(claim[start : marks[0].start()]) in sites:
        start = marks.pop(0).end()
    # Of what stands before the site's name only a section behind a bar goes.
    if marks and (end == len(claim) or "|" in marks[-1][0]):
        mark = marks[-1]
        if len(claim[mark.end() :].split()) <= MAX_SITE_WORDS and len(claim[start : mark.start()].split()) >= MIN_HEAD_WORDS:
            end = mark.start()
    return list(dict.fromkeys(filter(None, (claim[start:end].strip(), claim))))
