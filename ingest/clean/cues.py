"""Words and phrases that give furniture away, in many languages; hints to be weighed, none of them proof in a sentence."""

import re
from collections.abc import Callable, Iterator
from functools import partial

from ingest.clean.phrases import ANYWHERE, OPENINGS, WHOLE, WORDS

MAX_SHORT = 160
"""Up to this width all cues are looked for; in a longer block only those that may stand in a sentence."""
EDGE_CHARS = 120
"""How much of a longer block's beginning and end is read."""
IN_LONG = frozenset({"legal", "cookie", "subscribe", "caption", "translation", "paywall", "bio", "inline"})

_Finder = Callable[[str, frozenset[str]], bool]


def _opens(pattern: re.Pattern[str], text: str, _words: frozenset[str]) -> bool:
    return pattern.match(text) is not None


def _stands(pattern: re.Pattern[str], text: str, _words: frozenset[str]) -> bool:
    return pattern.search(text) is not None


def _holds(wanted: frozenset[str], _text: str, words: frozenset[str]) -> bool:
    return not wanted.isdisjoint(words)


def _finders() -> Iterator[tuple[str, _Finder]]:
    for name, phrases in OPENINGS.items():
        yield name, partial(_opens, re.compile(rf"\W*(?:\d+\s)?(?:{phrases})"))
    for name, phrases in WHOLE.items():
        yield name, partial(_opens, re.compile(rf"\W*(?:{phrases})\W*\Z"))
    for name, phrases in ANYWHERE.items():
        yield name, partial(_stands, re.compile(phrases))
    for name, phrases in WORDS.items():
        yield name, partial(_holds, frozenset(phrases.split()))


_FINDERS: tuple[tuple[str, _Finder], ...] = tuple(_finders())
_FINDERS_IN_LONG = tuple((name, find) for name, find in _FINDERS if name in IN_LONG)
NAMES: tuple[str, ...] = tuple(sorted({name for name, _ in _FINDERS}))


def cues_of(text: str, tokens: list[str], width: int) -> frozenset[str]:
    """Names of the cues that a block shows."""
    if width <= MAX_SHORT:
        folded, finders = text.casefold(), _FINDERS
    else:
        folded, finders = f"{text[:EDGE_CHARS]} {text[-EDGE_CHARS:]}".casefold(), _FINDERS_IN_LONG
        tokens = folded.split()
    found = frozenset(word.casefold() for word in tokens)
    return frozenset(name for name, find in finders if find(folded, found))
