"""Charsets that bytes show by their shape, without a declaration."""

import codecs
import re
import unicodedata

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""UTF-32 before UTF-16, whose mark begins its own."""
PROBE = 1 << 15
MIN_NUL_SHARE = 0.01
"""Chinese in UTF-16 has a zero byte in line ends, digits and spaces alone."""
MAX_STRAY_NULS = 0.05
"""Zero bytes at the wrong places, as a share of those at the right ones."""
MAX_STRANGE = 0.02
"""Unassigned, private and control characters in text."""
_ISO_2022_JP = re.compile(rb"\x1b(?:\$[@B]|\([JI]|\$\([DOQ])")
_ISO_2022_KR = re.compile(rb"\x1b\$\)C")
_MULTI = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
MIN_UTF8_SHARE = 0.8
"""Share of high bytes in UTF-8 sequences by which broken UTF-8 is still UTF-8; legacy charsets stay below .3 but for Thai."""


def bom_codec(data: bytes) -> str | None:
    """The codec that a byte order mark names."""
    return next((codec for bom, codec in BOMS if data.startswith(bom)), None)


def wide_codec(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without byte order mark, by where its zero bytes stand."""
    probe = data[:PROBE]
    if probe.count(0) < max(2, MIN_NUL_SHARE * len(probe)):
        return None
    columns = [probe[offset::4].count(0) for offset in range(4)]
    even, odd = columns[0] + columns[2], columns[1] + columns[3]
    if not columns[0] and columns[2] == columns[3] == len(probe) // 4:
        codec = "utf-32-le"
    elif not columns[3] and columns[0] == columns[1] == (len(probe) + 3) // 4:
        codec = "utf-32-be"
    elif even <= MAX_STRAY_NULS * odd:
        codec = "utf-16-le"
    elif odd <= MAX_STRAY_NULS * even:
        codec = "utf-16-be"
    else:
        return None
    return codec if _reads_well(probe[: len(probe) // 4 * 4].decode(codec, "replace")) else None


def _reads_well(text: str) -> bool:
    strange = sum(unicodedata.category(character) in {"Cn", "Co", "Cs"} or character < "\t" for character in text)
    return strange + text.count("\ufffd") <= MAX_STRANGE * len(text)


def escape_codec(data: bytes) -> str | None:
    """ISO-2022-JP or ISO-2022-KR, which are ASCII but for their escape sequences."""
    if b"\x1b" not in data or not data.isascii():
        return None
    if _ISO_2022_JP.search(data):
        return "iso2022_jp_ext"
    return "iso2022_kr" if _ISO_2022_KR.search(data) else None


def is_utf8_with_faults(data: bytes) -> bool:
    """Whether the bytes are UTF-8 but for a few: most of those outside ASCII form its sequences."""
    probe = _foreign_part(data)
    inside = sum(map(len, _MULTI.findall(probe)))
    return inside >= 4 and inside >= MIN_UTF8_SHARE * len(_HIGH.findall(probe))


def _foreign_part(data: bytes) -> bytes:
    """The bytes from the first one outside ASCII, bounded."""
    first = _HIGH.search(data)
    return data[first.start() : first.start() + 16 * PROBE] if first else b""
