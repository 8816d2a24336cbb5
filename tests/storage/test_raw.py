import gzip
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from warcio.archiveiterator import ArchiveIterator

from ingest.records import FieldMap, RawPage
from storage import raw, warc
from storage.errors import DamagedError, RefusedError
from storage.local import LocalBucket
from tests.storage import strategies

STORED_AT = datetime(2026, 3, 4, 12, tzinfo=UTC)
SHARD = raw.Shard("run-1", 3, STORED_AT)
FILE = RawPage("town", "märz/uhr.txt", "text/plain", "Die Uhr schlägt.".encode())
RECORD = RawPage("town", "all.jsonl#7", "application/json", b'{"text": "x"}', caller_id="7", fields=FieldMap(text=("körper",)))
RESPONSE = RawPage(
    "harbour",
    "clock",
    "text/html",
    gzip.compress(b"<p>The clock</p>", mtime=0),
    content_encoding="gzip",
    url="https://harbour.example/clock?a=ü",
    requested_url="https://harbour.example/c",
    fetched_at=STORED_AT - timedelta(minutes=1),
    status=200,
    headers=(("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"), ("X-Größe", "naïve"), ("ETag", '"e1"')),
)
PAGES = [("id-a", FILE), ("id-b", RECORD), ("id-c", RESPONSE)]


@pytest.fixture
def bucket(tmp_path):
    return LocalBucket(tmp_path)


def objects(bucket):
    return {info.key: (info.modified_at, bucket.get(info.key)) for info in bucket.list("")}


@given(strategies.raw_pages)
def test_any_page_comes_back_equal(page):
    assert warc.page_of(warc.member("x", page, STORED_AT), "key") == page


def test_pages_come_back_from_their_references(bucket):
    refs = raw.write_shard(bucket, SHARD, PAGES)
    assert [raw.read(bucket, ref) for ref in refs] == [page for _, page in PAGES]
    assert raw.stored_shard(bucket, SHARD) == [(doc_id, ref) for (doc_id, _), ref in zip(PAGES, refs, strict=True)]


def test_standard_tools_read_the_segments(bucket):
    raw.write_shard(bucket, SHARD, PAGES)
    data = bucket.get("raw/warc/2026/03/04/run-1-000003-0000.warc.gz")
    found = [
        (record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read())
        for record in ArchiveIterator(io.BytesIO(data), check_digests="raise")
    ]
    assert found == [
        ("resource", "urn:winnow:town:m%C3%A4rz/uhr.txt", FILE.body),
        ("resource", "urn:winnow:town:all.jsonl%237", RECORD.body),
        ("response", "https://harbour.example/clock?a=%C3%BC", b"<p>The clock</p>"),
    ]


def test_the_index_says_what_stands_where(bucket):
    refs = raw.write_shard(bucket, SHARD, PAGES)
    rows = pq.read_table(io.BytesIO(bucket.get("raw/index/2026/03/04/run-1-000003.parquet"))).to_pylist()
    assert [(row["doc_id"], row["key"], row["offset"], row["length"]) for row in rows] == [
        (doc_id, ref.key, ref.offset, ref.length) for (doc_id, _), ref in zip(PAGES, refs, strict=True)
    ]
    assert (rows[2]["status"], rows[2]["etag"], rows[2]["url"]) == (200, '"e1"', RESPONSE.url)
    assert '"k\\u00f6rper"' in rows[1]["fields"]


def test_writing_a_shard_again_changes_no_object(bucket):
    refs = raw.write_shard(bucket, SHARD, PAGES)
    before = objects(bucket)
    assert raw.write_shard(bucket, SHARD, PAGES) == refs
    assert objects(bucket) == before


def test_a_writer_that_died_before_the_index_is_repeated_to_the_same_bytes(bucket):
    refs = raw.write_shard(bucket, SHARD, PAGES)
    before = {key: data for key, (_, data) in objects(bucket).items()}
    bucket.delete("raw/index/2026/03/04/run-1-000003.parquet")
    assert raw.stored_shard(bucket, SHARD) is None
    assert raw.write_shard(bucket, SHARD, PAGES) == refs
    assert {key: data for key, (_, data) in objects(bucket).items()} == before


def test_a_stored_shard_is_never_replaced_by_other_pages(bucket):
    refs = raw.write_shard(bucket, SHARD, PAGES)
    with pytest.raises(RefusedError, match="already stores other pages"):
        raw.write_shard(bucket, SHARD, [("id-a", replace(FILE, body=b"changed")), *PAGES[1:]])
    assert raw.read(bucket, refs[0]) == FILE


def test_equal_pages_have_records_of_their_own(bucket):
    refs = raw.write_shard(bucket, SHARD, [("id-a", FILE), ("id-a", FILE)])
    data = bucket.get(refs[0].key)
    ids = {record.rec_headers.get_header("WARC-Record-ID") for record in ArchiveIterator(io.BytesIO(data))}
    assert len(ids) == 2
    assert [raw.read(bucket, ref) for ref in refs] == [FILE, FILE]


@pytest.mark.parametrize(
    ("limit", "value", "segments"), [("RECORDS", 2, [2, 2, 1]), ("BYTES", 1, [1] * 5), ("BYTES", 2**20, [5])]
)
def test_a_segment_is_closed_at_its_limit(bucket, monkeypatch, limit, value, segments):
    monkeypatch.setattr(raw, f"MAX_SEGMENT_{limit}", value)
    refs = raw.write_shard(bucket, SHARD, [(f"id-{n}", replace(FILE, name=f"{n}.txt")) for n in range(5)])
    keys = [ref.key for ref in refs]
    assert [keys.count(key) for key in sorted(set(keys))] == segments
    assert [raw.read(bucket, ref).name for ref in refs] == [f"{n}.txt" for n in range(5)]
    assert keys == sorted(keys)


def test_a_shard_without_pages_is_stored_too(bucket):
    assert raw.write_shard(bucket, SHARD, []) == []
    assert raw.stored_shard(bucket, SHARD) == []


@pytest.mark.parametrize(
    "data", [b"", b"\x1f\x8b\x08", b"rubbish", warc.member("x", FILE, STORED_AT)[:40], gzip.compress(b"WARC/1.1\r\n\r\n")]
)
def test_a_broken_record_is_damage_that_names_the_segment(data):
    with pytest.raises(DamagedError, match="raw/warc/x"):
        warc.page_of(data, "raw/warc/x")


def test_a_body_that_changed_is_damage():
    changed = gzip.compress(gzip.decompress(warc.member("x", FILE, STORED_AT)).replace(b"Uhr", b"Tor"))
    with pytest.raises(DamagedError, match="not what was stored"):
        warc.page_of(changed, "raw/warc/x")
