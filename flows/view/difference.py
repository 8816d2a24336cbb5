"""What differs between two texts, paragraph by paragraph and within them word by word, at a bounded cost."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_]+|\s+|[\W_]")
"""A character of Han or Kana, a word, white space, or a single sign."""
MAX_PARAGRAPHS = 400
"""Paragraphs compared on either side; beyond, only what both begin and end with is found equal."""
MAX_TOKENS = 600
"""Tokens of a paragraph that are compared word by word; a longer one is shown as replaced whole."""
MAX_PARAGRAPH_CHARS = 20_000
"""Longer paragraphs are not even split into tokens."""
BUDGET = 1_500_000
"""Products of tokens that one comparison of texts may spend."""
AHEAD = 12
"""Paragraphs that are looked through for one that resembles another."""
NEAR = 0.3
"""Likeness of two paragraphs from which they stand beside each other, as difflib counts it."""

Fate = Literal["same", "gone", "new", "changed"]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of tokens with one fate."""

    text: str
    is_own: bool = False
    """Whether it stands on this side alone."""


@dataclass(frozen=True, slots=True)
class Row:
    """Two paragraphs that stand beside each other."""

    fate: Fate
    before: tuple[Span, ...] = ()
    after: tuple[Span, ...] = ()

    @property
    def left(self) -> str:
        """The paragraph before; empty where there is none."""
        return "".join(span.text for span in self.before)

    @property
    def right(self) -> str:
        """The paragraph after; empty where there is none."""
        return "".join(span.text for span in self.after)


class Purse:
    """What a comparison may still cost."""

    def __init__(self, budget: int = BUDGET) -> None:
        """`budget` in products of tokens."""
        self._left = budget

    def pays(self, cost: int) -> bool:
        """Whether there is enough left; takes it."""
        if cost > self._left:
            return False
        self._left -= cost
        return True


def rows(before: Sequence[str], after: Sequence[str]) -> list[Row]:
    """Two lists of paragraphs side by side."""
    purse = Purse()
    found: list[Row] = []
    for tag, i, j, m, n in _opcodes(before, after):
        if tag == "equal":
            found += [Row("same", (Span(text),), (Span(text),)) for text in before[i:j]]
        else:
            found += _replaced(before[i:j], after[m:n], purse)
    return found


def _opcodes(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Difflib's, of the part between what both begin and end with."""
    limit = min(len(before), len(after))
    head = next((k for k in range(limit) if before[k] != after[k]), limit)
    tail = next((k for k in range(limit - head) if before[-1 - k] != after[-1 - k]), limit - head)
    i, m = len(before) - tail, len(after) - tail
    yield "equal", 0, head, 0, head
    if max(i, m) - head > MAX_PARAGRAPHS:
        yield "replace", head, i, head, m
    else:
        for tag, a, b, c, d in SequenceMatcher(None, before[head:i], after[head:m], autojunk=False).get_opcodes():
            yield tag, a + head, b + head, c + head, d + head
    yield "equal", i, len(before), m, len(after)


def _replaced(before: Sequence[str], after: Sequence[str], purse: Purse) -> Iterator[Row]:
    """Paragraphs that were replaced by others: those that resemble each other side by side, the others each for itself."""
    if len(before) != len(after):
        yield from _in_step(before, after, purse)
        return
    for left, right in zip_longest(before, after, fillvalue=""):
        yield from _beside(left, right, purse)


def _in_step(before: Sequence[str], after: Sequence[str], purse: Purse) -> Iterator[Row]:
    """A shorter list beside a longer one: each paragraph with the first that resembles it, in order."""
    shorter, longer = sorted((before, after), key=len)
    at = 0
    for one in shorter:
        match = next((k for k in range(at, min(at + AHEAD, len(longer))) if _resemble(one, longer[k], purse)), None)
        if match is None:
            yield _alone(one, is_before=shorter is before)
            continue
        yield from (_alone(other, is_before=longer is before) for other in longer[at:match])
        yield from _beside(*((one, longer[match]) if shorter is before else (longer[match], one)), purse)
        at = match + 1
    yield from (_alone(other, is_before=longer is before) for other in longer[at:])


def _resemble(one: str, other: str, purse: Purse) -> bool:
    if not purse.pays(len(one) + len(other)):
        return False
    a, b = _tokens(one), _tokens(other)
    return bool(a and b) and SequenceMatcher(None, a, b, autojunk=False).quick_ratio() > 2 * NEAR


def _beside(left: str, right: str, purse: Purse) -> Iterator[Row]:
    a, b = _tokens(left), _tokens(right)
    if a and b and purse.pays(len(a) * len(b)):
        matcher = SequenceMatcher(None, a, b, autojunk=False)
        if matcher.ratio() > NEAR:
            yield Row("changed", *_spans(matcher, a, b))
            return
    yield from (_alone(text, is_before=is_before) for text, is_before in ((left, True), (right, False)) if text)


def _tokens(text: str) -> list[str]:
    """The tokens of a paragraph; none where there are too many to compare."""
    found = _TOKEN.findall(text) if len(text) <= MAX_PARAGRAPH_CHARS else []
    return found if len(found) <= MAX_TOKENS else []


def _spans(matcher: "SequenceMatcher[str]", a: Sequence[str], b: Sequence[str]) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    before: list[Span] = []
    after: list[Span] = []
    for tag, i, j, m, n in matcher.get_opcodes():
        if i < j:
            before.append(Span("".join(a[i:j]), is_own=tag != "equal"))
        if m < n:
            after.append(Span("".join(b[m:n]), is_own=tag != "equal"))
    return tuple(before), tuple(after)


def _alone(text: str, *, is_before: bool) -> Row:
    return Row("gone", before=(Span(text),)) if is_before else Row("new", after=(Span(text),))
