"""Telling bytes that are no text."""

from ingest.extract.charset_shape import bom_codec, wide_codec

MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed data"),
    (b"BZh", "bzip2-compressed data"),
    (b"\xfd7zXZ\x00", "xz-compressed data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\x00asm", "a program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
    (b"SQLite format 3\x00", "a database"),
    (b"PAR1", "a Parquet file"),
    (b"OggS", "audio or video"),
    (b"ID3", "audio"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
)
"""First bytes of common formats (libmagic's list); ASCII ones count only with bytes behind them that no text has."""

SAMPLE = 1 << 15
MAX_CONTROL_SHARE = 0.05
"""Random bytes have .10 of them, no text encoding but UTF-16 and UTF-32 any to speak of."""
MAX_NUL_SHARE = 0.6
"""A text with a NUL behind each letter is damaged text; more than that is no text."""
_CONTROLS = bytes(set(range(1, 32)) - {9, 10, 12, 13, 27}) + b"\x7f"
_PLAIN = bytes(range(32, 127)) + b"\t\n\r"


def kind_of(data: bytes) -> str | None:
    """What the bytes are if they are no text, as words for a person; null for text in any encoding."""
    for magic, name in MAGIC:
        if data.startswith(magic) and not (magic.isalnum() and not data[:64].translate(None, _PLAIN)):
            return name
    sample = _sample(data.strip(b"\0"))
    if not sample:
        return "a run of zero bytes" if data else None
    if bom_codec(data) or wide_codec(data):
        return None
    size = len(sample)
    controls = size - len(sample.translate(None, _CONTROLS))
    nuls = sample.count(0)
    if controls > MAX_CONTROL_SHARE * (size - nuls) or nuls > MAX_NUL_SHARE * size:
        return "binary data"
    return None


def _sample(data: bytes) -> bytes:
    """Head, middle and tail."""
    if len(data) <= 3 * SAMPLE:
        return data
    middle = len(data) // 2
    return data[:SAMPLE] + data[middle : middle + SAMPLE] + data[-SAMPLE:]
