"""The smallest thing that a page or a terminal tells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """A label, and what is to be said."""

    label: str
    value: str
    known_from: str = ""
    """Where it is known from; empty where the label says it, or where that is not stored."""
