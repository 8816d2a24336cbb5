"""RSS and Atom feeds: which pages they lead to."""

import calendar
import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import feedparser
from lxml import etree

from ingest.errors import SourceError

CDATA, CDATA_END = b"<![CDATA[", b"]]>"
_BARE = re.compile(rb"&(?!(?:[A-Za-z]\w*|#[0-9]+|#[xX][0-9A-Fa-f]+);)")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A page that a feed leads to."""

    url: str
    published_at: datetime | None
    """UTC; null where the feed does not say, or says what is no date."""


def read_feed(body: bytes, url: str, content_type: str = "") -> list[Entry]:
    """The pages that a feed from `url` leads to, in its order; a page that is linked twice comes once.

    Of `content_type`, the response's, only the charset counts. A feed that is damaged gives what can be read of it. A hostile one
    may take minutes (600 KB of `<a `: 27 s of CPU): this is for a process with limits. Raises: SourceError where it is no feed.
    """
    charset = _CHARSET.search(content_type)
    mended = _mended(body, charset[1] if charset else None)
    if not mended:
        raise SourceError(url, "is no feed that can be read")
    parsed = feedparser.parse(
        io.BytesIO(mended),
        response_headers={"content-location": url, "content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    found: dict[str, Entry] = {}
    for entry in _entries(parsed.entries, url):
        found.setdefault(entry.url, entry)
    if not found and not parsed.get("version"):
        raise SourceError(url, "is no feed that can be read")
    return list(found.values())


def _entries(entries: list[Any], url: str) -> Iterator[Entry]:
    for entry in entries:
        link = entry.get("link")
        if isinstance(link, str) and link.strip():
            try:
                yield Entry(urljoin(url, link.strip()), _date(entry.get("published_parsed")))
            except ValueError:
                yield Entry(link.strip(), None)  # fetching it says what is wrong with it


def _date(parsed: Any) -> datetime | None:  # noqa: ANN401 - feedparser has no types
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, TypeError, OSError):
        return None


def _mended(body: bytes, charset: str | None) -> bytes:
    """The feed as well-formed UTF-8 XML, as far as it can be read; empty where nothing can.

    feedparser turns to a parser of its own for what is not well-formed, which is slower and loses entries.
    """
    known = charset if charset and _is_codec(charset) else None
    parser = etree.XMLParser(recover=True, no_network=True, remove_comments=True, encoding=known)
    try:
        root = etree.fromstring(b"".join(_without_bare_ampersands(body)), parser)
    except (etree.XMLSyntaxError, LookupError, ValueError):
        return b""
    if root is None:
        return b""
    etree.strip_elements(root, etree.Entity, with_tail=False)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _without_bare_ampersands(body: bytes) -> Iterator[bytes]:
    """The body with `&` spelled out where it starts no entity: libxml2 would drop the parameter of a URL that follows it."""
    start = 0
    while start < len(body):
        literal = body.find(CDATA, start)
        literal = len(body) if literal < 0 else literal
        yield _BARE.sub(b"&amp;", body[start:literal])
        end = body.find(CDATA_END, literal)
        start = len(body) if end < 0 else end
        yield body[literal:start]


def _is_codec(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True
