"""Columns for the scorecard: the shape of each line and its cues."""

import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from ingest.clean import cues
from ingest.clean.lines import BULLET, QUOTE, SENTENCE_END, TRAILS_OFF, Line
from ingest.clean.outline import Outline

Column = NDArray[np.float32]
CUE_NAMES = (*cues.NAMES, "dateline", "wire_end")
MARKS = re.compile(r"[^\w\s]")
QUOTE_MARKS = re.compile(r"[\"“”„«»]")
READ_CHARS = 2000
"""Marks and sentences are counted in so much of a line."""
SHORT, MIDDLE = 40, 160


def shape_columns(page: Outline) -> dict[str, Column]:
    """One column per trait, one value per line."""
    common = _common_words(page)
    repeats = Counter(line.key for line in page.lines)
    widths = [page.lines[index].width for index in page.paragraphs]
    median = float(np.median(widths)) if widths else 100.0
    rows = [_traits(line, common) for line in page.lines]
    columns = {name: np.array([row[name] for row in rows], np.float32) for name in rows[0]}
    columns["repeats"] = np.array([repeats[line.key] for line in page.lines], np.float32)
    columns["width_to_median"] = np.array([line.width / median for line in page.lines], np.float32)
    columns["place_shape"] = np.array(
        [_place(page, index) * 12 + _form(line) for index, line in enumerate(page.lines)], np.float32
    )
    for name in CUE_NAMES:
        columns[f"cue_{name}"] = np.array([_cue(page, index, name) for index in range(len(page.lines))], np.float32)
    return columns


def _common_words(page: Outline) -> frozenset[str]:
    """The short words that this document's paragraphs use most: its grammar."""
    count: Counter[str] = Counter()
    for index in page.paragraphs:
        count.update(token.casefold() for token in page.lines[index].tokens if len(token) <= 5)
    return frozenset(word for word, _ in count.most_common(40))


def _traits(line: Line, common: frozenset[str]) -> dict[str, float]:
    text, n = line.text[:READ_CHARS], max(1, len(line.tokens))
    length = max(1, len(text))
    capitals = [token for token in line.tokens if token[0].isupper()]
    marks = MARKS.findall(text)
    return {
        "width": line.width,
        "words": len(line.tokens),
        "word_length": length / n if len(line.tokens) else 0.0,
        "capitals": len(capitals) / n,
        "shouting": sum(token.isupper() and len(token) > 1 for token in capitals) / n,
        "digits": sum(token.isdigit() for token in line.tokens) / n,
        "marks": len(marks) / length,
        "commas": sum(mark in ",،、，" for mark in marks) / n,
        "quotes": min(4, len(QUOTE_MARKS.findall(text))),
        "colon": text.rstrip().endswith((":", "：")),
        "question": "?" in marks or "？" in marks,
        "trails_off": TRAILS_OFF.search(line.text[-12:]) is not None,
        "bullet": BULLET.match(text) is not None,
        "opens_quote": QUOTE.match(text) is not None,
        "lower_start": text[:1].islower(),
        "sentences": min(5, len(SENTENCE_END.findall(text))),
        "grammar": sum(token.casefold() in common for token in line.tokens) / n,
        "variety": len(line.vector) / n,
        "cues": len(line.cues),
    }


def _place(page: Outline, index: int) -> int:
    """Before the lead 0, in the main region 1, after it 2."""
    return 0 if index < page.lead[0] else 1 if index <= page.last else 2


def _form(line: Line) -> int:
    step = next((step for step, limit in enumerate((12, 25, 45, 90, 200)) if line.width < limit), 5)
    return 2 * step + line.ends


def _cue(page: Outline, index: int, name: str) -> int:
    """0 without the cue, else 1 to 9 by place and width: a word that gives a short line away says little in a paragraph."""
    line = page.lines[index]
    if name not in line.cues:
        return 0
    return 1 + 3 * _place(page, index) + (0 if line.width < SHORT else 1 if line.width < MIDDLE else 2)
