"""Small answers from many files, soon: a table's files are asked at once, where one after the other would add up their delays."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.compute as pc

from storage import delta, keys, parquet
from storage.files import EVER, Between
from storage.keys import Table
from storage.schema import SCHEMAS
from storage.tables import Corpus

ABREAST = 16
"""Requests at a time: a store answers each after some milliseconds, and a connection to it takes no more."""


def scan(
    corpus: Corpus,
    table: Table,
    columns: Sequence[str] | None = None,
    where: pc.Expression | None = None,
    between: Between = EVER,
) -> pa.Table:
    """Rows of a table as it stands, as `Corpus.scan` gives them; for answers that are small beside the table."""
    condition = between.within(where)
    files = [file for file in delta.Handle(corpus.bucket, table).files() if file.overlaps(between.after, between.until)]

    def read(file: delta.LiveFile) -> pa.Table:
        return parquet.read(corpus.bucket, keys.table_file(table, file.path), SCHEMAS[table], columns, condition, file.size)

    with ThreadPoolExecutor(ABREAST) as pool:
        return parquet.concat(pool.map(read, files), SCHEMAS[table], columns)


def applied(corpus: Corpus, tables: Sequence[Table]) -> int:
    """The newest commit that all of these tables have reached."""
    with ThreadPoolExecutor(len(tables)) as pool:
        return min(pool.map(lambda table: delta.Handle(corpus.bucket, table).applied, tables))
