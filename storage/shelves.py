"""Documents of a release put in order: aside on the local disk first, then back as the rows of one file at a time.

A shelf is what shares language and month of first sight. Rows come in any order and portions; what a file holds depends on
them alone, so that a month in which nothing changed gives the same bytes in every release.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from storage.schema import DOCUMENTS

CHANGES = ("seq", "duplicate_of", "cluster")
"""Columns of `documents` that other documents change: with them no month would ever stand still."""
SCHEMA = pa.schema([field for field in DOCUMENTS if field.name not in CHANGES])
SHARD_BYTES = 128 * 2**20
"""Most text of a file, about: in memory when it is written and read, a third of that on disk."""
ROW_BYTES = 1024
"""What a row takes beside its text, about."""
ID_BITS = 32
"""Of an id's beginning by which a shelf is divided into files."""
JSONL_ROWS = 1_000
REPEATED: tuple[str, ...] = (
    "source",
    "site",
    "section",
    "agency",
    "access",
    "page_type",
    "language",
    "script",
    "run_id",
    "raw_ref.key",
)
REPEATED += ("published_precision", "published_source", "pipeline.code", "pipeline.config_id", "rights.licence_url")
REPEATED += ("authors.list.element", "flags.list.element", "rights.opt_outs.list.element")
"""Columns whose values come again and again: stored once per file; all others would only fill the dictionary."""
PLAIN_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_NAME = 40
RESERVED = frozenset({"default"})
"""Names that readers' configurations have already."""


class Shelf(NamedTuple):
    """What shares a language and a month."""

    language: str
    month: str
    """`2026-03`."""

    def path(self, shard: int, of: int) -> str:
        """Where a file of it stands below `data/` and `jsonl/`, without its ending."""
        return f"{safe_name(self.language)}/{self.month}-{shard:05d}-of-{of:05d}"


def safe_name(language: str) -> str:
    """A language as a file system, a URL and a reader's configuration can spell it; different ones stay different."""
    if PLAIN_NAME.fullmatch(language) and len(language) <= MAX_NAME and language not in RESERVED:
        return language
    return f"x~{hashlib.sha256(language.encode()).hexdigest()[:16]}"


def months_of(rows: pa.Table) -> pa.ChunkedArray:
    """The month, UTC, in which each row's document was first seen."""
    return pc.fill_null(pc.strftime(rows["first_seen_at"], format="%Y-%m"), "0000-00")


class Shelves:
    """Rows on the local disk, in a file that is mapped to be read: they fill no memory of their own."""

    def __init__(self, folder: Path) -> None:
        self._path = str(folder / "rows.arrow")
        self._writer = pa.ipc.new_file(self._path, SCHEMA)
        self._written = 0
        self._batches: dict[Shelf, list[int]] = {}
        self._bytes: Counter[Shelf] = Counter()

    def add(self, rows: pa.Table, months: pa.ChunkedArray) -> None:
        """Puts rows on their shelves."""
        keyed = pa.table({"language": pc.fill_null(rows["language"], "und"), "month": months, "id": rows["id"]})
        order = pc.sort_indices(keyed, sort_keys=[(name, "ascending") for name in keyed.column_names])
        rows, keyed = rows.select(SCHEMA.names).take(order).combine_chunks(), keyed.take(order)
        sizes = pc.fill_null(pc.binary_length(rows["text"]), 0)
        start = 0
        for key, same in groupby(zip(keyed["language"].to_pylist(), keyed["month"].to_pylist(), strict=True)):
            length, shelf = sum(1 for _ in same), Shelf(*key)
            (batch,) = rows.slice(start, length).to_batches()
            self._writer.write_batch(batch)
            self._batches.setdefault(shelf, []).append(self._written)
            self._bytes[shelf] += (pc.sum(sizes.slice(start, length)).as_py() or 0) + ROW_BYTES * length
            self._written, start = self._written + 1, start + length

    def read(self) -> Iterator[tuple[Shelf, int, int, pa.Table]]:
        """Shelf, number of the file, number of files, its rows sorted by id; nothing can be added any more."""
        self._writer.close()
        for shelf in sorted(self._batches):
            of = self._files(shelf)
            for shard in range(of):
                yield shelf, shard, of, self._rows(shelf, shard, of)

    def _files(self, shelf: Shelf) -> int:
        """1, 2, 4 …, so many that none is too large and none without a row, over which readers stumble."""
        of = 1 << max(0, (self._bytes[shelf] - 1) // SHARD_BYTES).bit_length()
        while of > 1 and not all(self._slices(shelf, shard, of) for shard in range(of)):
            of //= 2
        return of

    def _rows(self, shelf: Shelf, shard: int, of: int) -> pa.Table:
        rows = pa.Table.from_batches(self._slices(shelf, shard, of), SCHEMA)
        return rows.take(pc.sort_indices(rows["id"])).combine_chunks()

    def _slices(self, shelf: Shelf, shard: int, of: int) -> list[pa.RecordBatch]:
        """The rows of one file as they lie on the disk; mapped anew each time, so that what was read is let go of."""
        reader = pa.ipc.open_file(pa.memory_map(self._path))
        found = (_between(reader.get_batch(at), shard, of) for at in self._batches[shelf])
        return [batch for batch in found if len(batch)]


def parquet_bytes(rows: pa.Table) -> bytes:
    """The rows as one Parquet file whose pages end where the content says: a changed row changes the pages round it alone."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        rows,
        sink,
        compression="zstd",
        row_group_size=max(1, rows.num_rows),
        use_dictionary=list(REPEATED),
        use_content_defined_chunking=True,
        store_schema=False,
    )
    return bytes(sink.getvalue())


def jsonl_bytes(rows: pa.Table) -> bytes:
    """The same rows, an object a line, compressed by Zstandard."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as out:
        for batch in rows.to_batches(max_chunksize=JSONL_ROWS):
            lines = (json.dumps(row, ensure_ascii=False, default=_moment) for row in batch.to_pylist())
            out.write("".join(f"{line}\n" for line in lines).encode())
    return bytes(sink.getvalue())


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="microseconds")


def _between(batch: pa.RecordBatch, shard: int, of: int) -> pa.RecordBatch:
    """The rows whose ids begin as the shard's do; the batch's ids ascend."""
    if of == 1:
        return batch
    step = 2**ID_BITS // of
    ids = batch.column("id")
    is_before = pc.less(ids, f"{shard * step:08x}") if shard else pa.array([], pa.bool_())
    start = pc.sum(is_before).as_py() or 0
    end = len(batch) if shard == of - 1 else pc.sum(pc.less(ids, f"{(shard + 1) * step:08x}")).as_py() or 0
    return batch.slice(start, end - start)
