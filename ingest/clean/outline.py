"""Where an article's running text lies within its page: the main region, its lead, its title, and the segments of paragraphs."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ingest.clean.lines import Line

LEAD_PARAGRAPHS, EARLY_PARAGRAPHS = 4, 3
GAP_COST, GIANT_GAIN = 55.0, 900.0
"""What a line that is no paragraph takes from a region, and the most that one paragraph gives it."""
BRIDGE_WIDTH = 35
"""A shorter paragraph of at least this width doesn't part a segment."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The lines of a page with their order."""

    lines: tuple[Line, ...]
    title: int | None
    """The line that is the title."""
    headline: str
    """Text of the title, whether or not a line holds it; empty where none is known."""
    first: int
    """First line of the main region."""
    last: int
    """Its last line."""
    lead: tuple[int, ...]
    """The first paragraphs of the main region; its widest line where it has none."""
    early: tuple[int, ...]
    """The first paragraphs under the title, wherever the main region lies; the lead where there are none."""
    paragraphs: tuple[int, ...]
    """All lines of running text."""
    segments: tuple[tuple[int, ...], ...]
    """Runs of paragraphs that nothing but short sentences part."""
    main: int
    """The segment that holds the lead."""
    starts: tuple[int, ...]
    """First line of each segment."""

    def segment_at(self, index: int) -> int:
        """The segment that `index` lies in, or the next one; their number where none follows."""
        number = bisect_right(self.starts, index) - 1
        return number if number >= 0 and index <= self.segments[number][-1] else number + 1

    def holds(self, index: int) -> bool:
        """Whether a segment spans `index`."""
        number = bisect_right(self.starts, index) - 1
        return number >= 0 and index <= self.segments[number][-1]


def outline(lines: tuple[Line, ...], title: int | None, headline: str | None) -> Outline:
    """Find the regions of a page."""
    first, last = main_region(lines, title)
    paragraphs = tuple(index for index, line in enumerate(lines) if line.dense)
    lead = tuple(index for index in paragraphs if first <= index <= last and index != title)[:LEAD_PARAGRAPHS]
    if not lead:
        lead = (max(range(len(lines)), key=lambda index: lines[index].width),)
    early = tuple(index for index in paragraphs if index > (-1 if title is None else title))[:EARLY_PARAGRAPHS]
    segments = tuple(_segments(lines))
    return Outline(
        lines=lines,
        title=title,
        headline=headline or (lines[title].text if title is not None else ""),
        first=first,
        last=last,
        lead=lead,
        early=early or lead,
        paragraphs=paragraphs,
        segments=segments,
        main=next((number for number, segment in enumerate(segments) if lead[0] in segment), 0),
        starts=tuple(segment[0] for segment in segments),
    )


def main_region(lines: Sequence[Line], title: int | None) -> tuple[int, int]:
    """First and last line of the run with most running text; a run never spans the title."""
    best, found, total, begin = float("-inf"), (0, max(0, len(lines) - 1)), 0.0, 0
    for index, line in enumerate(lines):
        if total <= 0 or index == title:
            total, begin = 0.0, index
        total += _gain(line)
        if total > best and (title is None or index > title or best == float("-inf")):
            best, found = total, (begin, index)
    return found


def _gain(line: Line) -> float:
    if line.dense:
        return min(GIANT_GAIN, line.width)
    return -GAP_COST if line.width < 90 else 0.3 * line.width


def _segments(lines: Sequence[Line]) -> list[tuple[int, ...]]:
    widths = [line.width for line in lines if line.dense]
    giant = max(700.0, 3.5 * float(np.median(widths))) if widths else 0.0
    found: list[tuple[int, ...]] = []
    run: list[int] = []
    for index, line in enumerate(lines):
        if not line.dense and run and line.ends and line.width >= BRIDGE_WIDTH:
            continue
        if run and (not line.dense or begins_story(lines[run[-1]], line, giant)):
            found.append(tuple(run))
            run = []
        if line.dense:
            run.append(index)
    return [*found, tuple(run)] if run else found


def begins_story(before: Line, line: Line, giant: float) -> bool:
    """Whether a paragraph looks like another story's beginning: by a place name, or as a whole story in one line."""
    return "dateline" in line.cues or line.width > giant or before.width > giant
