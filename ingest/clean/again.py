"""Further looks at what is kept: a line that only furniture held in place goes too, so that cleaning twice changes little."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ingest.clean.apply import slice_block
from ingest.records import Article, Block, Label, Reason

MAX_LOOKS = 3
"""Further looks at most."""
MAX_BLOCKS = 2000
"""A longer text is looked at once: it is no article, and each look costs it seconds."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a text found, block by block."""

    dense: Sequence[bool]
    """Whether each is a paragraph of running text."""
    labels: Sequence[Label]


Looks = Callable[[Sequence[Article]], Sequence[Look]]
"""One look at each of several articles."""


def settled(articles: Sequence[Article], labels: Sequence[Sequence[Label]], looks: Looks) -> list[list[Label]]:
    """The labels after looks at the kept blocks as plain text, as they will be read next time, until nothing changes.

    Further looks cut no paragraph: what was kept among its surroundings is not foreign without them.
    """
    found = [list(own) for own in labels]
    going = [number for number, own in enumerate(found) if len(own) <= MAX_BLOCKS]
    for _ in range(MAX_LOOKS):
        gone = _gone([articles[number] for number in going], [found[number] for number in going], looks)
        going = [number for number, cut in zip(going, gone, strict=True) if cut]
        for number, cut in zip(going, filter(None, gone), strict=True):
            _cut(articles[number], found[number], cut)
    return found


def _cut(article: Article, labels: list[Label], gone: Mapping[int, Label]) -> None:
    """Cuts the blocks that another look would cut."""
    for index, label in gone.items():
        reason = Reason.FOREIGN_STORY if _heads_story(article, labels, index) else label.cuts[0].reason
        labels[index] = Label.whole(article.blocks[index], reason, label.cuts[0].score)


def _heads_story(article: Article, labels: Sequence[Label], index: int) -> bool:
    """Whether the block right below is gone as another story's: then this one was its headline."""
    if index + 1 == len(labels) or not labels[index + 1].cuts:
        return False
    below = labels[index + 1].cuts[0]
    return below.reason is Reason.FOREIGN_STORY and below.end - below.start == len(article.blocks[index + 1].text)


def _gone(articles: Sequence[Article], labels: Sequence[Sequence[Label]], looks: Looks) -> list[dict[int, Label]]:
    """Of each article the kept blocks that another look would cut, but for paragraphs."""
    pieces = [_pieces(article, own) for article, own in zip(articles, labels, strict=True)]
    kept = [
        Article(tuple(map(Block, piece.values())), title=article.title) for article, piece in zip(articles, pieces, strict=True)
    ]
    return [_cut_whole(piece, look) for piece, look in zip(pieces, looks(kept), strict=True)]


def _pieces(article: Article, labels: Sequence[Label]) -> dict[int, str]:
    """What is kept of each block but the title's."""
    return {
        index: piece
        for index, (block, label) in enumerate(zip(article.blocks, labels, strict=True))
        if index != article.title_block and (piece := slice_block(block, label).kept)
    }


def _cut_whole(pieces: Mapping[int, str], look: Look) -> dict[int, Label]:
    """The pieces that a look cuts whole and that are no paragraphs."""
    return {
        index: label
        for (index, piece), label, dense in zip(pieces.items(), look.labels, look.dense, strict=True)
        if not dense and label.cuts and not slice_block(Block(piece), label).kept
    }
