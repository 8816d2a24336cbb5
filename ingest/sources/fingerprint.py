"""What an input is before it is read: the digest of its bytes, and how many pages it may hold."""

import hashlib
from dataclasses import dataclass

from ingest.errors import SourceError
from ingest.records import PageRef
from ingest.sources.jsonl import read_jsonl
from ingest.sources.listing import why
from ingest.sources.opener import Opener
from ingest.sources.table import reader_of

CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """An input's bytes, seen once from start to end."""

    sha256: str
    size: int
    """Bytes as they lie there."""
    pages: int | None
    """Pages that it holds at most; null for compressed files of many, which only reading would tell."""


def fingerprint(ref: PageRef, opener: Opener) -> Fingerprint:
    """The fingerprint of an input as it stands now.

    Raises: SourceError where it cannot be read.
    """
    sha, size, lines, last = hashlib.sha256(), 0, 0, b"\n"
    try:
        with opener.open(ref.location) as file:
            while chunk := file.read(CHUNK):
                sha.update(chunk)
                size += len(chunk)
                lines += chunk.count(b"\n")
                last = chunk[-1:]
    except OSError as error:
        raise SourceError(ref.name, why(error)) from error
    return Fingerprint(sha.hexdigest(), size, _pages(ref.name, lines + (last != b"\n")))


def _pages(name: str, lines: int) -> int | None:
    reader, encoding = reader_of(name)
    if reader is not read_jsonl:
        return 1
    return max(1, lines) if encoding is None else None
