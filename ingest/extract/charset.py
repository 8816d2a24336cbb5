"""Bytes to text: byte order mark, shape, declaration, then a guess; a declaration that cannot be true is not believed."""

import codecs
import re
from dataclasses import dataclass

from ingest.extract.charset_guess import guess
from ingest.extract.charset_labels import codec_of, declared_in
from ingest.extract.charset_shape import bom_codec, escape_codec, is_utf8_with_faults, wide_codec
from ingest.extract.mojibake import is_mojibake
from ingest.records import Flag

MAX_BAD_SHARE = 0.02
"""Share of a declared charset's high bytes that may be broken before the declaration is not believed."""
PROBE = 1 << 16
"""Bytes that decide whether a declared charset with broken bytes is believed."""
MULTI_BYTE = frozenset({"gb18030", "big5hkscs", "euc_jp", "cp932", "cp949"})
MIN_UTF8 = 6
"""Bytes outside ASCII by which text is UTF-8 although another multi-byte charset is declared: fewer may be both by chance."""
SEVEN_BIT = frozenset({"hz"})
LAST_RESORT = "cp1252"
_HIGH = re.compile(rb"[\x80-\xff]+")
_TAG = re.compile(r"<[^<>]*>")
_HIDDEN = re.compile(r"<(?=/?(?:script|style)\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and how it was had."""

    text: str
    """Without NULs."""
    charset: str
    """IANA-like name of what decoded it."""
    flags: frozenset[Flag] = frozenset()


def decode(data: bytes, declared: str | None, *, is_html: bool) -> Decoded:
    """The text of a page; never fails, takes linear time.

    In this order: byte order mark; UTF-16 or UTF-32 by its zero bytes; ISO-2022 escape sequences; valid UTF-8, whatever is
    declared; the header's charset, then the page's own, each unless it cannot be or gives mojibake; UTF-8 with a few broken
    bytes; a guess.
    `declared` is the header's label. Labels mean what browsers take them for: `iso-8859-1` is windows-1252.
    """
    codec = bom_codec(data) or wide_codec(data) or escape_codec(data)
    if codec:
        return _finish(data, codec, is_html=is_html)
    header, own = codec_of(declared), declared_in(data) if is_html else None
    if _is_utf8(data, header or own):
        return _finish(data, "utf-8", is_html=is_html)
    for candidate in dict.fromkeys(codec for codec in (header, own) if codec and codec != "utf-8"):
        if _fits(data, candidate, is_html=is_html):
            return _finish(data, candidate, is_html=is_html)
    if is_utf8_with_faults(data):
        return _finish(data, "utf-8", is_html=is_html)
    return _guessed(data, header or own, is_html=is_html)


def flags_of(text: str, *, is_html: bool = False) -> frozenset[Flag]:
    """`mojibake` where text that came decoded looks as if that had gone wrong."""
    return frozenset({Flag.MOJIBAKE}) if is_mojibake(visible(text) if is_html else text) else frozenset()


def visible(html: str) -> str:
    """Roughly what a page shows: no tags, scripts and styles; linear, for judging characters alone."""
    pieces = _HIDDEN.split(html[: 1 << 20])
    kept = [pieces[0], *(piece for piece in pieces[1:] if piece.startswith("/"))]
    return _TAG.sub(" ", "<".join(kept))


def _is_utf8(data: bytes, declared: str | None) -> bool:
    if declared in SEVEN_BIT:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    if declared not in MULTI_BYTE:
        return True
    high = sum(map(len, _HIGH.findall(data[:PROBE])))
    return high == 0 or high >= MIN_UTF8 or not _is_strict(data, declared)


def _fits(data: bytes, codec: str, *, is_html: bool) -> bool:
    """Whether a declared charset can be true: few broken bytes, and no mojibake where a guess has none."""
    probe = data[:PROBE]
    text = probe.decode(codec, "replace")
    broken = text.count("\ufffd") + _controls(text)
    if broken > 1 + MAX_BAD_SHARE * sum(map(len, _HIGH.findall(probe))):
        return False
    return not flags_of(text, is_html=is_html)


def _guessed(data: bytes, declared: str | None, *, is_html: bool) -> Decoded:
    """The text by a guess; by the declaration after all where the guess is no better."""
    guessed = _finish(data, guess(data, is_html=is_html) or LAST_RESORT, Flag.CHARSET_GUESSED, is_html=is_html)
    if declared and Flag.MOJIBAKE in guessed.flags and _is_strict(data, declared):
        return _finish(data, declared, is_html=is_html)
    return guessed


def _is_strict(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _controls(text: str) -> int:
    """C1 controls: what single-byte charsets make of bytes that they have no character for."""
    return len(re.findall("[\x80-\x84\x86-\x9f]", text))


def _finish(data: bytes, codec: str, *flags: Flag, is_html: bool) -> Decoded:
    text = data.decode(codec, "replace")
    found = set(flags) | flags_of(text, is_html=is_html)
    if "\ufffd" in text and not (codec == "utf-8" and _is_strict(data, codec)):
        found.add(Flag.UNDECODABLE)
    return Decoded(text.replace("\0", "").removeprefix("\ufeff"), _charset_name(codec), frozenset(found))


def _charset_name(codec: str) -> str:
    return codecs.lookup(codec).name
