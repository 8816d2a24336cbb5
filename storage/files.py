"""Data files of the tables: how rows become files of bounded size, and how live or staged files are read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_

import pyarrow as pa
import pyarrow.compute as pc

from storage import keys, parquet
from storage.commits import FileEntry
from storage.keys import Table
from storage.objects import Bucket
from storage.pool import abreast
from storage.schema import SCHEMAS

ROWS_PER_FILE = 12_500
"""Of news-like rows: a scattered update rewrites few bytes, a scan opens few files (measured on a million rows)."""
FEWEST_ROWS = 128
PARTS_OF_DOCUMENTS = 64
BYTES_PER_FILE = 128 * 2**20
"""In memory, before compression."""


def stage(
    bucket: Bucket,
    table: Table,
    batches: Iterable[pa.Table],
    *,
    seq: int,
    first_part: int = 0,
    most_rows: int | None = None,
) -> list[FileEntry]:
    """Writes rows as files that are named by commit, order and content; without rows none.

    Ids ascend in each file; rows of one id keep their order where they stand in one file.
    """
    portions = enumerate(_portions(batches, most_rows or ROWS_PER_FILE), first_part)
    return [put(bucket, table, seq, part, *encode(rows)) for part, rows in portions]


def put(bucket: Bucket, table: Table, seq: int, part: int, data: bytes, entry: FileEntry) -> FileEntry:
    """Writes one file of a commit under its name; its entry with that path."""
    path = keys.data_file(seq, part, entry.sha256)
    # Replaced even where it stands: a sweep must see that it is young.
    bucket.put(keys.table_file(table, path), data)
    return replace(entry, path=path)


def rows_of_documents(total: int) -> int:
    """Rows of a file of `documents` where it holds so many: an update of its newest twentieth writes that again, little more."""
    return max(FEWEST_ROWS, min(ROWS_PER_FILE, total // PARTS_OF_DOCUMENTS))


def encode(rows: pa.Table) -> tuple[bytes, FileEntry]:
    """The bytes of a file, ids ascending, and its entry without a path."""
    rows = rows.take(pc.sort_indices(rows["id"]))
    data = parquet.encode(rows)
    return data, entry_of(rows, data)


def entry_of(rows: pa.Table, data: bytes) -> FileEntry:
    """What a commit says of a file, without its path; `rows` have ascending ids."""
    ids, seqs = rows["id"], pc.min_max(rows["seq"]).as_py()
    bounds = ids[0].as_py(), ids[-1].as_py(), seqs["min"], seqs["max"]
    return FileEntry("", len(data), rows.num_rows, parquet.sha256(data), *bounds)


def read(bucket: Bucket, table: Table, path: str, columns: Sequence[str] | None = None, size: int | None = None) -> pa.Table:
    """Rows of one file, committed or only staged. Raises: KeyMissingError, DamagedError."""
    return parquet.read(bucket, keys.table_file(table, path), SCHEMAS[table], columns, None, size)


def read_all(bucket: Bucket, table: Table, entries: Iterable[FileEntry], columns: Sequence[str]) -> pa.Table:
    """Rows of several files, in their order."""
    found = abreast(lambda entry: read(bucket, table, entry.path, columns, entry.size), entries)
    return parquet.concat(found, SCHEMAS[table], columns)


def of_ids(ids: Iterable[str]) -> pc.Expression:
    """The condition that a row is of one of these documents; of none where there are none."""
    return pc.field("id").isin(pa.array(sorted(ids), pa.string()))


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


def _portions(batches: Iterable[pa.Table], most_rows: int) -> Iterator[pa.Table]:
    held: list[pa.Table] = []
    for batch in _pieces(batches, most_rows):
        if held and (sum(map(len, held)) + len(batch) > most_rows or sum(each.nbytes for each in held) > BYTES_PER_FILE):
            yield pa.concat_tables(held)
            held = []
        held.append(batch)
    if held:
        yield pa.concat_tables(held)


def _pieces(batches: Iterable[pa.Table], most_rows: int) -> Iterator[pa.Table]:
    for batch in batches:
        yield from (batch.slice(at, most_rows) for at in range(0, len(batch), most_rows))
