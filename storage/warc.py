"""One raw page as one WARC record, and back, exactly.

Standard tools read the record's payload; the header `Winnow-Page` holds all else that a `RawPage` says, as ASCII JSON.
WARC 1.1, https://iipc.github.io/warc-specifications/.
"""

import base64
import gzip
import hashlib
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

from ingest.records import FieldMap, RawPage
from storage.errors import DamagedError

PAGE_HEADER = "Winnow-Page"
HEAD_END = b"\r\n\r\n"
NAMESPACE = uuid.UUID("6b1f5a3e-94c5-5d0b-8a0e-3c8f2f1d7c55")
"""Of the record ids that are derived from what a record holds."""
TIMES = ("fetched_at", "modified_at", "listed_at")
"""Fields of a `RawPage` that are times."""
HOP_HEADERS = frozenset({"transfer-encoding"})
"""Headers that are untrue of the body as stored; renamed in the record, as other archivers do, and kept in `Winnow-Page`."""


def member(place: str, page: RawPage, stored_at: datetime) -> bytes:
    """One gzip member: a `response` for what HTTP answered, else a `resource`. The same arguments give the same bytes.

    `place` tells equal pages apart: it goes into the record's id alone. Spelled out here because warcio's writer parses the
    payload of some records again and so is not exact for every page.
    """
    envelope = _envelope(page)
    kind, media_type = (
        ("resource", page.media_type) if page.status is None else ("response", "application/http; msgtype=response")
    )
    block = page.body if page.status is None else _http_head(page.status, page.headers) + page.body
    headers = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(NAMESPACE, f'{place} {envelope} {_digest(page.body)}')}>",
        "WARC-Date": stored_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "WARC-Target-URI": _target(page),
        "WARC-Payload-Digest": _digest(page.body),
        "WARC-Block-Digest": _digest(block),
        "Content-Type": _line(media_type),
        **({"WARC-Truncated": page.truncated} if page.truncated else {}),
        PAGE_HEADER: envelope,
        "Content-Length": str(len(block)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return gzip.compress(b"WARC/1.1\r\n" + head.encode("ascii") + b"\r\n" + block + b"\r\n\r\n", mtime=0)


def page_of(data: bytes, key: str) -> RawPage:
    """The page of one gzip member. Raises: DamagedError, naming the key."""
    try:
        record = next(iter(ArchiveIterator(io.BytesIO(data), no_record_parse=True)))
        page = _page(record.rec_headers.get_header(PAGE_HEADER), record.raw_stream.read())
        if record.rec_headers.get_header("WARC-Payload-Digest") == _digest(page.body):
            return page
    except (StopIteration, ArchiveLoadFailed, EOFError, OSError, ValueError, TypeError, KeyError) as error:
        raise DamagedError(f"{key} holds no readable record where one should stand: the object is damaged") from error
    raise DamagedError(f"{key} holds a record whose body is not what was stored: the object is damaged")


def _page(envelope: str, block: bytes) -> RawPage:
    says: dict[str, Any] = json.loads(envelope)
    for name in TIMES:
        # A record of an earlier version may lack a field.
        says[name] = None if says.get(name) is None else datetime.fromisoformat(says[name])
    says["headers"] = tuple((name, value) for name, value in says["headers"])
    says["redirects"] = tuple(says.get("redirects", ()))
    if says["fields"] is not None:
        says["fields"] = FieldMap(**{name: tuple(names) for name, names in says["fields"].items()})
    body = block if says["status"] is None else block.partition(HEAD_END)[2]
    return RawPage(**says, body=body)


def _envelope(page: RawPage) -> str:
    says = {each.name: getattr(page, each.name) for each in fields(page) if each.name != "body"}
    for name in TIMES:
        says[name] = None if says[name] is None else says[name].isoformat()
    says["fields"] = None if page.fields is None else asdict(page.fields)
    return json.dumps(says, ensure_ascii=True, separators=(",", ":"))


def _target(page: RawPage) -> str:
    """The URL, else a URN of the relative name; ASCII without white space."""
    url = page.url or page.requested_url
    if url is not None and page.status is not None:
        return quote(url, safe="%/:?#[]@!$&'()*+,;=~-._", errors="backslashreplace")
    return f"urn:winnow:{quote(page.source, safe='', errors='backslashreplace')}:{quote(page.name, errors='backslashreplace')}"


def _http_head(status: int, headers: tuple[tuple[str, str], ...]) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    told = [(f"X-Archive-Orig-{name}" if name.lower() in HOP_HEADERS else name, value) for name, value in headers]
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{_line(name)}: {_line(value)}" for name, value in told)]
    return "\r\n".join(lines).encode("ascii") + HEAD_END


def _line(text: str) -> str:
    # A header with a line break would end the header block early; `Winnow-Page` has it exactly.
    return quote(text, safe=" !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", errors="backslashreplace")


def _digest(data: bytes) -> str:
    return f"sha256:{base64.b32encode(hashlib.sha256(data).digest()).decode('ascii')}"
