"""The raw store: every page exactly as received, in WARC segments, and an index written after them.

The index is what makes a shard's pages stored: segments without one are the leftovers of a run that died. Nothing here is
ever swept or rewritten, but by takedown and by a policy of retention; of feeds and lists of URLs the last answer alone is kept.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from ingest.records import RawPage
from storage import keys, parquet, retired, warc
from storage.errors import DamagedError, KeyMissingError, RefusedError, RetiredError
from storage.objects import Bucket

MAX_SEGMENT_BYTES = 64 * 2**20
"""A segment that has reached it is closed; a page larger than that has a segment of its own."""
MAX_SEGMENT_RECORDS = 1_000

_T = pa.timestamp("us", tz="UTC")
INDEX = pa.schema(
    [
        ("doc_id", pa.string()),
        ("source", pa.string()),
        ("name", pa.string()),
        ("media_type", pa.string()),
        ("url", pa.string()),
        ("requested_url", pa.string()),
        ("caller_id", pa.string()),
        ("content_encoding", pa.string()),
        ("fetched_at", _T),
        ("modified_at", _T),
        ("stored_at", _T),
        ("status", pa.int32()),
        ("headers", pa.string()),
        ("etag", pa.string()),
        ("last_modified", pa.string()),
        ("fields", pa.string()),
        ("body_sha256", pa.string()),
        ("key", pa.string()),
        ("offset", pa.int64()),
        ("length", pa.int64()),
    ]
)
"""One row per page, in shard order; `headers` (pairs) and `fields` are JSON, `body_sha256` is of the body as received."""


@dataclass(frozen=True, slots=True)
class RawRef:
    """Where the exact bytes of a page stand."""

    key: str
    """Of a WARC segment."""
    offset: int
    length: int
    """Of the record's gzip member."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A run's pages that are stored together; writing it again is a no-op."""

    run: str
    number: int
    stored_at: datetime
    """The run's time of start: what the store's records say of time, and the date in their keys."""


def write_shard(bucket: Bucket, shard: Shard, pages: Sequence[tuple[str, RawPage]]) -> list[RawRef]:
    """Where each page, given with its document's id, now stands, in order.

    Raises: RefusedError where the shard already stores other pages.
    """
    digests = [(doc_id, parquet.sha256(page.body)) for doc_id, page in pages]
    stored = _index(bucket, shard)
    if stored is not None:
        if list(zip(stored["doc_id"].to_pylist(), stored["body_sha256"].to_pylist(), strict=True)) != digests:
            raise RefusedError(f"shard {shard.number} of run {shard.run} already stores other pages")
        return _refs(stored)
    refs: list[RawRef] = []
    for part, (data, lengths) in enumerate(_segments(shard, pages)):
        key = keys.raw_segment(shard.stored_at, shard.run, shard.number, part)
        bucket.put(key, data)
        offsets = (sum(lengths[:count]) for count in range(len(lengths)))
        refs += [RawRef(key, offset, length) for offset, length in zip(offsets, lengths, strict=True)]
    rows = [_index_row(shard, *each) for each in zip(digests, pages, refs, strict=True)]
    index = parquet.encode(pa.Table.from_pylist(rows, schema=INDEX))
    bucket.put(keys.raw_index(shard.stored_at, shard.run, shard.number), index)
    return refs


def stored_shard(bucket: Bucket, shard: Shard) -> list[tuple[str, RawRef]] | None:
    """Document ids and references of a shard whose pages are all stored, in order; null where they are not."""
    stored = _index(bucket, shard)
    return None if stored is None else list(zip(stored["doc_id"].to_pylist(), _refs(stored), strict=True))


def read(bucket: Bucket, ref: RawRef) -> RawPage:
    """The page, equal to the one that was stored. Raises: RetiredError, KeyMissingError, DamagedError."""
    try:
        data = bucket.get_range(ref.key, ref.offset, ref.length)
    except KeyMissingError:
        told = retired.told(bucket, ref.key)
        if told is None:
            raise
        raise RetiredError(ref.key, told) from None
    return warc.page_of(data, ref.key)


def keep_list(bucket: Bucket, url: str, page: RawPage) -> None:
    """Store the answer of a feed or a list of URLs, in the place of the one before; the same again changes nothing."""
    last = last_list(bucket, url)
    if last is None or last.body != page.body or _lasting(last) != _lasting(page):
        bucket.put(keys.raw_list(url), warc.member("list", page, page.fetched_at or datetime.now(UTC)))


def _lasting(page: RawPage) -> list[tuple[str, str]]:
    """The headers that do not change with every answer."""
    headers = [(name.lower(), value) for name, value in page.headers]
    return [(name, value) for name, value in headers if name in {"etag", "last-modified", "content-type", "content-encoding"}]


def last_list(bucket: Bucket, url: str) -> RawPage | None:
    """The answer that `keep_list` stored; null where there is none that can be read."""
    key = keys.raw_list(url)
    try:
        return warc.page_of(bucket.get(key), key)
    except (KeyMissingError, DamagedError):
        return None


def _index(bucket: Bucket, shard: Shard) -> pa.Table | None:
    try:
        return parquet.read(bucket, keys.raw_index(shard.stored_at, shard.run, shard.number), INDEX)
    except KeyMissingError:
        return None


def _refs(index: pa.Table) -> list[RawRef]:
    return [RawRef(**row) for row in index.select(["key", "offset", "length"]).to_pylist()]


def _segments(shard: Shard, pages: Sequence[tuple[str, RawPage]]) -> Iterator[tuple[bytes, list[int]]]:
    """Segments with the lengths of their members."""
    members: list[bytes] = []
    size = 0
    for number, (doc_id, page) in enumerate(pages):
        data = warc.member(f"{shard.run} {shard.number} {number} {doc_id}", page, shard.stored_at)
        if members and (size + len(data) > MAX_SEGMENT_BYTES or len(members) == MAX_SEGMENT_RECORDS):
            yield b"".join(members), [len(each) for each in members]
            members, size = [], 0
        members.append(data)
        size += len(data)
    if members:
        yield b"".join(members), [len(each) for each in members]


def _index_row(shard: Shard, digest: tuple[str, str], entry: tuple[str, RawPage], ref: RawRef) -> dict[str, Any]:
    page = entry[1]
    row = {name: getattr(page, name) for name in RawPage.__dataclass_fields__ if name in INDEX.names}
    given = {name: value for name, value in row.items() if isinstance(value, str)}
    headers = {name.lower(): value for name, value in page.headers}
    return (
        row
        | {name: value.encode("utf-8", "backslashreplace").decode() for name, value in given.items()}
        | {"doc_id": digest[0], "body_sha256": digest[1], "stored_at": shard.stored_at}
        | {"headers": json.dumps(page.headers), "fields": None if page.fields is None else json.dumps(asdict(page.fields))}
        | {"etag": headers.get("etag"), "last_modified": headers.get("last-modified")}
        | asdict(ref)
    )
