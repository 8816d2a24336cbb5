"""Small answers from many files, soon: a table's files are asked at once, where one after the other would add up their delays."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from storage.files import EVER, Between
from storage.keys import Table
from storage.pool import ABREAST, abreast
from storage.tables import Corpus

__all__ = ["ABREAST", "applied", "scan"]


def scan(
    corpus: Corpus,
    table: Table,
    columns: Sequence[str] | None = None,
    where: pc.Expression | None = None,
    between: Between = EVER,
) -> pa.Table:
    """Rows of a table as it stands, as `Corpus.scan` gives them; for answers that are small beside the table."""
    return corpus.handles.at_once(table, columns, where, between)


def applied(corpus: Corpus, tables: Sequence[Table]) -> int:
    """The newest commit that all of these tables have reached."""
    return min(abreast(corpus.handles.applied, tables))
