"""Words and phrases that give furniture away, in many languages; hints to be weighed, none of them proof in a sentence.

One automaton over all patterns (RE2, linear in the text) says which of them a block may show; `re`, which knows the edges of
words in every script, looks only for those.
"""

import re
from collections.abc import Iterator
from functools import cache

import re2

from ingest.clean.phrases import ANYWHERE, OPENINGS, WHOLE, WORDS

MAX_SHORT = 160
"""Up to this width all cues are looked for; in a longer block only those that may stand in a sentence."""
EDGE_CHARS = 120
"""How much of a longer block's beginning and end is read."""
IN_LONG = frozenset({"legal", "cookie", "subscribe", "caption", "translation", "paywall", "bio", "inline"})
MAX_MEMORY = 64 << 20
"""Bytes that the automaton may grow to before it starts anew."""

NAMES: tuple[str, ...] = tuple(sorted({*OPENINGS, *WHOLE, *ANYWHERE, *WORDS}))
_WORDS = {name: frozenset(phrases.split()) for name, phrases in WORDS.items()}


def cues_of(text: str, tokens: list[str], width: int) -> frozenset[str]:
    """Names of the cues that a block shows."""
    if width <= MAX_SHORT:
        return _found(text.casefold()) | _listed(token.casefold() for token in tokens)
    return _found(f"{text[:EDGE_CHARS]} {text[-EDGE_CHARS:]}".casefold()) & IN_LONG


def _found(folded: str) -> frozenset[str]:
    patterns, automaton = _patterns()
    return frozenset(name for name, pattern in map(patterns.__getitem__, automaton.Match(folded) or ()) if pattern.search(folded))


def _listed(tokens: Iterator[str]) -> frozenset[str]:
    present = frozenset(tokens)
    return frozenset(name for name, words in _WORDS.items() if not words.isdisjoint(present))


@cache
def _patterns() -> tuple[list[tuple[str, re.Pattern[str]]], re2.Set]:
    """Each cue's pattern, and the automaton that finds all that may match, by their index."""
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    automaton, patterns = re2.Set.SearchSet(options), []
    for name, pattern in _all():
        patterns.append((name, re.compile(pattern)))
        automaton.Add(loosened(pattern))
    automaton.Compile()
    return patterns, automaton


def _all() -> Iterator[tuple[str, str]]:
    for name, phrases in OPENINGS.items():
        yield name, rf"\A\W*(?:\d+\s)?(?:{phrases})"
    for name, phrases in WHOLE.items():
        yield name, rf"\A\W*(?:{phrases})\W*\Z"
    yield from ANYWHERE.items()


WORD = r"\p{L}\p{N}_"
_ASSERTION = re.compile(r"\\b|\(\?<?[!=](?:[^()]|\([^()]*\))*\)")
_COUNTED = re.compile(r"\{\d*,\d*\}")
_CLASS = re.compile(r"\[[^\]]*\]")
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})|\\.")
_OUTSIDE = {r"\w": f"[{WORD}]", r"\W": f"[^{WORD}]", r"\d": r"\p{Nd}", r"\s": r"[\s\p{Z}]", r"\Z": r"\z"}
_INSIDE = {r"\w": WORD, r"\d": r"\p{Nd}", r"\s": r"\s\p{Z}"}


def loosened(pattern: str) -> str:
    r"""A pattern of `re` for RE2 that finds at least as much: no assertions, no counts, `\W` beside others is any sign."""
    parts, at, pattern = [], 0, _COUNTED.sub("*", _ASSERTION.sub("", pattern))
    for found in _CLASS.finditer(pattern):
        inside = "." if r"\W" in found[0] else _spelt(found[0], _INSIDE)
        parts += [_spelt(pattern[at : found.start()], _OUTSIDE), inside]
        at = found.end()
    return "(?s)" + "".join([*parts, _spelt(pattern[at:], _OUTSIDE)])


def _spelt(part: str, spellings: dict[str, str]) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else spellings.get(found[0], found[0]), part)
