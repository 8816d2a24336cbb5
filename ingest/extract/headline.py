"""Which line of a plain-text page is its headline."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ingest.clean.lines import Line, read
from ingest.clean.outline import main_region
from ingest.records import Block

MAX_LINES_BEFORE = 25
"""How far above the lead a headline is looked for."""
BODY_PARAGRAPHS = 12
"""Paragraphs from the lead on whose words a headline is looked up in."""
SENTENCE_WIDTH = 50
"""From this width a line that ends like a sentence may open the running text."""
MIN_SCORE = 0.28
"""Share of a headline's words, by rarity, that the body must take up, with what its place adds or takes."""
FURNITURE = frozenset(
    {
        "caption",
        "credit_tail",
        "nav",
        "legal",
        "cookie",
        "age",
        "ad",
        "junk",
        "related",
        "comments",
        "stamp_only",
        "translation",
        "inline",
    }
)


SIGNATURES = frozenset({"byline", "timestamp", "date", "stamp_only", "age"})
"""A name or date beneath a line speaks for its being the headline."""
REPEATED, OPENS, DIRECT, SIGNED, UNLIKELY, PER_LINE = 0.1, 0.15, 0.1, 0.1, 0.2, 0.01


def find_headline(blocks: Sequence[Block]) -> int | None:
    """The title line of a plain-text page: above the lead, sharing words with it, and no furniture; null where there is none."""
    lines = read(blocks)
    if not lines:
        return None
    first, last = main_region(lines, None)
    paragraphs = [index for index in range(first, last + 1) if lines[index].dense]
    found = _above(lines, paragraphs)
    return found if found is not None else _above(lines, _with_short_sentences(lines, paragraphs))


def _above(lines: Sequence[Line], paragraphs: Sequence[int]) -> int | None:
    """The best headline above the first paragraph; null where none is good enough."""
    body = paragraphs[:BODY_PARAGRAPHS]
    if not body:
        return None
    told: Counter[str] = Counter()
    for index in body:
        told.update(lines[index].vector)
    candidates = [index for index in range(max(0, body[0] - MAX_LINES_BEFORE), body[0]) if _may_be_headline(lines[index])]
    scores = {index: _shared(lines[index].vector, told) + _standing(lines, index, body[0]) for index in candidates}
    best = max(candidates, key=scores.__getitem__, default=None)
    return best if best is not None and scores[best] >= MIN_SCORE else None


def _with_short_sentences(lines: Sequence[Line], paragraphs: Sequence[int]) -> list[int]:
    """The paragraphs that are no furniture, and the sentences right above them that are too short for one."""
    body = [index for index in paragraphs if not lines[index].cues & FURNITURE]
    while body and body[0] > 0 and _is_sentence(lines[body[0] - 1]):
        body.insert(0, body[0] - 1)
    return body


def _is_sentence(line: Line) -> bool:
    return line.ends and line.width >= SENTENCE_WIDTH and not line.cues & FURNITURE


def _shared(vector: Mapping[str, float], known: Mapping[str, float]) -> float:
    """The share of a vector's weight that lies in stems of `known`."""
    mass = sum(vector.values())
    return sum(value for stem, value in vector.items() if stem in known) / mass if mass else 0.0


def _standing(lines: Sequence[Line], index: int, lead: int) -> float:
    """What a line's place says for its being the headline."""
    repeated = sum(line.key == lines[index].key for line in lines) > 1
    opens = all(line.cues or line.width < 18 for line in lines[:index])
    signed = any(line.cues & SIGNATURES for line in lines[index + 1 : min(lead, index + 4)])
    unlikely = bool(lines[index].cues & {"byline", "subscribe"})
    direct = opens and lead - index <= 2
    return (
        REPEATED * repeated + OPENS * opens + DIRECT * direct + SIGNED * signed - UNLIKELY * unlikely - PER_LINE * (lead - index)
    )


def _may_be_headline(line: Line) -> bool:
    if not 18 <= line.width <= 190 or len(line.vector) < 3 or line.cues & FURNITURE:
        return False
    return not line.ends or line.text.rstrip("\"”’'» ").endswith(("?", "!", "…", "..."))
