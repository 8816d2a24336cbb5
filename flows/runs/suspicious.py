"""Which documents of a run a person should look at first, and why: one rule, told in docs/commands.md.

Each sign adds its weight; the documents with the greatest sums are the most suspicious.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flows.runs.reading import OutcomeRow
from ingest.records import Flag

MOST_CUT = 0.75
"""Share of the page that was cut. Of 150 news pages as sites serve them, one in ten is cut by more."""
LITTLE = 500
"""Characters; a text shorter than that beside more that was cut may be a remainder."""
UNSURE = 0.7
"""Score below which a cut is unsure; of 150 news pages 2 % of the cut characters are."""
UNSURE_CHARS = 200
"""Unsurely cut characters that matter: a paragraph."""
LANGUAGE_SURE = 0.9
FLAGS: Mapping[str, tuple[float, str]] = {
    Flag.TEXT_LOSS: (1.0, "far less was kept than the page shows"),
    Flag.MOJIBAKE: (1.0, "looks as if decoded with a wrong charset"),
    Flag.TRUNCATED: (0.8, "the input ended early"),
    Flag.UNDECODABLE: (0.6, "some bytes had no character"),
    Flag.NOT_AN_ARTICLE: (0.6, "looks like no article"),
    Flag.CHARSET_GUESSED: (0.2, "no charset was named that decodes it"),
}
"""Flag → weight and what it means."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that speaks against a document."""

    weight: float
    """Above 0, at most 1."""
    why: str
    """For a person."""


@dataclass(frozen=True, slots=True)
class Content:
    """What the version that an input made says beyond its outcome."""

    title: str | None
    language_score: float
    unsure_chars: int
    """Characters of cuts below `UNSURE`."""


def signs(row: OutcomeRow, content: Content | None) -> list[Sign]:
    """What speaks against a kept document, the heaviest first; `content` is null where the run made no version."""
    found = [*_of_lengths(row), *_of_flags(row), *_of_language(row, content), *(_of_content(content) if content else ())]
    return sorted(found, key=lambda sign: -sign.weight)


def _of_lengths(row: OutcomeRow) -> Iterator[Sign]:
    share = row.chars_cut / max(1, row.chars_cut + row.chars_kept)
    if share >= MOST_CUT:
        yield Sign(share, f"{share:.0%} of the page was cut")
    if row.chars_kept < LITTLE and row.chars_cut > row.chars_kept:
        yield Sign(1 - row.chars_kept / LITTLE, f"only {row.chars_kept:,} characters are left")


def _of_flags(row: OutcomeRow) -> Iterator[Sign]:
    for flag in row.flags:
        weight, why = FLAGS[flag]
        yield Sign(weight, f"{flag}: {why}")


def _of_language(row: OutcomeRow, content: Content | None) -> Iterator[Sign]:
    if row.language == "und":
        yield Sign(0.8, "its language cannot be told")
    elif content is not None and content.language_score < LANGUAGE_SURE:
        yield Sign(1 - content.language_score, f"its language, {row.language}, is {content.language_score:.2f} sure")


def _of_content(content: Content) -> Iterator[Sign]:
    if content.unsure_chars >= UNSURE_CHARS:
        yield Sign(
            min(1.0, content.unsure_chars / 1000), f"{content.unsure_chars:,} characters were cut with a score below {UNSURE}"
        )
    if not content.title:
        yield Sign(0.3, "no headline was found")
