"""How a body is encoded, and what it decodes to: counted as it comes in, never held."""

from ingest.decompress import ENCODINGS, Damage, pieces, stream_of

ACCEPTED = "gzip"
"""The one content encoding that is asked for: every server has it, and it can be decoded in bounded memory."""
_SPELLINGS = {"x-gzip": "gzip"}


def encoding_of(header: str | None) -> str | None:
    """The content encoding that a response names, as `RawPage.content_encoding` holds it; null where there is none.

    Several stacked ones come back as they stand, joined, and no reader knows them.
    """
    names = [name.strip().lower() for name in (header or "").split(",")]
    named = [_SPELLINGS.get(name, name) for name in names if name and name != "identity"]
    return ", ".join(named) or None


class Meter:
    """Counts what a body decodes to, so that a bomb stops early."""

    def __init__(self, encoding: str | None) -> None:
        self.decoded = 0
        """Bytes so far."""
        self._stream = stream_of(encoding) if encoding in ENCODINGS else None
        self._is_damaged = False

    def add(self, chunk: bytes, limit: int) -> bool:
        """Whether the body is still within the limit with this chunk."""
        if self._stream is None:
            self.decoded += len(chunk)
        elif not self._is_damaged:
            for piece in pieces(self._stream, chunk):
                if isinstance(piece, Damage):
                    self._is_damaged = True  # loading the page says so
                    break
                self.decoded += len(piece)
                if self.decoded > limit:
                    break
        return self.decoded <= limit
