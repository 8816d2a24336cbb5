"""A page's title, and the block that shows it."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from ingest.extract.head import Head
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
CLAIMS = ("og:title", "twitter:title", "headline", "dc.title", "parsely-title", "sailthru.title", "title")

_WORD = re.compile(r"\w+")
_SEPARATOR = re.compile(r"\s+[-–—|·•»«:~⋆]+\s+|\s*[|｜]\s*|\s+[-–—]|_")
_NO_TITLE = frozenset({"overlay", "consent", "comment"})

Titled = tuple[str | None, int | None]
"""A title and the index of the block that is exactly it."""


def title_of(blocks: Sequence[Block], head: Head, nodes: Sequence[Node]) -> Titled:
    """The page's title as its headline shows it, else as its markup claims it without the site's name."""
    claims = _claims(head, nodes)
    sites = {fold(name) for name in _site_names(head, nodes)}
    heading = _heading(blocks, [_words(claim) for claim in claims], sites)
    if heading is not None:
        return blocks[heading].text, heading
    bare = list(dict.fromkeys(name for claim in claims for name in _without_site(claim, sites)))
    shown = block_equal_to(blocks, bare)
    if shown is not None:
        return blocks[shown].text, shown
    return (bare[0] if bare else None), None


def block_equal_to(blocks: Sequence[Block], titles: Iterable[str]) -> int | None:
    """The first block, headings first, whose text is one of the titles but for case, space and punctuation."""
    wanted = {fold(title) for title in titles} - {""}
    longest = max(map(len, wanted), default=0) * 2 + 20
    equal = [index for index, block in enumerate(blocks) if len(block.text) <= longest and fold(block.text) in wanted]
    return min(equal, key=lambda index: (blocks[index].hidden, blocks[index].tag or "z"), default=None) if equal else None


def fold(text: str) -> str:
    """The text's words in one spelling."""
    return " ".join(_WORD.findall(text.casefold()))


def _claims(head: Head, nodes: Sequence[Node]) -> list[str]:
    """What markup says that the title is, the most deliberate first."""
    found = [text for node in nodes if is_article(node) for text in texts(node.get("headline"))[:1]][:1]
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


def _heading(blocks: Sequence[Block], claims: Sequence[frozenset[str]], sites: set[str]) -> int | None:
    """The first-order heading that agrees best with the claims; the only one where none agrees."""
    found = [index for index, block in enumerate(blocks) if "h1" in block.ancestors and len(block.text) <= MAX_CHARS]
    found = [index for index in islice(found, MAX_HEADINGS) if fold(blocks[index].text) not in sites]
    scored = [(max((_agreement(_words(blocks[index].text), claim) for claim in claims), default=0.0), -index) for index in found]
    best, index = max(scored, default=(0.0, 0))
    if best >= MIN_AGREEMENT:
        return -index
    plain = {
        blocks[index].text: index for index in reversed(found) if not blocks[index].hidden and not blocks[index].hints & _NO_TITLE
    }
    return next(iter(plain.values())) if len(plain) == 1 else None


def _agreement(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (len(one | other) or 1)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _without_site(claim: str, sites: set[str]) -> list[str]:
    """The claim without its last or first part where that is a site's name or short; itself too."""
    parts = _SEPARATOR.split(claim)
    found = []
    for end in range(1, len(parts)):
        rest = claim[: claim.rindex(parts[-end])].rstrip(" -–—|·•»«:~⋆_｜") if parts[-end] else ""
        if fold(parts[-end]) in sites or (len(parts[-end].split()) <= MAX_SITE_WORDS and len(rest.split()) >= MIN_HEAD_WORDS):
            found.append(rest)
    return [*found[:1], claim]
