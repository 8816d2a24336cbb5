"""Data files of the tables: how rows become files of bounded size, and how live or staged files are read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_

import pyarrow as pa
import pyarrow.compute as pc

from storage import delta, keys, parquet
from storage.commits import FileEntry
from storage.keys import Table
from storage.objects import Bucket
from storage.schema import SCHEMAS

ROWS_PER_FILE = 12_500
"""Of news-like rows: a scattered update rewrites few bytes, a scan opens few files (measured on a million rows)."""
BYTES_PER_FILE = 128 * 2**20
"""In memory, before compression."""


def stage(bucket: Bucket, table: Table, batches: Iterable[pa.Table], *, seq: int, first_part: int = 0) -> list[FileEntry]:
    """Writes rows as files that are named by commit, order and content; without rows none.

    Ids ascend in each file; rows of one id keep their order where they stand in one file.
    """
    entries: list[FileEntry] = []
    for part, rows in enumerate(_portions(batches), first_part):
        data, entry = encode(rows)
        path = keys.data_file(seq, part, entry.sha256)
        # Replaced even where it stands: a sweep must see that it is young.
        bucket.put(keys.table_file(table, path), data)
        entries.append(replace(entry, path=path))
    return entries


def encode(rows: pa.Table) -> tuple[bytes, FileEntry]:
    """The bytes of a file, ids ascending, and its entry without a path."""
    rows = rows.take(pc.sort_indices(rows["id"]))
    data = parquet.encode(rows)
    ids = rows["id"]
    seqs = pc.min_max(rows["seq"]).as_py()
    bounds = ids[0].as_py(), ids[-1].as_py(), seqs["min"], seqs["max"]
    return data, FileEntry("", len(data), rows.num_rows, parquet.sha256(data), *bounds)


def read(bucket: Bucket, table: Table, path: str, columns: Sequence[str] | None = None) -> pa.Table:
    """Rows of one file, committed or only staged. Raises: KeyMissingError, DamagedError."""
    return parquet.read(bucket, keys.table_file(table, path), SCHEMAS[table], columns)


def read_all(bucket: Bucket, table: Table, entries: Iterable[FileEntry], columns: Sequence[str]) -> pa.Table:
    """Rows of several files, in their order."""
    return parquet.concat((read(bucket, table, entry.path, columns) for entry in entries), SCHEMAS[table], columns)


@dataclass(frozen=True, slots=True)
class Between:
    """Rows of the commits after one, up to another."""

    after: int = 0
    until: int | None = None
    """Included; null: the newest."""

    def within(self, where: pc.Expression | None) -> pc.Expression | None:
        """The condition narrowed to these commits."""
        seq, bounds = pc.field("seq"), [] if where is None else [where]
        bounds += [seq > self.after] if self.after else []
        bounds += [] if self.until is None else [seq <= self.until]
        return reduce(and_, bounds) if bounds else None


EVER = Between()


def live(
    bucket: Bucket,
    table: Table,
    columns: Sequence[str] | None = None,
    where: pc.Expression | None = None,
    between: Between = EVER,
) -> Iterator[pa.Table]:
    """Rows of a table as it stands, file by file; rows of one id and commit keep their order. Other files stay unread."""
    for file in delta.Handle(bucket, table).files():
        if file.overlaps(between.after, between.until):
            yield parquet.read(bucket, keys.table_file(table, file.path), SCHEMAS[table], columns, between.within(where))


def _portions(batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
    held: list[pa.Table] = []
    for batch in batches:
        if held and (sum(map(len, held)) + len(batch) > ROWS_PER_FILE or sum(each.nbytes for each in held) > BYTES_PER_FILE):
            yield pa.concat_tables(held)
            held = []
        if len(batch):
            held.append(batch)
    if held:
        yield pa.concat_tables(held)
