import gzip
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import SourceError
from ingest.identity import document_id
from ingest.load import LoadConfig
from ingest.records import FieldMap, PageRef, RawPage, Refused
from ingest.sources.jsonl import split_lines
from ingest.sources.opener import LOCAL
from ingest.sources.table import SOURCES, read_pages

CONFIG = LoadConfig()
SMALL = LoadConfig(max_bytes=1000)


class Memory:
    """An opener whose files are bytes."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def open(self, _location):
        return io.BytesIO(self.body)

    def list(self, location):
        raise NotImplementedError(location)


def read(name: str, body: bytes, config: LoadConfig = CONFIG):
    return list(read_pages(PageRef("wire", name, name), Memory(body), config))


def packed(body: bytes, suffix: str) -> bytes:
    if suffix == ".gz":
        return gzip.compress(body)
    return zstandard.compress(body) if suffix == ".zst" else body


def lines(count: int) -> bytes:
    return b"".join(json.dumps({"id": n, "text": f"story {n * n}"}).encode() + b"\n" for n in range(count))


@pytest.mark.parametrize(
    ("name", "media_type", "encoding"),
    [
        *(("a.txt", "text/plain", None), ("a.HTML", "text/html", None), ("a.htm", "text/html", None)),
        *(("a.txt.gz", "text/plain", "gzip"), ("a.html.zst", "text/html", "zstd")),
    ],
)
def test_a_file_of_one_page_is_its_exact_bytes(name, media_type, encoding):
    body = b"\xef\xbb\xbfany \0 bytes\r\n"
    assert read(name, body) == [RawPage("wire", name, media_type, body, encoding)]


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_each_line_is_a_page(suffix):
    body = b'\xef\xbb\xbf{"url": "https://a.example/1", "text": "x", "id": 7}\r\n\n  \n{"text": "y", "updated_at": "2024-03-05"}'
    first, second = read("a.jsonl" + suffix, packed(body, suffix))
    name = "a.jsonl" + suffix
    line = b'\xef\xbb\xbf{"url": "https://a.example/1", "text": "x", "id": 7}'
    assert first == RawPage(
        "wire", f"{name}#1", "application/json", line, url="https://a.example/1", caller_id="7", fields=FieldMap()
    )
    assert (second.name, second.url, second.modified_at) == (f"{name}#4", None, datetime(2024, 3, 5, tzinfo=UTC))


def test_only_a_line_feed_ends_a_line():
    body = '{"text": "one\u2028two\x85three\x0bfour\u2029"}'.replace("\x0b", "").encode() + b"\n"
    (page,) = read("a.ndjson", body)
    assert page.body == body[:-1]


def test_a_line_that_is_no_json_is_handed_on():
    pages = read("a.jsonl", b'{"text": "x"}\n{"text": x}\n[1]\n')
    assert [page.body for page in pages] == [b'{"text": "x"}', b'{"text": x}', b"[1]"]
    assert all(isinstance(page, RawPage) for page in pages)


def test_the_field_map_says_what_identifies_a_record():
    config = LoadConfig(fields=FieldMap(id=("key",), url=("where",)))
    (page,) = read("a.jsonl", b'{"id": "x", "key": "k\\ud800", "where": " https://a.example/ "}', config)
    assert (page.caller_id, page.url, page.fields) == ("k\ufffd", "https://a.example/", config.fields)


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_a_line_that_is_too_long_is_refused_and_reading_goes_on(suffix):
    body = b'{"id": 1}\n{"text": "' + b"x" * 200_000 + b'"}\n{"id": 3}\n' + b"y" * 2000
    first, second, third, fourth = read("a.jsonl" + suffix, packed(body, suffix), SMALL)
    assert (first.caller_id, third.caller_id) == ("1", "3")
    for refused, number in ((second, 2), (fourth, 4)):
        assert isinstance(refused, Refused)
        assert (refused.why.reason, refused.page.body, refused.page.name) == ("too-large", b"", f"a.jsonl{suffix}#{number}")


def test_a_line_of_just_the_limit_is_read():
    line = json.dumps({"text": "x" * 988}).encode()
    assert len(line) == 1000
    assert [type(page) for page in read("a.jsonl", line + b"\n" + line + b"x", SMALL)] == [RawPage, Refused]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_half_a_file_gives_its_intact_lines_and_one_refusal(suffix):
    whole = read("a.jsonl" + suffix, packed(lines(20_000), suffix))
    body = packed(lines(20_000), suffix)
    *intact, last = read("a.jsonl" + suffix, body[: len(body) // 2])
    assert len(intact) > 1_000
    assert intact == whole[: len(intact)]
    assert isinstance(last, Refused)
    assert last.why.reason == "truncated"
    assert whole[len(intact)].body.startswith(last.page.body)
    assert last.page.name == whole[len(intact)].name


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_file_that_is_not_compressed_as_its_name_says_is_truncated(suffix):
    (refused,) = read("a.jsonl" + suffix, lines(3))
    assert refused.why.reason == "truncated"


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst"])
@pytest.mark.parametrize("body", [b"", b"\n \r\n"])
def test_a_file_without_records_is_refused_as_empty(name, body):
    (refused,) = read(name, packed(body, name[len("a.jsonl") :]) if body else b"")
    assert (refused.why.reason, refused.page.name) == ("empty", name)


def test_refused_lines_without_bytes_stay_apart_by_their_names():
    first, second = read("a.jsonl", b"x" * 2000 + b"\n" + b"y" * 2000, SMALL)
    assert document_id(first.page) != document_id(second.page)


def test_a_file_that_is_too_large_is_refused_without_its_bytes():
    (refused,) = read("a.txt", b"x" * 1001, SMALL)
    assert (refused.why.reason, refused.page.body) == ("too-large", b"")
    assert isinstance(read("a.txt", b"x" * 1000, SMALL)[0], RawPage)


@pytest.mark.parametrize("name", ["a.docx", "a", "a.json", "a.zip.gz"])
def test_a_file_of_unknown_kind_is_refused_with_its_bytes(name):
    (refused,) = read(name, b"some bytes")
    assert (refused.why.stage, refused.why.reason, refused.page.body) == ("load", "unsupported", b"some bytes")


def unreadable(tmp_path, kind):
    path = tmp_path / f"{kind}.jsonl"
    if kind == "loop":
        path.symlink_to(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    return path


@pytest.mark.parametrize("kind", ["vanished", "loop", "folder", "pipe"])
def test_what_cannot_be_read_is_an_error_that_names_it(tmp_path, kind):
    path = unreadable(tmp_path, kind)
    with pytest.raises(SourceError, match=rf"^sub/{kind}\.jsonl: ") as caught:
        list(read_pages(PageRef("wire", f"sub/{kind}.jsonl", str(path)), LOCAL, CONFIG))
    assert str(tmp_path) not in str(caught.value)


class Breaking(io.BytesIO):
    """A file on a disk that fails behind its first bytes."""

    def read(self, size=-1):
        return super().read(size) if not self.tell() else self._fail()

    def _fail(self):
        raise OSError(5, "Input/output error")


def test_a_disk_that_fails_midway_is_an_error_behind_the_pages_read(monkeypatch):
    opener = Memory(b"")
    monkeypatch.setattr(opener, "open", lambda _location: Breaking(b'{"id": 1}\n{"id": '))
    pages = read_pages(PageRef("wire", "a.jsonl", "a.jsonl"), opener, CONFIG)
    assert next(pages).caller_id == "1"
    with pytest.raises(SourceError, match="input/output error"):
        next(pages)


@pytest.mark.parametrize("suffix", SOURCES)
@given(body=st.binary(max_size=300))
def test_no_bytes_fail_and_every_page_bears_its_source(suffix, body):
    for found in read("a" + suffix, body, SMALL):
        page = found.page if isinstance(found, Refused) else found
        assert page.source == "wire"
        assert page.name.startswith("a" + suffix)


@given(st.lists(st.binary(max_size=8).map(lambda part: part.replace(b"x", b"\n"))), st.integers(0, 20))
def test_lines_do_not_depend_on_how_the_stream_is_cut(chunks, limit):
    together = list(split_lines([b"".join(chunks)], limit))
    assert list(split_lines(chunks, limit)) == together
    assert [line.number for line in together] == list(range(1, len(together) + 1))


LONG_LINE = """
import sys, time
from pathlib import Path
from ingest.load import LoadConfig
from ingest.records import PageRef
from ingest.sources.opener import LOCAL
from ingest.sources.table import read_pages
def peak():
    # Not ru_maxrss, which a process inherits from the one that started it.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024
started = time.process_time()
found = [type(page).__name__ for page in read_pages(PageRef("wire", "a.jsonl", sys.argv[1]), LOCAL, LoadConfig())]
print(*found, peak(), time.process_time() - started)
"""


def test_a_line_of_fifty_megabytes_costs_little(tmp_path, root):
    path = tmp_path / "long.jsonl"
    path.write_bytes(b'{"id": 1}\n{"text": "' + b"word " * 10_000_000 + b'"}\n{"id": 3}\n')
    done = subprocess.run([sys.executable, "-c", LONG_LINE, path], cwd=root, capture_output=True, text=True, check=True)
    *found, megabytes, seconds = done.stdout.split()
    assert found == ["RawPage", "Refused", "RawPage"]
    assert int(megabytes) < 70
    assert float(seconds) < 3
