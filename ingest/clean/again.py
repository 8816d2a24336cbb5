"""Further looks at what is kept: a line that only furniture held in place goes too, so that cleaning twice changes little."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.clean.apply import slice_block
from ingest.clean.outline import Outline
from ingest.records import Article, Block, Label, Reason

MAX_LOOKS = 3
"""Further looks at most."""
MAX_BLOCKS = 2000
"""A longer text is looked at once: it is no article, and each look costs it seconds."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a text found."""

    page: Outline
    labels: Sequence[Label]
    """One per block, in order."""


def settled(article: Article, labels: Sequence[Label], look: Callable[[Article], Look]) -> list[Label]:
    """The labels after looks at the kept blocks as plain text, as they will be read next time, until nothing changes.

    Further looks cut no paragraph: what was kept among its surroundings is not foreign without them.
    """
    found = list(labels)
    for _ in range(MAX_LOOKS if len(found) <= MAX_BLOCKS else 0):
        gone = _gone(article, found, look)
        if not gone:
            break
        for index, label in gone.items():
            reason = Reason.FOREIGN_STORY if _heads_story(article, found, index) else label.cuts[0].reason
            found[index] = Label.whole(article.blocks[index], reason, label.cuts[0].score)
    return found


def _heads_story(article: Article, labels: Sequence[Label], index: int) -> bool:
    """Whether the block right below is gone as another story's: then this one was its headline."""
    if index + 1 == len(labels) or not labels[index + 1].cuts:
        return False
    below = labels[index + 1].cuts[0]
    return below.reason is Reason.FOREIGN_STORY and below.end - below.start == len(article.blocks[index + 1].text)


def _gone(article: Article, labels: Sequence[Label], look: Callable[[Article], Look]) -> dict[int, Label]:
    """The kept blocks that another look would cut, but for paragraphs."""
    pieces = {
        index: piece
        for index, (block, label) in enumerate(zip(article.blocks, labels, strict=True))
        if index != article.title_block and (piece := slice_block(block, label).kept)
    }
    if not pieces:
        return {}
    seen = look(Article(tuple(map(Block, pieces.values())), title=article.title))
    return {
        index: label
        for index, piece, label, line in zip(pieces, pieces.values(), seen.labels, seen.page.lines, strict=True)
        if not line.dense and label.cuts and not slice_block(Block(piece), label).kept
    }
