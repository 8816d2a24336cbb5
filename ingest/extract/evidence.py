"""What trafilatura keeps of a page, as evidence on each of our blocks."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.meta import reset_caches

from ingest.records import Block

GRAM = 3
_WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_asked = count(1)


def judged(blocks: Sequence[Block], root: HtmlElement) -> tuple[Block, ...]:
    kept = words(kept_text(root))
    grams = set(zip(*(kept[n:] for n in range(GRAM)), strict=False))
    line = f" {' '.join(kept)} "
    return tuple(replace(block, trafilatura=_share(words(block.text), grams, line)) for block in blocks)


def kept_text(root: HtmlElement) -> str:
    if next(_asked) % 100 == 0:
        reset_caches()
    document = bare_extraction(root, include_comments=False)
    return (document.text or "") if document is not None else ""


def words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).translate(_INVISIBLE).lower())


def _share(block: list[str], grams: set[tuple[str, ...]], line: str) -> float:
    if len(block) < GRAM:
        return float(bool(block) and f" {' '.join(block)} " in line)
    own = list(zip(*(block[n:] for n in range(GRAM)), strict=False))
    return sum(gram in grams for gram in own) / len(own)
