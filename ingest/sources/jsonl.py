"""Files that hold a JSON record on each line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Literal

from ingest.decompress import Damage, decompressed
from ingest.jsonrecord import parse_record
from ingest.load import LoadConfig
from ingest.records import PageRef, RawPage, Refused, Rejected

CHUNK = 1 << 16
WITHOUT_BYTES = "application/x-ndjson"
"""Type of a refused line that has no bytes: as a record it would be known by their digest, one document with all of its kind."""
_BLANK = b"\xef\xbb\xbf \t\r\x0b\x0c"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a stream."""

    number: int
    """From 1."""
    body: bytes
    """Without its line end; empty where it is too long."""
    state: Literal["whole", "too-long", "cut"]
    """Whether all of it is here, its body was dropped, or the stream broke within it."""
    detail: str = ""
    """How the stream broke."""


def read_jsonl(ref: PageRef, file: BinaryIO, encoding: str | None, config: LoadConfig) -> Iterator[RawPage | Refused]:
    """A page for each line that is not blank; where the stream breaks, a refusal for the rest ends it."""
    chunks = decompressed(iter(lambda: file.read(CHUNK), b""), encoding)
    is_empty = True
    for line in split_lines(chunks, config.max_bytes):
        if line.state == "whole" and not line.body.strip(_BLANK):
            continue
        is_empty = False
        yield _page(ref, line, config)
    if is_empty:
        yield Refused(RawPage(ref.source, ref.name, WITHOUT_BYTES, b""), Rejected("load", "empty", "The file holds no records."))


def _page(ref: PageRef, line: Line, config: LoadConfig) -> RawPage | Refused:
    media_type = "application/json" if line.body else WITHOUT_BYTES
    page = RawPage(ref.source, f"{ref.name}#{line.number}", media_type, line.body, fields=config.fields)
    if line.state == "too-long":
        return Refused(page, Rejected("load", "too-large", f"The line has more than {config.max_bytes} bytes."))
    if line.state == "cut":
        return Refused(page, Rejected("load", "truncated", f"{line.detail} What stands before this line was read."))
    return _named(page, config)


def split_lines(chunks: Iterable[bytes | Damage], max_bytes: int) -> Iterator[Line]:
    """The lines of a stream, split at line feeds alone; holds no more than `max_bytes` and a chunk or two at once."""
    number, held, size = 1, list[bytes](), 0
    for chunk in chunks:
        if isinstance(chunk, Damage):
            yield Line(number, b"".join(held), "cut", chunk.detail)
            return
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            yield _line(number, [*held, piece], size + len(piece), max_bytes)
            number, held, size = number + 1, [], 0
        size += len(rest)
        held.append(rest)
        if size > max_bytes:
            held.clear()
    if size:
        yield _line(number, held, size, max_bytes)


def _line(number: int, pieces: list[bytes], size: int, max_bytes: int) -> Line:
    if size > max_bytes:
        return Line(number, b"", "too-long")
    return Line(number, b"".join(pieces).removesuffix(b"\r"), "whole")


def _named(page: RawPage, config: LoadConfig) -> RawPage:
    """The page with what its record says of its identity; bad JSON stays as it is, for loading rejects it."""
    record = parse_record(page.body, config.fields)
    if record is None:
        return page
    return replace(page, url=record.url, caller_id=record.id, modified_at=record.modified_at)
