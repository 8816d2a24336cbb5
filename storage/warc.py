"""One raw page as one WARC record, and back, exactly.

Standard tools read the record's payload; the header `Winnow-Page` holds all else that a `RawPage` says, as ASCII JSON.
WARC 1.1, https://iipc.github.io/warc-specifications/.
"""

import io
import json
import uuid
from dataclasses import asdict, fields
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from ingest.records import FieldMap, RawPage
from storage.errors import DamagedError

PAGE_HEADER = "Winnow-Page"
NAMESPACE = uuid.UUID("6b1f5a3e-94c5-5d0b-8a0e-3c8f2f1d7c55")
"""Of the record ids that are derived from what a record holds."""
HOP_HEADERS = frozenset({"transfer-encoding"})
"""Headers that are untrue of the body as stored; renamed in the record, as other archivers do, and kept in `Winnow-Page`."""


def member(place: str, page: RawPage, stored_at: datetime) -> bytes:
    """One gzip member: a `response` for what HTTP answered, else a `resource`. The same arguments give the same bytes.

    `place` tells equal pages apart: it goes into the record's id alone.
    """
    envelope = _envelope(page)
    kind = "resource" if page.status is None else "response"
    headers = {
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(NAMESPACE, f'{place} {envelope}')}>",
        "WARC-Date": _warc_date(stored_at),
        PAGE_HEADER: envelope,
    }
    sink = io.BytesIO()
    writer = WARCWriter(sink, gzip=True, warc_version="1.1")
    record = writer.create_warc_record(
        _target(page),
        kind,
        payload=io.BytesIO(page.body),
        length=len(page.body),
        warc_content_type=page.media_type if kind == "resource" else "",
        warc_headers_dict=headers,
        http_headers=None if page.status is None else _http_headers(page.status, page.headers),
    )
    writer.write_record(record)
    return sink.getvalue()


def page_of(data: bytes, key: str) -> RawPage:
    """The page of one gzip member. Raises: DamagedError, naming the key."""
    try:
        record = next(iter(ArchiveIterator(io.BytesIO(data))))
        return _page(record.rec_headers.get_header(PAGE_HEADER), record)
    except (StopIteration, ArchiveLoadFailed, EOFError, OSError, ValueError, TypeError, KeyError) as error:
        raise DamagedError(f"{key} holds no readable record where one should stand: the object is damaged") from error


def _page(envelope: str, record: ArcWarcRecord) -> RawPage:
    says: dict[str, Any] = json.loads(envelope)
    for name in ("fetched_at", "modified_at"):
        says[name] = None if says[name] is None else datetime.fromisoformat(says[name])
    says["headers"] = tuple((name, value) for name, value in says["headers"])
    if says["fields"] is not None:
        says["fields"] = FieldMap(**{name: tuple(names) for name, names in says["fields"].items()})
    return RawPage(**says, body=record.raw_stream.read())


def _envelope(page: RawPage) -> str:
    says = {each.name: getattr(page, each.name) for each in fields(page) if each.name != "body"}
    for name in ("fetched_at", "modified_at"):
        says[name] = None if says[name] is None else says[name].isoformat()
    says["fields"] = None if page.fields is None else asdict(page.fields)
    return json.dumps(says, ensure_ascii=True, separators=(",", ":"))


def _target(page: RawPage) -> str:
    """The URL, else a URN of the relative name; ASCII without white space."""
    url = page.url or page.requested_url
    if url is not None and page.status is not None:
        return quote(url, safe="%/:?#[]@!$&'()*+,;=~-._", errors="backslashreplace")
    return f"urn:winnow:{quote(page.source, safe='', errors='backslashreplace')}:{quote(page.name, errors='backslashreplace')}"


def _http_headers(status: int, headers: tuple[tuple[str, str], ...]) -> StatusAndHeaders:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    told = [(f"X-Archive-Orig-{name}" if name.lower() in HOP_HEADERS else name, value) for name, value in headers]
    return StatusAndHeaders(f"{status} {phrase}".strip(), [(_line(name), _line(value)) for name, value in told], "HTTP/1.1")


def _line(text: str) -> str:
    # A header with a line break would end the header block early; percent-encoding is what warcio does to other text.
    return quote(text, safe=" !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", errors="backslashreplace")


def _warc_date(stored_at: datetime) -> str:
    return stored_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
