"""The first stage: from the bytes of a raw page to text, with what its envelope says of it."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from ingest import binary
from ingest.decompress import ENCODINGS, Damage, decompressed
from ingest.extract.charset import decode, flags_of
from ingest.extract.rights import opt_outs_of_headers
from ingest.jsonrecord import parse_record
from ingest.records import FieldMap, Payload, RawPage, Rejected

HASH_LIMIT = 1 << 26
"""Decoded bytes that are hashed; a bomb is known by its compressed bytes instead."""
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_LOOKS_HTML = re.compile(r"\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_STARTS_WITH_TAG = re.compile(r"\s*<(?:p|div|article|section|main|h[1-6]|ul|figure)(?:\s[^<>]*)?>", re.IGNORECASE)
_BLOCK_END = re.compile(r"</(?:p|div|article|section|body|li|ul|h[1-6]|figure)\s*>|<br\s*/?>", re.IGNORECASE)
MIN_BLOCK_ENDS = 2
"""A text field with so many ends of blocks holds HTML; prose that mentions one tag does not."""

NO_ARTICLES = (
    "README* LICENSE* LICENCE* COPYING* NOTICE NOTICE.* CHANGELOG* CONTRIBUTING* Makefile Thumbs.db *.md *.rst *.png *.jpg "
    "*.jpeg *.gif *.webp *.avif *.svg *.ico *.bmp *.tif *.tiff *.css *.js *.mjs *.map *.woff *.woff2 *.ttf *.otf *.eot *.pdf "
    "*.mp3 *.mp4 *.webm *.py *.sh *.toml *.yaml *.yml *.sha256 desktop.ini"
)
"""Names of files beside articles."""


@dataclass(frozen=True, slots=True)
class LoadConfig:
    """What may come in."""

    max_bytes: int = 20 * 1024 * 1024
    """Largest page or record in bytes, after decompression."""
    skip: tuple[str, ...] = tuple(NO_ARTICLES.split())
    """Patterns of files in folders that are no articles: neither read nor counted.

    A pattern with `/` is matched with the path relative to the folder, others with the file's name; one without capitals ignores
    case. Files that are named on the command line are never skipped.
    """
    fields: FieldMap = field(default_factory=FieldMap)
    """Which field of a JSON record holds what."""


def load(page: RawPage, config: LoadConfig) -> Payload | Rejected:
    """The text of a raw page and its kind, or why it has none."""
    payload = payload_bytes(page, config.max_bytes)
    if isinstance(payload, Rejected):
        return payload
    loader = _LOADERS.get(page.media_type.partition(";")[0].strip().lower())
    if loader is None:
        return Rejected("load", "unsupported", f"Pages of type {page.media_type} cannot be read.")
    if not payload.strip():
        return _EMPTY
    return loader(payload, page)


def payload_bytes(page: RawPage, limit: int) -> bytes | Rejected:
    """The body with its compression undone; costs no more memory than a few times `limit`, whatever it would unpack to."""
    if page.content_encoding is not None and page.content_encoding not in ENCODINGS:
        return Rejected("load", "unsupported", f"The content encoding {page.content_encoding} is not known.")
    pieces, size = [], 0
    for piece in decompressed((page.body,), page.content_encoding):
        if isinstance(piece, Damage):
            return Rejected("load", "truncated", piece.detail)
        size += len(piece)
        if size > limit:
            return Rejected("load", "too-large", f"The page has more than {limit} bytes.")
        pieces.append(piece)
    return b"".join(pieces)


def payload_sha256(page: RawPage) -> str:
    """The sha256, hex, of the payload; of the body as it is where that cannot be decoded or unpacks to more than 64 MiB."""
    digest, size = hashlib.sha256(), 0
    encoding = page.content_encoding if page.content_encoding in ENCODINGS else None
    for piece in decompressed((page.body,), encoding):
        size += 0 if isinstance(piece, Damage) else len(piece)
        if isinstance(piece, Damage) or (size > HASH_LIMIT and encoding):
            return hashlib.sha256(page.body).hexdigest()
        digest.update(piece)
    return digest.hexdigest()


def _load_html(payload: bytes, page: RawPage) -> Payload | Rejected:
    return _load_file(payload, page, is_html=True)


def _load_text(payload: bytes, page: RawPage) -> Payload | Rejected:
    return _load_file(payload, page, is_html=False)


def _load_file(payload: bytes, page: RawPage, *, is_html: bool) -> Payload | Rejected:
    what = binary.kind_of(payload)
    if what is not None:
        return Rejected("load", "binary", f"The page is no text but {what}.")
    decoded = decode(payload, _declared(page), is_html=is_html)
    if not decoded.text.strip():
        return _EMPTY
    return Payload(
        kind="html" if is_html or _LOOKS_HTML.match(decoded.text) else "text",
        content=decoded.text,
        charset=decoded.charset,
        url=page.url,
        modified_at=page.modified_at,
        listed_at=page.listed_at,
        opt_outs=opt_outs_of_headers(page.headers),
        flags=decoded.flags,
    )


def _load_record(payload: bytes, page: RawPage) -> Payload | Rejected:
    record = parse_record(payload, page.fields or FieldMap())
    if record is None:
        return Rejected("load", "bad-json", "The line is no JSON object.")
    # HTML first: it holds all that the page shows, while a text field is often what some extractor left of it.
    content = record.html or record.text
    if content is None:
        return Rejected("load", "no-text-field", "None of the record's fields that may hold text or HTML does.")
    is_html = _holds_markup(content)
    return Payload(
        kind="html" if is_html else "text",
        content=content,
        charset=record.charset,
        url=page.url or record.url,
        title=record.title,
        authors=record.authors,
        published_at=record.published[0] if record.published else None,
        published_precision=record.published[1] if record.published else None,
        modified_at=record.modified_at,
        flags=record.flags | flags_of(content, is_html=is_html),
    )


def _holds_markup(content: str) -> bool:
    """Whether a record's field is HTML, whatever its name: feeds put HTML into `content`, and plain text into `html`."""
    if _LOOKS_HTML.match(content) or _STARTS_WITH_TAG.match(content):
        return True
    return sum(1 for _ in islice(_BLOCK_END.finditer(content), MIN_BLOCK_ENDS)) == MIN_BLOCK_ENDS


def _declared(page: RawPage) -> str | None:
    """The charset that the response's header names."""
    content_type = next((value for name, value in page.headers if name.lower() == "content-type"), page.media_type)
    match = _CHARSET.search(content_type)
    return match[1] if match else None


_EMPTY = Rejected("load", "empty", "The page holds nothing but white space.")
_LOADERS: Mapping[str, Callable[[bytes, RawPage], Payload | Rejected]] = {
    "text/html": _load_html,
    "application/xhtml+xml": _load_html,
    "text/plain": _load_text,
    "application/json": _load_record,
}
