"""The one paragraph of a brief: a text that has no other must not lose it."""

from collections.abc import Sequence

from ingest.clean.loss import is_vouched
from ingest.clean.outline import Outline
from ingest.records import Block

WALLS = frozenset(
    {
        "cookie",
        "legal",
        "paywall",
        "translation",
        "feedback",
        "subscribe",
        "comments",
        "caption",
        "credit_tail",
        "bio",
        "ad",
        "junk",
    }
)
"""Cues of paragraphs that an outlet puts before or beneath any text; the model judges these."""
MIN_WIDTH, MIN_WORDS = 40, 7
"""A shorter line is no paragraph even of the briefest text."""
BESIDE = frozenset({"nav", "aside", "footer", "form", "button", "dialog"})


def lone_paragraph(page: Outline, blocks: Sequence[Block]) -> int | None:
    """The only paragraph of a page but for notices; null where it has none or several."""
    told = [index for index in page.paragraphs if page.lines[index].cues.isdisjoint(WALLS)]
    if not page.paragraphs:
        told = [index for index in range(len(blocks)) if _may_be_brief(page, index)]
    told = [index for index in told if index != page.title and _may_stand(blocks, index)]
    return told[0] if len(told) == 1 else None


def _may_be_brief(page: Outline, index: int) -> bool:
    """Whether a line is a sentence, on a page without any paragraph."""
    line = page.lines[index]
    return line.width >= MIN_WIDTH and len(line.tokens) >= MIN_WORDS and line.cues.isdisjoint(WALLS)


def _may_stand(blocks: Sequence[Block], index: int) -> bool:
    """Whether markup allows a block to be an article's."""
    block = blocks[index]
    if not block.tag:
        return True
    if block.links or not block.ancestors.isdisjoint(BESIDE) or "consent" in block.hints:
        return False
    return is_vouched(block) or not any(is_vouched(other) for other in blocks)
