"""Files that hold one page each."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from ingest.load import LoadConfig
from ingest.records import PageRef, RawPage, Refused, Rejected

CHUNK = 1 << 20


def read_text(ref: PageRef, file: BinaryIO, encoding: str | None, config: LoadConfig) -> Iterator[RawPage | Refused]:
    """The one page of a plain-text file."""
    yield _page(ref, file, "text/plain", encoding, config)


def read_html(ref: PageRef, file: BinaryIO, encoding: str | None, config: LoadConfig) -> Iterator[RawPage | Refused]:
    """The one page of an HTML file."""
    yield _page(ref, file, "text/html", encoding, config)


def read_unknown(ref: PageRef, file: BinaryIO, _encoding: str | None, config: LoadConfig) -> Iterator[RawPage | Refused]:
    """A file whose name does not say what it holds: refused, with its bytes."""
    page = _page(ref, file, "application/octet-stream", None, config)
    if isinstance(page, RawPage):
        page = Refused(page, Rejected("load", "unsupported", "The file's name ends in nothing that can be read."))
    yield page


def _page(ref: PageRef, file: BinaryIO, media_type: str, encoding: str | None, config: LoadConfig) -> RawPage | Refused:
    body = file.read(config.max_bytes + 1)
    if len(body) > config.max_bytes:
        empty = RawPage(ref.source, ref.name, media_type, b"", encoding)
        why = Rejected("load", "too-large", f"The file has more than {config.max_bytes} bytes.")
        return Refused(empty, why, _digest(body, file))
    return RawPage(ref.source, ref.name, media_type, body, encoding)


def _digest(start: bytes, rest: BinaryIO) -> str:
    """The sha256, hex, of what was read of a file and what follows."""
    sha = hashlib.sha256(start)
    while chunk := rest.read(CHUNK):
        sha.update(chunk)
    return sha.hexdigest()
