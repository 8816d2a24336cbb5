"""Decompression in bounded memory that keeps what is intact before damage."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import zstandard

GZIP_INPUT = 1 << 14
"""Bytes fed at once: small, because a gzip of many empty members copies the rest of it once per member."""
GZIP_OUTPUT = 1 << 18
ZSTD_INPUT = 1 << 9
"""Bytes fed at once: a block of 4 bytes can stand for 128 KiB, so this bounds one step's output at 16 MiB."""
GZIP_MAGIC = b"\x1f\x8b"
ENCODINGS = frozenset({"gzip", "zstd"})


@dataclass(frozen=True, slots=True)
class Damage:
    """The last thing that comes out of a compressed stream that is cut or corrupt."""

    detail: str
    """One sentence for a person."""


def decompressed(chunks: Iterable[bytes], encoding: str | None) -> Iterator[bytes | Damage]:
    """The decoded bytes of a stream in pieces, then a `Damage` if it did not end well; the encoding is `gzip`, `zstd` or null."""
    if encoding is None:
        yield from chunks
        return
    stream = stream_of(encoding)
    for chunk in chunks:
        for piece in pieces(stream, chunk):
            yield piece
            if isinstance(piece, Damage):
                return
    if not stream.is_complete:
        yield Damage(f"The {encoding} stream ends early.")


class Stream(Protocol):
    """A compressed stream that is decoded as it comes in."""

    step: int
    """Most bytes that may be fed at once."""

    @property
    def is_complete(self) -> bool:
        """Whether it could end here."""
        ...

    def feed(self, data: bytes) -> Iterator[bytes | Damage]:
        """What the bytes decode to; after a `Damage` nothing may be fed any more."""
        ...


def stream_of(encoding: str) -> Stream:
    """A new stream of one of `ENCODINGS`."""
    return _Gzip() if encoding == "gzip" else _Zstd()


def pieces(stream: Stream, chunk: bytes) -> Iterator[bytes | Damage]:
    """What a chunk of any size decodes to, in pieces of bounded size."""
    for start in range(0, len(chunk), stream.step):
        yield from stream.feed(chunk[start : start + stream.step])


class _Gzip:
    """RFC 1952: members one after the other; padding and garbage behind a member are ignored, as gzip does."""

    step = GZIP_INPUT

    def __init__(self) -> None:
        self._waiting = b""
        self._members = 0
        self._inflate: zlib._Decompress | None = None

    @property
    def is_complete(self) -> bool:
        return self._inflate is None and (self._members > 0 or not self._waiting)

    def feed(self, data: bytes) -> Iterator[bytes | Damage]:
        data, self._waiting = self._waiting + data, b""
        while data:
            if self._inflate is None:
                if len(data) < len(GZIP_MAGIC):
                    self._waiting = data
                    return
                if not data.startswith(GZIP_MAGIC):
                    if not self._members:
                        yield Damage("The bytes are not a gzip stream.")
                    return
                self._inflate = zlib.decompressobj(wbits=31)
            before = self._inflate.copy()
            try:
                piece = self._inflate.decompress(data, GZIP_OUTPUT)
            except zlib.error:
                yield from _salvaged(before, data)
                yield Damage("The gzip stream is corrupt.")
                return
            if piece:
                yield piece
            data = self._inflate.unconsumed_tail
            if self._inflate.eof:
                data, self._inflate, self._members = self._inflate.unused_data, None, self._members + 1


def _salvaged(inflate: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """What can be decoded before the first bad byte: fed byte by byte, for a failing call drops what it had decoded."""
    try:
        for byte in data:
            if piece := inflate.decompress(bytes((byte,))):
                yield piece
    except zlib.error:
        return


class _Zstd:
    """RFC 8878: frames one after the other, skippable ones included."""

    step = ZSTD_INPUT

    def __init__(self) -> None:
        self._context = zstandard.ZstdDecompressor()
        self._frame: zstandard.ZstdDecompressionObj | None = None

    @property
    def is_complete(self) -> bool:
        return self._frame is None

    def feed(self, data: bytes) -> Iterator[bytes | Damage]:
        while data:
            if self._frame is None:
                self._frame = self._context.decompressobj()
            try:
                piece = self._frame.decompress(data)
            except zstandard.ZstdError:
                yield Damage("The zstd stream is corrupt.")
                return
            if piece:
                yield piece
            data = b""
            if self._frame.eof:
                data, self._frame = self._frame.unused_data, None
