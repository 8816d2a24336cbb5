"""Staged shards: what a run's pages were cleaned to before its commit, so that a restarted run need not clean them again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from ingest.records import Cleaned, Rejected, Sketch
from storage import keys, parquet
from storage.objects import Bucket
from storage.raw import RawRef
from storage.rows import document_of, document_row, raw_ref_of, raw_ref_row, speakable
from storage.schema import STAGED


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that could not be read or processed; the next run tries it again."""

    reason: str
    """One word: `unreadable`, `vanished` …"""
    detail: str = ""
    """One sentence for a person; holds no text of the page."""
    stage: str = "load"


@dataclass(frozen=True, slots=True)
class StagedPage:
    """What one input of a run became, before the corpus has decided on it."""

    id: str
    source: str
    name: str
    url: str | None
    """The URL given or fetched."""
    raw_sha256: str | None
    """Null where the input could not be read."""
    raw_ref: RawRef | None
    fetched_at: datetime | None
    modified_at: datetime | None
    """What the record or response says of its last change."""
    content_sha256: str | None
    """Of `ingest.identity.content_sha256`; null unless cleaned."""
    result: Cleaned | Rejected | Failure


def write(bucket: Bucket, run: str, shard: int, pages: Iterable[StagedPage]) -> None:
    """Stages a shard whole, over what stood there."""
    bucket.put(keys.staged(run, shard), parquet.encode(staged_table(pages)))


def shards(bucket: Bucket, run: str) -> list[int]:
    """Numbers of a run's staged shards, ascending."""
    found = (info.key for info in bucket.list(keys.staged_run(run)))
    return [keys.staged_shard(key) for key in found if keys.is_passing(key)]


def read(bucket: Bucket, run: str, shard: int) -> list[StagedPage]:
    """The pages of a staged shard, in order. Raises: KeyMissingError, DamagedError."""
    return staged_pages(read_table(bucket, run, shard))


def read_table(bucket: Bucket, run: str, shard: int, columns: Sequence[str] | None = None) -> pa.Table:
    """Columns of a staged shard, in order: deciding needs no text. Raises: KeyMissingError, DamagedError."""
    return parquet.read(bucket, keys.staged(run, shard), STAGED, columns)


def remove(bucket: Bucket, run: str) -> None:
    """Deletes a run's staged shards, once it is committed or given up."""
    for info in list(bucket.list(keys.staged_run(run))):
        bucket.delete(info.key)


def staged_table(pages: Iterable[StagedPage]) -> pa.Table:
    """One row per page, in order."""
    return pa.Table.from_pylist([_row(page) for page in pages], schema=STAGED)


def staged_pages(table: pa.Table) -> list[StagedPage]:
    """The pages that `staged_table` wrote, but for names that no column can spell."""
    return [_page(row) for row in table.to_pylist()]


def _row(page: StagedPage) -> dict[str, Any]:
    return _result_row(page.result) | {
        "id": page.id,
        "source": speakable(page.source),
        "name": speakable(page.name),
        "input_url": None if page.url is None else speakable(page.url),
        "input_modified_at": page.modified_at,
        "raw_sha256": page.raw_sha256,
        "raw_ref": raw_ref_row(page.raw_ref),
        "fetched_at": page.fetched_at,
        "content_sha256": page.content_sha256,
    }


def _result_row(result: Cleaned | Rejected | Failure) -> dict[str, Any]:
    match result:
        case Cleaned(document, sketch):
            return {"kind": "cleaned"} | document_row(document) | asdict(sketch)
        case Rejected():
            return {"kind": "rejected"} | asdict(result)
        case Failure():
            return {"kind": "failed"} | asdict(result)


def _page(row: Mapping[str, Any]) -> StagedPage:
    return StagedPage(
        id=row["id"],
        source=row["source"],
        name=row["name"],
        url=row["input_url"],
        raw_sha256=row["raw_sha256"],
        raw_ref=raw_ref_of(row["raw_ref"]),
        fetched_at=row["fetched_at"],
        modified_at=row["input_modified_at"],
        content_sha256=row["content_sha256"],
        result=_result(row),
    )


def _result(row: Mapping[str, Any]) -> Cleaned | Rejected | Failure:
    if row["kind"] == "cleaned":
        return Cleaned(document_of(row), Sketch(row["minhash"], row["fraction"], row["n_shingles"]))
    if row["kind"] == "rejected":
        return Rejected(row["stage"], row["reason"], row["detail"])
    return Failure(row["reason"], row["detail"], row["stage"])
