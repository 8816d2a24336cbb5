"""What became of a run's inputs and characters, as one picture: two stacked bars of an SVG that carries everything itself."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from flows.runs.report import Report

WIDTH, MARGIN, BAR, ROW = 720, 20, 34, 24
COLOURS: Mapping[str, str] = {
    "kept": "#2e8b57",
    "duplicates": "#4a7ebb",
    "unchanged": "#9aa3ad",
    "rejected": "#c8553d",
    "failed": "#7b2d26",
    "cut": "#d9a441",
}
"""Distinguishable in grey and for colour-blind eyes; the legend says the same in words."""


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of a bar."""

    name: str
    count: int


def data_uri(report: Report) -> str:
    """The picture as an address that needs no server."""
    return f"data:image/svg+xml;base64,{b64encode(svg(report).encode()).decode('ascii')}"


def svg(report: Report) -> str:
    """The picture: inputs by outcome above, characters of the cleaned documents below."""
    inputs = [
        Part("kept", report.kept),
        Part("duplicates", report.duplicates),
        Part("unchanged", report.unchanged),
        Part("rejected", sum(report.rejected.values())),
        Part("failed", sum(report.failed.values())),
    ]
    characters = [Part("kept", report.chars_kept), Part("cut", sum(report.chars_cut.values()))]
    upper, below = _bar("inputs", inputs, MARGIN)
    lower, end = _bar("characters", characters, below + MARGIN)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {end + MARGIN}" width="{WIDTH}" height="{end + MARGIN}" '
        f'font-family="system-ui, sans-serif" font-size="14"><rect width="100%" height="100%" fill="#ffffff"/>'
        f"{''.join([*upper, *lower])}</svg>"
    )


def _bar(what: str, parts: Sequence[Part], top: int) -> tuple[list[str], int]:
    """The bar with its heading and legend, and where it ends."""
    total = sum(part.count for part in parts)
    shapes = [_text(MARGIN, top + 14, f"{total:,} {what}", bold=True)]
    shapes += _stretches(parts, total, top + ROW)
    legend = top + ROW + BAR + ROW
    shapes += _legend([part for part in parts if part.count], total, legend)
    return shapes, legend + 8


def _stretches(parts: Sequence[Part], total: int, top: int) -> Iterator[str]:
    left, room = float(MARGIN), WIDTH - 2 * MARGIN
    yield f'<rect x="{MARGIN}" y="{top}" width="{room}" height="{BAR}" fill="#eef0f2"/>'
    for part in parts:
        width = room * part.count / total if total else 0.0
        if width:
            yield f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{BAR}" fill="{COLOURS[part.name]}"/>'
        left += width


def _legend(parts: Sequence[Part], total: int, baseline: int) -> Iterator[str]:
    step = (WIDTH - 2 * MARGIN) // 5
    for place, part in enumerate(parts):
        left = MARGIN + place * step
        yield f'<rect x="{left}" y="{baseline - 10}" width="11" height="11" fill="{COLOURS[part.name]}"/>'
        yield _text(left + 16, baseline, f"{part.name} {part.count:,} ({part.count / total:.0%})", size=12)


def _text(left: int, baseline: int, text: str, *, bold: bool = False, size: int = 14) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{left}" y="{baseline}" font-size="{size}" fill="#1d2329"{weight}>{escape(text)}</text>'
