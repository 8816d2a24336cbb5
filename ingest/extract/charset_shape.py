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
MIN_NUL_SHARE = 0.005
"""Chinese in UTF-16 has a zero byte in line ends, digits and spaces alone."""
CERTAIN_NUL_SHARE = 0.3
"""With fewer zero bytes, what is 8-bit text otherwise is just that: read as UTF-16, any two of its letters are Chinese."""
MIN_SPACES = 0.005
"""White space and ASCII punctuation in UTF-16 text, as a share of its characters."""
MAX_CONTROLS = 0.02
MAX_STRANGE = 0.02
"""Unassigned, private and control characters in text."""
_ISO_2022_JP = re.compile(rb"\x1b(?:\$[@B]|\([JI]|\$\([DOQ])")
_ISO_2022_KR = re.compile(rb"\x1b\$\)C")
_CONTROLS = re.compile(rb"[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_PLAIN = re.compile(r"[ \n\r,.<>]")
_MULTI = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
MIN_UTF8_SHARE = 0.8
"""Share of high bytes in UTF-8 sequences by which broken UTF-8 is still UTF-8; legacy charsets stay below .3 but for Thai."""


def bom_codec(data: bytes) -> str | None:
    """The codec that a byte order mark names."""
    return next((codec for bom, codec in BOMS if data.startswith(bom)), None)


def wide_codec(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without byte order mark, by where its zero bytes stand."""
    probe = data[: min(PROBE, len(data) // 4 * 4)] or data
    nuls = probe.count(0)
    if nuls < max(2, MIN_NUL_SHARE * len(probe)):
        return None
    if nuls < CERTAIN_NUL_SHARE * len(probe) and _is_eight_bit(probe):
        return None
    best = max(_long_codecs(probe) or ("utf-16-le", "utf-16-be"), key=lambda codec: _plain(probe.decode(codec, "replace")))
    return best if _reads_well(probe.decode(best, "replace")) else None


def _long_codecs(probe: bytes) -> tuple[str, ...]:
    """UTF-32, whose highest byte is zero throughout and the next one nearly so."""
    size = len(probe) // 4
    first, second, third, fourth = (probe[offset::4].count(0) for offset in range(4))
    if fourth == size and third >= 0.9 * size and first <= 0.5 * size:
        return ("utf-32-le",)
    return ("utf-32-be",) if first == size and second >= 0.9 * size and fourth <= 0.5 * size else ()


def _is_eight_bit(probe: bytes) -> bool:
    """Whether the bytes are UTF-8 without control characters but zero."""
    controls = len(_CONTROLS.findall(probe))
    if controls > MAX_CONTROLS * len(probe):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(probe)
    except UnicodeDecodeError:
        return False
    return True


def _plain(text: str) -> int:
    return len(_PLAIN.findall(text))


def _reads_well(text: str) -> bool:
    strange = sum(unicodedata.category(character) in {"Cn", "Co", "Cs"} or character < "\t" for character in text)
    return strange + text.count("\ufffd") <= MAX_STRANGE * len(text) and _plain(text) >= MIN_SPACES * len(text)


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
