"""Further looks: they read what is kept, cut lines and never paragraphs, and end."""

from collections.abc import Sequence

from ingest.clean.again import MAX_LOOKS, Look, settled
from ingest.clean.lines import read
from ingest.records import Article, Block, Label, Reason

PARAGRAPH = (
    "The tide mill of Saltmarsh Cross opens to visitors on Saturday, nine years after a storm tore the gates from its pond."
)


class Refusing:
    """Looks that refuse the last block each time; the texts that they saw are kept."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []

    def __call__(self, articles: Sequence[Article]) -> list[Look]:
        return [self._look(article) for article in articles]

    def _look(self, article: Article) -> Look:
        self.seen.append([block.text for block in article.blocks])
        labels = [Label(1.0) for _ in article.blocks[:-1]]
        dense = [line.dense for line in read(article.blocks)]
        return Look(dense, [*labels, Label.whole(article.blocks[-1], Reason.NAVIGATION, 0.9)])


def kept(lines: list[str], look: Refusing) -> list[str]:
    article = Article(tuple(map(Block, lines)))
    (labels,) = settled([article], [[Label(1.0) for _ in lines]], look)
    return [line for line, label in zip(lines, labels, strict=True) if not label.cuts]


def test_each_look_sees_what_the_last_one_kept() -> None:
    look = Refusing()
    assert kept([PARAGRAPH, "Tides", "Weather"], look) == [PARAGRAPH]
    assert look.seen == [[PARAGRAPH, "Tides", "Weather"], [PARAGRAPH, "Tides"], [PARAGRAPH]]


def test_further_looks_cut_no_paragraph() -> None:
    assert kept(["Tides", PARAGRAPH], Refusing()) == ["Tides", PARAGRAPH]


def test_looks_end() -> None:
    look = Refusing()
    kept([PARAGRAPH, *map(str, range(9))], look)
    assert len(look.seen) == MAX_LOOKS
