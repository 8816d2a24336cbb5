"""Words and phrases that give furniture away, in many languages; hints to be weighed, none of them proof in a sentence.

RE2 says which patterns a block may show, by the words that they need: one automaton finds these in time linear in the text.
`re`, which knows the edges of words in every script, looks only for those patterns. The few that need no word are looked for
everywhere: in a block's beginning by `re` alone, anywhere in it behind an automaton of their own. One automaton over all patterns
was no help: nearly every block took it to states that it had never been in, at 39 µs a block against 12.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import re2

from ingest.clean.phrases import ANYWHERE, OPENINGS, WHOLE, WORDS

MAX_SHORT = 160
"""Up to this width all cues are looked for; in a longer block only those that may stand in a sentence."""
EDGE_CHARS = 120
"""How much of a longer block's beginning and end is read."""
IN_LONG = frozenset({"legal", "cookie", "subscribe", "caption", "translation", "paywall", "bio", "inline"})
MAX_MEMORY = 64 << 20
"""Bytes that an automaton may grow to before it starts anew."""

NAMES: tuple[str, ...] = tuple(sorted({*OPENINGS, *WHOLE, *ANYWHERE, *WORDS}))
_WORDS = {name: frozenset(phrases.split()) for name, phrases in WORDS.items()}


def cues_of(text: str, tokens: list[str], width: int) -> frozenset[str]:
    """Names of the cues that a block shows."""
    if width <= MAX_SHORT:
        return _found(text.casefold()) | _listed(token.casefold() for token in tokens)
    return _found(f"{text[:EDGE_CHARS]} {text[-EDGE_CHARS:]}".casefold()) & IN_LONG


def _found(folded: str) -> frozenset[str]:
    cues = _cues()
    likely = [cues.worded[index] for index in cues.words.Match(folded, potential=True) or ()]
    likely += [cues.loose[index] for index in cues.looser.Match(folded) or ()]
    lacking = frozenset(name for name, needed in NEEDED if not needed.search(folded))
    return frozenset(cue.name for cue in (*cues.opening, *likely) if cue.name not in lacking and cue.pattern.search(folded))


def _listed(tokens: Iterator[str]) -> frozenset[str]:
    present = frozenset(tokens)
    return frozenset(name for name, words in _WORDS.items() if not words.isdisjoint(present))


@dataclass(frozen=True, slots=True)
class _Cue:
    """One pattern."""

    name: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Cues:
    """All patterns, by what has to be done to find them."""

    opening: tuple[_Cue, ...]
    """Tried on every block: they look at its beginning, or cost less than what would spare them."""
    worded: tuple[_Cue, ...]
    """Need one of some words."""
    words: re2.Filter
    """Finds the words of `worded`."""
    loose: tuple[_Cue, ...]
    """Need no word, and may stand anywhere."""
    looser: re2.Set
    """Finds what `loose` may match."""


NEEDED = (("date", re.compile(r"\d")), ("stamp_only", re.compile(r"\d")), ("pipe", re.compile(r"[|›»>·•/]")))
"""Cues without which characters none of their patterns matches: these are soon looked for, and most lines have none."""
CHEAP = frozenset({"hash", "pipe", "stamp_only"})
"""Cues whose patterns are tried at once."""


@cache
def _cues() -> _Cues:
    patterns = list(_all())
    wordless = frozenset(_filter([pattern for _, pattern in patterns]).Match("\0", potential=True) or ())
    opening, worded, loose = [], [], []
    for index, (name, pattern) in enumerate(patterns):
        if index not in wordless:
            worded.append((name, pattern))
        elif name in CHEAP or pattern.startswith(r"\A"):
            opening.append((name, pattern))
        else:
            loose.append((name, pattern))
    groups = [tuple(_Cue(name, re.compile(pattern)) for name, pattern in group) for group in (opening, worded, loose)]
    words, looser = _filter([pattern for _, pattern in worded]), re2.Set.SearchSet(_options())
    for _, pattern in loose:
        looser.Add(loosened(pattern))
    looser.Compile()
    return _Cues(groups[0], groups[1], words, groups[2], looser)


def _filter(patterns: list[str]) -> re2.Filter:
    found = re2.Filter()
    for pattern in patterns:
        found.Add(loosened(pattern), _options())
    found.Compile()
    return found


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    return options


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
