"""The raw pages: whether what rows refer to stands, and whether it is what was received."""

from collections.abc import Collection
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from storage import keys, parquet, warc
from storage.errors import DamagedError, KeyMissingError
from storage.files import Between
from storage.keys import Table
from storage.objects import Bucket
from storage.raw import INDEX
from storage.retired import Retirement
from storage.tables import Corpus
from storage.verification.report import Fault, Listed, Tell, Verified

GONE = "its pages cannot be cleaned again or shown as they came; the cleaned documents are whole"


def retired(bucket: Bucket, listed: Listed, found: Verified) -> set[str]:
    """The segments that a policy let go, by the records of it; one that cannot be read is a fault."""
    last: dict[str, datetime] = {}
    for key in (key for key in listed if key.startswith(keys.RAW_RETIRED) and key.endswith(".json")):
        try:
            record = Retirement.from_json(bucket.get(key), key)
        except (DamagedError, KeyMissingError) as error:
            found.faults.append(Fault(key, str(error), "segments that a policy let go are taken for lost"))
            continue
        last |= {segment: record.retired_at for segment in record.segments if segment not in listed}
    found.retired = len(last)
    found.retired_on = f"{max(last.values()):%Y-%m-%d}" if last else None
    return set(last)


def references(corpus: Corpus, seq: int, listed: Listed, gone: Collection[str], found: Verified) -> None:
    """Every `raw_ref` of the tables up to a commit lies within a segment that stands, or that a policy let go."""
    ends: dict[str, int] = {}
    tables: tuple[Table, ...] = ("versions", "outcomes")
    for table in tables:
        for rows in corpus.batches(table, ["raw_ref"], between=Between(until=seq)):
            for key, end in _ends(rows["raw_ref"].combine_chunks()).items():
                ends[key] = max(end, ends.get(key, 0))
    for key, end in sorted(ends.items()):
        if key in gone:
            continue
        info = listed.get(key) or corpus.bucket.head(key)
        if info is None:
            found.faults.append(Fault(key, "the segment is missing", GONE))
        elif info.size < end:
            found.faults.append(Fault(key, f"the segment has {info.size} bytes where a page ends at {end}", GONE))


def _ends(refs: pa.StructArray) -> dict[str, int]:
    """Segment → the end of its last page that is referred to."""
    refs = refs.drop_null()
    end = pc.add(pc.struct_field(refs, "offset"), pc.struct_field(refs, "length"))
    rows = pa.table({"key": pc.struct_field(refs, "key"), "end": end})
    groups = rows.group_by("key").aggregate([("end", "max")])
    return dict(zip(groups["key"].to_pylist(), groups["end_max"].to_pylist(), strict=True))


def records(bucket: Bucket, listed: Listed, gone: Collection[str], found: Verified, tell: Tell) -> None:
    """Reads every stored page that is not gone by policy and compares it with the digest in its index."""
    indexes = [key for key in listed if key.startswith(keys.RAW_INDEX) and key.endswith(".parquet")]
    for number, key in enumerate(indexes):
        tell("raw pages", number, len(indexes))
        try:
            rows = parquet.read(bucket, key, INDEX, ["key", "offset", "length", "body_sha256"])
        except DamagedError as error:
            found.faults.append(Fault(key, str(error), "the list of a shard's pages is lost; the pages stand"))
            continue
        for segment in set(pc.unique(rows["key"]).to_pylist()).difference(gone):
            _segment(bucket, segment, rows.filter(pc.equal(rows["key"], segment)), found)


def _segment(bucket: Bucket, key: str, rows: pa.Table, found: Verified) -> None:
    try:
        data = bucket.get(key)
    except KeyMissingError:
        found.faults.append(Fault(key, "the segment is missing", GONE))
        return
    found.digests += 1
    found.bytes_read += len(data)
    wrong = 0
    for row in rows.to_pylist():
        try:
            page = warc.page_of(data[row["offset"] : row["offset"] + row["length"]], key)
            wrong += parquet.sha256(page.body) != row["body_sha256"]
        except DamagedError:
            wrong += 1
    found.records += len(rows)
    if wrong:
        found.faults.append(Fault(key, f"{wrong} of its {len(rows)} pages are not what was received", GONE))
