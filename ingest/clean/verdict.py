"""How sure each block of a page is to be the article's own, by the scorecard's two passes."""

from collections.abc import Sequence

from ingest.clean.features import columns_of
from ingest.clean.markup import markup_columns
from ingest.clean.outline import Outline
from ingest.clean.scorecard import load
from ingest.clean.second import second_columns
from ingest.records import Block


def own_shares(page: Outline, blocks: Sequence[Block], *, is_html: bool) -> list[float]:
    """0 to 1 for each block, in order."""
    columns = columns_of(page)
    if is_html:
        columns |= markup_columns(blocks)
    first, second = load("html" if is_html else "text")
    columns |= second_columns(page, first.sure(columns))
    return [float(sure) for sure in second.sure(columns)]
