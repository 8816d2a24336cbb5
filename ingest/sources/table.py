"""Which reader a file's name calls for."""

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from ingest.errors import SourceError
from ingest.load import LoadConfig
from ingest.records import PageRef, RawPage, Refused
from ingest.sources.documents import read_html, read_text, read_unknown
from ingest.sources.jsonl import read_jsonl
from ingest.sources.listing import why
from ingest.sources.opener import Opener

Reader = Callable[[PageRef, BinaryIO, str | None, LoadConfig], Iterator[RawPage | Refused]]
"""Reads the pages of an open file whose content encoding is given; lets OSError through."""

SOURCES: Mapping[str, Reader] = {
    ".txt": read_text,
    ".text": read_text,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
}
COMPRESSED: Mapping[str, str] = {".gz": "gzip", ".zst": "zstd"}


def read_pages(ref: PageRef, opener: Opener, config: LoadConfig) -> Iterator[RawPage | Refused]:
    """The pages that an input holds, in its order, in bounded memory.

    Raises: SourceError where it cannot be opened or read; what was read before has been yielded.
    """
    reader, encoding = reader_of(ref.name)
    try:
        with opener.open(ref.location) as file:
            yield from reader(ref, file, encoding, config)
    except OSError as error:
        raise SourceError(ref.name, why(error)) from error


def reader_of(name: str) -> tuple[Reader, str | None]:
    """The reader for a file's name, and how the name says that it is compressed."""
    base, encoding = name.lower(), None
    for suffix, known in COMPRESSED.items():
        if base.endswith(suffix):
            base, encoding = base.removesuffix(suffix), known
            break
    suffix = next((suffix for suffix in SOURCES if base.endswith(suffix)), "")
    return SOURCES.get(suffix, read_unknown), encoding
