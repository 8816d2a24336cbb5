"""Parquet objects: how every table, segment and index is written and read.

Statistics are kept for the columns named here alone and Arrow's own schema copy is left out: both would repeat text of
articles in places that an erasure does not look at.
"""

import hashlib
import io
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from storage.errors import DamagedError, KeyMissingError
from storage.objects import Bucket

STATISTICS = ("id", "seq")
"""Columns with minima and maxima in files and log: hashes and numbers."""
TAIL = 192 * 2**10
"""Of a file's last bytes: the footer of 100,000 rows takes 140 KB, of the widest table."""
ROWS_PER_GROUP = 4_000
"""In files that are ordered by id, one document is found by decoding one group (measured on a million rows)."""


def encode(table: pa.Table) -> bytes:
    """The table as one Parquet file: the same rows give the same bytes."""
    return encode_stream([table], table.schema)


def encode_stream(tables: Iterable[pa.Table], schema: pa.Schema) -> bytes:
    """The rows of several tables as one Parquet file; only a row group and the file's compressed bytes are held."""
    sink = pa.BufferOutputStream()
    statistics = [column for column in STATISTICS if column in schema.names]
    options = {"compression": "zstd", "write_statistics": statistics or False, "store_schema": False, "write_page_checksum": True}
    with pq.ParquetWriter(sink, schema, **options) as writer:
        for table in tables:
            writer.write_table(table, ROWS_PER_GROUP)
    return bytes(sink.getvalue())


def sha256(data: bytes) -> str:
    """The digest that names a file, in hex."""
    return hashlib.sha256(data).hexdigest()


def read(
    bucket: Bucket,
    key: str,
    schema: pa.Schema,
    columns: Sequence[str] | None = None,
    where: pc.Expression | None = None,
    size: int | None = None,
) -> pa.Table:
    """Rows of one file; only the ranges that hold the columns are fetched. Raises: KeyMissingError, DamagedError.

    Columns that the schema got after the file was written are null. `size`, where it is known, saves asking for it.
    """
    wanted = list(schema.names) if columns is None else list(columns)
    try:
        with pa.PythonFile(_ObjectFile(bucket, key, size or _size(bucket, key)), mode="r") as file:
            if where is None:
                return _plain(file, schema, wanted)
            found = pq.read_table(file, columns=wanted, filters=where, schema=schema, page_checksum_verification=True)
    except (pa.ArrowException, OSError) as error:
        raise DamagedError(f"{key} cannot be read as Parquet: the object is damaged") from error
    return found.cast(pa.schema([schema.field(column) for column in wanted]))


def _plain(file: pa.NativeFile, schema: pa.Schema, wanted: Sequence[str]) -> pa.Table:
    """Columns of all rows, at half of what `read_table` costs of a small file."""
    reader = pq.ParquetFile(file, page_checksum_verification=True)
    stand = set(reader.schema_arrow.names)
    found = reader.read([name for name in wanted if name in stand])
    fields = [schema.field(name) for name in wanted]
    columns = [found[field.name] if field.name in stand else pa.nulls(reader.metadata.num_rows, field.type) for field in fields]
    rows, expected = pa.table(columns, names=list(wanted)), pa.schema(fields)
    return rows if rows.schema.equals(expected) else rows.cast(expected)


def _size(bucket: Bucket, key: str) -> int:
    info = bucket.head(key)
    if info is None:
        raise KeyMissingError(key)
    return info.size


def concat(tables: Iterable[pa.Table], schema: pa.Schema, columns: Sequence[str] | None = None) -> pa.Table:
    """The tables one after the other; without any, an empty one."""
    wanted = schema.names if columns is None else columns
    empty = pa.schema([schema.field(column) for column in wanted]).empty_table()
    return pa.concat_tables([empty, *tables])


class _ObjectFile(io.RawIOBase):
    """An object as a file that can be read from anywhere."""

    def __init__(self, bucket: Bucket, key: str, size: int) -> None:
        self._bucket = bucket
        self._key = key
        self._size = size
        self._at = 0
        self._tail: bytes | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence] + offset
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, self._size - self._at)
        length = left if size is None or size < 0 else min(size, left)
        data = self._range(self._at, length) if length else b""
        self._at += length
        return data

    def _range(self, offset: int, length: int) -> bytes:
        """Some bytes; those of the footer, which Arrow asks for in two steps, are fetched in one."""
        start = max(0, self._size - TAIL)
        if offset < start:
            return self._bucket.get_range(self._key, offset, length)
        if self._tail is None:
            self._tail = self._bucket.get_range(self._key, start, self._size - start)
        return self._tail[offset - start : offset - start + length]
