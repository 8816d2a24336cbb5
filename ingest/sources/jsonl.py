"""Files that hold a JSON record on each line."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Literal

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
    sha256: str | None = None
    """Of a line whose body was dropped."""


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
        return Refused(page, Rejected("load", "too-large", f"The line has more than {config.max_bytes} bytes."), line.sha256)
    if line.state == "cut":
        return Refused(page, Rejected("load", "truncated", f"{line.detail} What stands before this line was read."))
    return _named(page, config)


def split_lines(chunks: Iterable[bytes | Damage], max_bytes: int) -> Iterator[Line]:
    """The lines of a stream, split at line feeds alone; holds no more than `max_bytes` and a chunk or two at once."""
    growing = _Growing(1, max_bytes)
    for chunk in chunks:
        if isinstance(chunk, Damage):
            yield Line(growing.number, b"".join(growing.pieces), "cut", chunk.detail)
            return
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            growing.add(piece)
            yield growing.line()
            growing = _Growing(growing.number + 1, max_bytes)
        growing.add(rest)
    if growing.size:
        yield growing.line()


class _Growing:
    """A line of which only the start is here yet."""

    def __init__(self, number: int, max_bytes: int) -> None:
        self.number = number
        self.size = 0
        self.pieces: list[bytes] = []
        self._max_bytes = max_bytes
        self._sha: Any = None

    def add(self, piece: bytes) -> None:
        """Take what follows; from `max_bytes` on only its digest is kept."""
        self.size += len(piece)
        self.pieces.append(piece)
        if self.size > self._max_bytes:
            self._sha = self._sha or hashlib.sha256()
            self._sha.update(b"".join(self.pieces))
            self.pieces.clear()

    def line(self) -> Line:
        """The line, now that its end is here."""
        if self._sha is not None:
            return Line(self.number, b"", "too-long", sha256=self._sha.hexdigest())
        return Line(self.number, b"".join(self.pieces).removesuffix(b"\r"), "whole")


def _named(page: RawPage, config: LoadConfig) -> RawPage:
    """The page with what its record says of its identity; bad JSON stays as it is, for loading rejects it."""
    record = parse_record(page.body, config.fields)
    if record is None:
        return page
    return replace(page, url=record.url, caller_id=record.id, modified_at=record.modified_at)
