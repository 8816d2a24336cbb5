"""One JSON record, as its field map reads it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ingest.dates import Dated, parse_date
from ingest.extract.charset import decode
from ingest.records import FieldMap, Flag

MAX_CONTAINERS = 200_000
"""Opening brackets and braces in one record: each costs some hundred bytes once parsed."""
MAX_AUTHORS = 50
MAX_NAME = 300
MAX_DIGITS = 400
_BOM = b"\xef\xbb\xbf"
_DECODER = json.JSONDecoder(parse_int=lambda digits: int(digits) if len(digits) <= MAX_DIGITS else None)
"""Python refuses integers of more than 4,300 digits; one such field must not cost the record."""
_NO_FLAGS: frozenset[Flag] = frozenset()
_NAME_KEYS = ("name", "full_name", "fullName", "display_name", "displayName", "title")


@dataclass(frozen=True, slots=True)
class Record:
    """What the field map found; every string is free of NULs and lone surrogates."""

    charset: str
    html: str | None
    text: str | None
    url: str | None
    id: str | None
    title: str | None
    authors: tuple[str, ...]
    published: Dated | None
    modified_at: datetime | None
    flags: frozenset[Flag]


def parse_record(line: bytes, fields: FieldMap) -> Record | None:
    """The record on a line; null where the line is no JSON object."""
    parsed = _object(line)
    if parsed is None:
        return None
    entries, charset, flags = parsed
    html, text = _prose(entries, fields.html), _prose(entries, fields.text)
    if any(_has_lone_surrogate(string) for string in (html, text) if string):
        flags |= {Flag.UNDECODABLE}
    modified = _first_date(entries, fields.modified_at)
    return Record(
        charset=charset,
        html=_whole(html),
        text=_whole(text),
        url=_word(entries, fields.url),
        id=_word(entries, fields.id),
        title=_line(_first(entries, fields.title)),
        authors=_authors(_first(entries, fields.authors)),
        published=_first_date(entries, fields.published_at),
        modified_at=modified[0] if modified else None,
        flags=flags,
    )


def _object(line: bytes) -> tuple[dict[str, object], str, frozenset[Flag]] | None:
    line = line.removeprefix(_BOM)
    if line.count(b"{") + line.count(b"[") > MAX_CONTAINERS:
        return None
    charset, flags = "utf-8", _NO_FLAGS
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        decoded = decode(line, None, is_html=False)
        text, charset, flags = decoded.text, decoded.charset, decoded.flags
    try:
        entries = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    return (entries, charset, flags) if isinstance(entries, dict) else None


def _first(entries: dict[str, object], names: Iterable[str]) -> object:
    """The value of the first field that is present and not empty."""
    for name in names:
        value = entries.get(name)
        if value is not None and value not in ([], {}) and not (isinstance(value, str) and not value.strip()):
            return value
    return None


def _prose(entries: dict[str, object], names: Iterable[str]) -> str | None:
    """The first field that holds text: a string, or a list of paragraphs."""
    for name in names:
        value = entries.get(name)
        if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
            value = "\n\n".join(value)
        if isinstance(value, str) and value.strip("\0 \t\r\n\ufeff\xa0"):
            return value
    return None


def _word(entries: dict[str, object], names: Iterable[str]) -> str | None:
    """A URL or an id: a string, or a whole number in digits."""
    for name in names:
        value = entries.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str) and value.strip():
            return (_whole(value) or "").strip() or None
    return None


def _first_date(entries: dict[str, object], names: Iterable[str]) -> Dated | None:
    return next((date for date in map(parse_date, map(entries.get, names)) if date), None)


def _line(value: object) -> str | None:
    """A title: one line, without white space at its ends."""
    return " ".join((_whole(value) or "").split()) or None if isinstance(value, str) else None


def _authors(value: object) -> tuple[str, ...]:
    names = (_line(name) for name in _names(value))
    return tuple(dict.fromkeys(name for name in names if name and len(name) <= MAX_NAME))[:MAX_AUTHORS]


def _names(value: object) -> Iterator[str]:
    """Names out of a string, a record with a name, or a list of these."""
    if isinstance(value, str):
        yield from value.replace("|", ";").replace("\n", ";").split(";")
    elif isinstance(value, dict):
        yield from _names(_first({key: entry for key, entry in value.items() if isinstance(entry, str)}, _NAME_KEYS))
    elif isinstance(value, list):
        for entry in value:
            yield from () if isinstance(entry, list) else _names(entry)


def _has_lone_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _whole(text: str | None) -> str | None:
    """The text without NULs, with U+FFFD for lone surrogates; a pair that JSON escaped apart is one character."""
    if text is None:
        return None
    if _has_lone_surrogate(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "")
