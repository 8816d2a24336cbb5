"""Why one block was kept or cut, as `ingest.clean.explain` finds it out and viewers show it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that the model weighed."""

    said: str
    """In words that go on from "it"."""
    weight: float
    """Log-odds: above 0 where it speaks for the article's own text."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one block was kept or cut."""

    own: float
    """How sure the model is that it is the article's own, 0 to 1."""
    limit: float
    """Below which it is cut."""
    causes: tuple[Cause, ...]
    """What weighed most, heaviest first."""
    rule: str = ""
    """What decided beside the model, in words that go on from "it"; empty where nothing did."""
    shift: str = ""
    """Why it goes in part, and why its limit is not that of others, in the same manner; empty where neither is so."""
