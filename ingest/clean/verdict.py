"""How sure each block of a page is to be the article's own, by the model's two passes."""

from collections.abc import Sequence

from ingest.clean.features import columns_of, wording_columns
from ingest.clean.markup import markup_columns
from ingest.clean.model import load
from ingest.clean.outline import Outline
from ingest.clean.second import second_columns
from ingest.clean.wording import features_of
from ingest.records import Block


def own_shares(page: Outline, blocks: Sequence[Block], *, is_html: bool) -> list[float]:
    """0 to 1 for each block, in order."""
    model = load()
    columns = columns_of(page) | wording_columns(model.wording.verdicts(features_of([line.text for line in page.lines])))
    if is_html:
        columns |= markup_columns(blocks)
    passes = model.html if is_html else model.text
    columns |= second_columns(page, passes.first.sure(columns))
    return [float(sure) for sure in passes.second.sure(columns)]
