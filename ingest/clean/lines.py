"""What can be said of each block alone: its shape, its cues, and the words that it would share with others."""

# ruff: noqa: E501 (one pattern a line)

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest.clean.cues import cues_of
from ingest.clean.rarity import rarity
from ingest.clean.words import stems, width, words
from ingest.records import Block

ENDS = re.compile(r"[.!?…。！？।؟۔]['\"”’»)\]」』]*\s*\Z")
TRAILS_OFF = re.compile(r"(?:\.\.\.|…)\W*\Z")
BULLET = re.compile(r"\s*(?:[-–—•*·▪►»>|■●◆▶※・]|\d{1,2}[.)])\s?")
QUOTE = re.compile(r"\s*['\"“„«‘「『»]")
SENTENCE_END = re.compile(r"[.!?…][\"”’»)]?(?:\s|\Z)|[。！？।؟۔]")
DATELINE = re.compile(
    r"(?:[A-ZÀ-ÞΑ-ΩА-Я][A-ZÀ-ÞΑ-ΩА-Я.'’ -]{2,28}(?:,? [A-Z][A-Za-z. ]{1,16})?(?:,? \(?(?:[A-Z][a-z]+\.? \d{1,2}|\d{1,2} [A-Z][a-z]+)\)?)?"
    r"\s*(?:\([A-Z][A-Za-z]{1,11}[^)]{0,20}\))?\s?[-–—:]{1,2}\s"
    r"|[A-ZÄÖÜ][\w./ -]{2,25} \((?:[A-Z]{2,5}|[a-z]{3}|Reuters)[^)]{0,15}\)\s?[-–—.:]?|【[^】]{2,12}】|\[[^\]]{2,14}(?:기자|뉴스)\])"
)
WIRE_END = re.compile(
    r"(?:(?<=[.!?\"”’'])\s+[A-Z]{2,}(?:[ /][A-Z]{2,})*|(?<=[.!?\"”’'])\s*\([A-Z][\w.&'’-]*(?:[ /,&-]+[A-Z][\w.&'’-]*){0,3}\)|\((?:[A-Z]{2,8}|[a-z]{2,4}(?:/[a-z]{2,4})*|Reuters)(?:[/,][^)]{0,20})?\)|[/—–]\s?[A-Z]{2,8})\W*\Z"
)
REMEMBERED, MAX_REMEMBERED = 1024, 4000
"""So many blocks of at most so many characters are not read again."""
REMEMBERED_PAGES, MAX_REMEMBERED_PAGE = 32, 40_000
"""Nor are so many pages of at most so many characters: a text is read for its headline first, and its group is judged later."""
DENSE_WIDTH, GIANT_WIDTH = 90, 200
"""A paragraph is at least so wide and ends as a sentence, or wider still."""


@dataclass(frozen=True, slots=True)
class Line:
    """One block as the rules see it."""

    text: str
    """Normalised to NFC."""
    key: str
    """Folded words alone: equal for repetitions."""
    folded: tuple[str, ...]
    """The words of `key`."""
    width: int
    """Characters of Latin script that say as much."""
    tokens: tuple[str, ...]
    cues: frozenset[str]
    vector: dict[str, float]
    """Rarity of each stem, damped where the document repeats it."""
    names: frozenset[str]
    """Stems of capitalised words that don't begin the block: mostly names."""
    ends: bool
    """Ends as a sentence does, or with an agency's name behind one."""
    dense: bool
    """Is a paragraph of running text."""

    @property
    def mass(self) -> float:
        """How much its words say."""
        return sum(self.vector.values())


@dataclass(frozen=True, slots=True)
class _Words:
    """What a block's text alone says."""

    text: str
    key: str
    folded: tuple[str, ...]
    tokens: tuple[str, ...]
    stems: tuple[str, ...]
    """Each once."""
    weights: tuple[float, ...]
    """The rarity of each, more where the block repeats it."""
    width: int
    cues: frozenset[str]
    names: frozenset[str]
    ends: bool


def read(blocks: Sequence[Block]) -> tuple[Line, ...]:
    """Each block as a line, in order."""
    texts = tuple([block.text for block in blocks])
    return _lines_of(texts) if sum(map(len, texts)) <= MAX_REMEMBERED_PAGE else _lines_of.__wrapped__(texts)


@lru_cache(maxsize=REMEMBERED_PAGES)
def _lines_of(texts: tuple[str, ...]) -> tuple[Line, ...]:
    found = [_words_of(text) if len(text) <= MAX_REMEMBERED else _read(text) for text in texts]
    spread: Counter[str] = Counter()
    for one in found:
        spread.update(one.stems)
    by_lines = {lines: 1 + math.log(1 + lines / 4) for lines in set(spread.values())}
    damping = {stem: by_lines[lines] for stem, lines in spread.items()}
    return tuple(_line(one, damping) for one in found)


def _line(one: _Words, damping: Mapping[str, float]) -> Line:
    return Line(
        text=one.text,
        key=one.key,
        folded=one.folded,
        width=one.width,
        tokens=one.tokens,
        cues=one.cues,
        vector={stem: weight / damping[stem] for stem, weight in zip(one.stems, one.weights, strict=True)},
        names=one.names,
        ends=one.ends,
        dense=one.width >= DENSE_WIDTH and (one.ends or one.width >= GIANT_WIDTH),
    )


def _read(raw: str) -> _Words:
    text = unicodedata.normalize("NFC", raw)
    tokens, wide, edges = words(text), width(text), _edges(text)
    key = " ".join(tokens).casefold()
    counts = Counter(stems(tokens))
    return _Words(
        text=text,
        key=key,
        folded=tuple(key.split()),
        tokens=tuple(tokens),
        stems=tuple(counts),
        weights=tuple([rarity(stem) if n == 1 else rarity(stem) * (1 + math.log(n)) for stem, n in counts.items()]),
        width=wide,
        cues=cues_of(text, tokens, wide) | edges,
        names=frozenset(token[:6].lower() for token in tokens[1:] if len(token) > 2 and token[0].isupper()),
        ends=ENDS.search(text[-12:]) is not None or "wire_end" in edges,
    )


_words_of = lru_cache(maxsize=REMEMBERED)(_read)
"""The same for blocks that are read more than once: for the headline, for a first look, for the next."""


def _edges(text: str) -> frozenset[str]:
    """How wire copy begins and ends."""
    found = {"dateline"} if DATELINE.match(text) else set()
    if WIRE_END.search(text[-90:]):
        found.add("wire_end")
    return frozenset(found)
