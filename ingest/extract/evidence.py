"""What trafilatura keeps of a page, as evidence on each of our blocks."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.meta import reset_caches

from ingest.records import Block

GRAM = 3
PAGES_PER_RESET = 100
"""trafilatura's caches keep every text that it saw: a paragraph of 1 MB retains 3.1 MB."""
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Thai, Lao, Burmese, Khmer, kana and Han: each character counts as a word."""
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
"""trafilatura deletes joiners and soft hyphens, so both sides are compared without them."""
_asked = count(1)

Gram = tuple[str, ...]


def judged(blocks: Sequence[Block], root: HtmlElement) -> tuple[Block, ...]:
    """The blocks with the share of their word 3-grams that trafilatura keeps.

    Zero for all where it finds no article; null where it fails on the page.
    """
    text = kept_text(root)
    if text is None:
        return tuple(blocks)
    kept = words(text)
    grams, line = set(_grams(kept)), f" {' '.join(kept)} "
    return tuple(replace(block, trafilatura=_share(words(block.text), grams, line)) for block in blocks)


def kept_text(root: HtmlElement) -> str | None:
    """The text that trafilatura extracts by default, without comments; null where it fails. The tree is left as it is."""
    if next(_asked) % PAGES_PER_RESET == 0:
        reset_caches()
    try:
        document = bare_extraction(root, include_comments=False)
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, etree.LxmlError):
        # A fault of trafilatura on an odd page costs evidence, not the page; deep trees exhaust its recursion.
        return None
    return str(getattr(document, "text", None) or "")


def words(text: str) -> list[str]:
    """The words of a text in one spelling, without joiners."""
    return _WORD.findall(unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).lower())


def _grams(tokens: list[str]) -> list[Gram]:
    return list(zip(*(tokens[start:] for start in range(GRAM)), strict=False))


def _share(tokens: list[str], grams: set[Gram], line: str) -> float:
    if len(tokens) < GRAM:
        return float(bool(tokens) and f" {' '.join(tokens)} " in line)
    own = _grams(tokens)
    return sum(gram in grams for gram in own) / len(own)
