"""How sure each block of a page is to be the article's own, by the model's two passes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ingest.clean.features import columns_of, wording_columns
from ingest.clean.markup import markup_columns
from ingest.clean.model import Passes, load
from ingest.clean.outline import Outline
from ingest.clean.second import second_columns
from ingest.clean.shape import Column
from ingest.clean.wording import features_of
from ingest.records import Block

ALMOST = 1e-6
"""Nothing is surer."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the model was shown of a page."""

    passes: Passes
    columns: Mapping[str, Column]
    """Of both passes: the first reads those that it knows."""
    is_html: bool
    own_shares: Sequence[float]
    """How sure each block is to be the article's own, 0 to 1, in order."""


def evidence_on(page: Outline, blocks: Sequence[Block], *, is_html: bool) -> Evidence:
    """What both passes weigh, and their verdict."""
    model = load()
    columns = columns_of(page) | wording_columns(model.wording.verdicts(features_of([line.text for line in page.lines])))
    if is_html:
        columns |= markup_columns(blocks)
    passes = model.html if is_html else model.text
    first = passes.first.sure(columns)
    columns |= second_columns(page, first, columns)
    shares = between(first, passes.second.sure(columns))
    return Evidence(passes, columns, is_html, [float(share) for share in shares])


def between(first: Column, second: Column) -> Column:
    """The verdict between those of the two passes, halfway in log-odds: neither alone is as good on every kind of text."""
    shares = np.clip(np.stack([first, second]).astype(np.float64), ALMOST, 1 - ALMOST)
    sure: Column = (1 / (1 + np.exp(-np.log(shares / (1 - shares)).mean(axis=0)))).astype(np.float32)
    return sure
