"""Paragraphs that stand in a text twice."""

from collections.abc import Iterator, Sequence

from ingest.clean.lines import Line
from ingest.clean.outline import Outline

MIN_WIDTH = 120
"""A shorter paragraph may be a refrain, a formula, a row of a table."""
REACH = 2
"""The same paragraph must stand so few kept ones above.

What returns later is often labelled as the article's own; on the dev split nothing labelled so stands this close.
"""


def repeated(page: Outline, cut: Sequence[bool]) -> Iterator[int]:
    """The paragraphs that stay although the same one stays just above them, word by word."""
    before: list[str] = []
    for index, line in enumerate(page.lines):
        if cut[index] or index == page.title or not line.dense:
            continue
        if _is_long(line) and line.text in before[-REACH:]:
            yield index
        before.append(line.text)


def _is_long(line: Line) -> bool:
    return line.width >= MIN_WIDTH
