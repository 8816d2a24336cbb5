"""Why each block of a page was kept or cut, ready to be drawn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.clean.explanation import Explanation

HEAVIEST = 2.0
"""Log-odds that fill a bar: on the development data one cause in thirty is as heavy."""


@dataclass(frozen=True, slots=True)
class Account:
    """What is known of why."""

    blocks: Sequence[Explanation]
    """One per block of the page, in order; empty where they cannot be told."""
    remark: str
    """Whose scores they are, and whether they fit what was cut."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One cause as it is drawn."""

    said: str
    is_for: bool
    """Whether it speaks for the block's being the article's own."""
    share: float
    """Of a full bar, 0 to 1."""


def sentence(why: Explanation) -> str:
    """How a block stands, in a few words."""
    if why.rule:
        return f"It {why.rule}."
    verdict = f"is cut below {why.limit:.2f}" if why.own < why.limit else f"is kept from {why.limit:.2f} on"
    return f"It {why.shift}, so it {verdict}." if why.shift else f"It {verdict}."


def weighed(why: Explanation) -> Iterator[Weighed]:
    """What weighed most, heaviest first."""
    for cause in why.causes:
        yield Weighed(cause.said, cause.weight > 0, min(1.0, abs(cause.weight) / HEAVIEST))
