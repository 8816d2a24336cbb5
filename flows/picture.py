"""Counts as one picture: stacked bars with legends, in an SVG that carries everything itself."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, MARGIN, BAR, ROW = 720, 20, 34, 24
COLOURS: Mapping[str, str] = {
    "kept": "#2e8b57",
    "duplicates": "#4a7ebb",
    "unchanged": "#9aa3ad",
    "changed": "#4a7ebb",
    "accepted": "#2e8b57",
    "rejected": "#c8553d",
    "failed": "#7b2d26",
    "cut": "#d9a441",
}
"""Distinguishable in grey and for colour-blind eyes; the legend says the same in words."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One stacked bar."""

    what: str
    """What is counted."""
    parts: Mapping[str, int]
    """Name of a colour → count, from left to right."""

    @property
    def total(self) -> int:
        """The whole bar."""
        return sum(self.parts.values())


def data_uri(bars: Sequence[Bar]) -> str:
    """The picture as an address that needs no server."""
    return embedded(svg(bars))


def embedded(picture: str) -> str:
    """Any SVG as such an address."""
    return f"data:image/svg+xml;base64,{b64encode(picture.encode()).decode('ascii')}"


def svg(bars: Sequence[Bar]) -> str:
    """The bars below each other."""
    step = ROW + BAR + ROW + 8 + MARGIN
    height = MARGIN + step * len(bars)
    shapes = "".join(shape for place, bar in enumerate(bars) for shape in _bar(bar, MARGIN + place * step))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="system-ui, sans-serif"><rect width="100%" height="100%" fill="#ffffff"/>{shapes}</svg>'
    )


def _bar(bar: Bar, top: int) -> Iterator[str]:
    """A heading, the stretches, a legend."""
    yield _text(MARGIN, top + 14, f"{bar.total:,} {bar.what}", size=14)
    left, room = float(MARGIN), WIDTH - 2 * MARGIN
    yield f'<rect x="{MARGIN}" y="{top + ROW}" width="{room}" height="{BAR}" fill="#eef0f2"/>'
    for name, count in bar.parts.items():
        width = room * count / bar.total if bar.total else 0.0
        yield f'<rect x="{left:.1f}" y="{top + ROW}" width="{width:.1f}" height="{BAR}" fill="{COLOURS[name]}"/>'
        left += width
    yield from _legend(bar, top + ROW + BAR + ROW - 4)


def _legend(bar: Bar, baseline: int) -> Iterator[str]:
    left = MARGIN
    for name, count in bar.parts.items():
        if count:
            label = f"{name} {count:,} ({count / bar.total:.0%})"
            yield f'<rect x="{left}" y="{baseline - 10}" width="11" height="11" fill="{COLOURS[name]}"/>'
            yield _text(left + 16, baseline, label, size=11)
            left += 28 + round(6.2 * len(label))


def _text(left: int, baseline: int, text: str, *, size: int) -> str:
    return f'<text x="{left}" y="{baseline}" font-size="{size}" fill="#1d2329">{escape(text)}</text>'
