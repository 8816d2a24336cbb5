"""How sure each block of a page is to be the article's own, by the model's two passes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ingest.clean.features import columns_of, wording_columns
from ingest.clean.markup import markup_columns
from ingest.clean.model import Passes, load
from ingest.clean.outline import Outline
from ingest.clean.pages import pages_together
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
    table: Mapping[str, Column]
    """Columns of this page and of those that were judged with it."""
    span: slice
    """This page's lines."""
    is_html: bool
    own_shares: Sequence[float]
    """How sure each block is to be the article's own, 0 to 1, in order."""

    @property
    def columns(self) -> dict[str, Column]:
        """The page's columns for both passes: the first reads those that it knows."""
        return {name: values[self.span] for name, values in self.table.items()}


def evidence_on(outlines: Sequence[Outline], blocks: Sequence[Sequence[Block]], *, is_html: bool) -> list[Evidence]:
    """What both passes weigh, and their verdict, for pages of one kind; no page's depends on the others."""
    model, pages = load(), pages_together(outlines)
    columns = columns_of(pages)
    columns |= wording_columns(pages, model.wording.verdicts(features_of([line.text for line in pages.lines])))
    if is_html:
        columns |= joined([markup_columns(page) for page in blocks])
    passes = model.html if is_html else model.text
    first = passes.first.sure(columns)
    columns |= second_columns(pages, first, columns)
    shares = between(first, passes.second.sure(columns)).tolist()
    edges = pages.rows.starts.tolist()
    return [Evidence(passes, columns, slice(begin, end), is_html, shares[begin:end]) for begin, end in pairwise(edges)]


def joined(tables: Sequence[Mapping[str, Column]]) -> dict[str, Column]:
    """The same columns of several pages, one page behind the other."""
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def between(first: Column, second: Column) -> Column:
    """The verdict between those of the two passes, halfway in log-odds: neither alone is as good on every kind of text."""
    shares = np.clip(np.stack([first, second]).astype(np.float64), ALMOST, 1 - ALMOST)
    sure: Column = (1 / (1 + np.exp(-np.log(shares / (1 - shares)).mean(axis=0)))).astype(np.float32)
    return sure
