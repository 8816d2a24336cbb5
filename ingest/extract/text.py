"""Plain text to blocks: lines, or paragraphs where the file is hard-wrapped."""

import re
from collections.abc import Sequence
from itertools import groupby, pairwise

from ingest.records import Block

MIN_WRAPPED_LINES = 6
"""Fewer lines that end inside a paragraph are no proof of wrapping."""
WRAP_WIDTHS = range(40, 121)
MIN_FULL_SHARE = 0.85
"""Share of lines inside paragraphs that the next line's first word would have made too long."""
MAX_ENDED_SHARE = 0.35
"""Share of lines inside paragraphs that may end a sentence; a list of sentences has more."""
_ENDED = re.compile(r"[.!?…。！？:]['\"’”»)\]]*$")
_CJK = re.compile(r"[぀-ヿ㐀-鿿豈-﫿＀-￯]")


def blocks_of_text(text: str, *, unwrap: bool = True) -> tuple[Block, ...]:
    """One block per line that is not blank, or per paragraph where the text is hard-wrapped and `unwrap` says so.

    Lines end wherever `str.splitlines` says, so that no block holds a line break.
    """
    lines = text.splitlines()
    return blocks_of_lines(_unwrapped(lines) if unwrap and is_hard_wrapped(lines) else lines)[0]


def blocks_of_lines(lines: Sequence[str]) -> tuple[tuple[Block, ...], tuple[int, ...]]:
    """One block per line that is not blank, and for each block the index of its line."""
    blocks: list[Block] = []
    line_of: list[int] = []
    for index, line in enumerate(lines):
        text = " ".join(line.splitlines()).strip()
        if text:
            blocks.append(Block(text, gap=index - (line_of[-1] + 1 if line_of else 0)))
            line_of.append(index)
    return tuple(blocks), tuple(line_of)


def is_hard_wrapped(lines: Sequence[str]) -> bool:
    """Whether line ends inside paragraphs come from a column limit and mean nothing."""
    paragraphs = _paragraphs(lines)
    inner = [(line, after) for paragraph in paragraphs for line, after in pairwise(paragraph)]
    if len(inner) < MIN_WRAPPED_LINES or len(paragraphs) < 2:
        return False
    widths = sorted(len(line) for line, _ in inner)
    # The longest 5 % may hold a URL that no wrapping can break.
    width = widths[int(0.95 * (len(widths) - 1))]
    full = sum(len(line) + 1 + len(after.split(maxsplit=1)[0]) > width - 1 for line, after in inner)
    ended = sum(bool(_ENDED.search(line)) for line, _ in inner)
    return width in WRAP_WIDTHS and full >= MIN_FULL_SHARE * len(inner) and ended <= MAX_ENDED_SHARE * len(inner)


def _paragraphs(lines: Sequence[str]) -> list[list[str]]:
    """Runs of lines that are not blank, stripped."""
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if text := line.strip():
            paragraphs[-1].append(text)
        elif paragraphs[-1]:
            paragraphs.append([])
    return [paragraph for paragraph in paragraphs if paragraph]


def _unwrapped(lines: Sequence[str]) -> list[str]:
    """The lines with each paragraph's lines joined, blank lines kept."""
    joined: list[str] = []
    for is_text, lines_alike in groupby(map(str.strip, lines), key=bool):
        run = list(lines_alike)
        joined += [_joined(run)] if is_text else run
    return joined


def _joined(lines: list[str]) -> str:
    """One paragraph of its lines; Han and kana take no space between them."""
    pieces = lines[:1]
    for before, line in pairwise(lines):
        pieces.append(line if _CJK.match(before[-1]) and _CJK.match(line[0]) else f" {line}")
    return "".join(pieces)
