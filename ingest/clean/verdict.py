"""How sure each block of a page is to be the article's own, by the model's two passes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.clean.features import columns_of, wording_columns
from ingest.clean.markup import markup_columns
from ingest.clean.model import Passes, load
from ingest.clean.outline import Outline
from ingest.clean.second import second_columns
from ingest.clean.shape import Column
from ingest.clean.wording import features_of
from ingest.records import Block


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the model was shown of a page."""

    passes: Passes
    columns: Mapping[str, Column]
    """Of both passes: the first reads those that it knows."""
    is_html: bool

    @property
    def own_shares(self) -> list[float]:
        """How sure each block is to be the article's own, 0 to 1, in order."""
        return [float(sure) for sure in self.passes.second.sure(self.columns)]


def evidence_on(page: Outline, blocks: Sequence[Block], *, is_html: bool) -> Evidence:
    """All that the second pass weighs."""
    model = load()
    columns = columns_of(page) | wording_columns(model.wording.verdicts(features_of([line.text for line in page.lines])))
    if is_html:
        columns |= markup_columns(blocks)
    passes = model.html if is_html else model.text
    return Evidence(passes, columns | second_columns(page, passes.first.sure(columns)), is_html)
