"""Which document a page is, whether its content is new, and what configuration produced it.

The three digests here decide what the corpus calls the same; changing one makes every document look new.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime

from ingest.records import Document, RawPage
from ingest.urls import canonical_url

ID_BYTES = 16
CONTENT_FORMAT = "1"
"""First character of what `content_sha256` hashes: a new format can never equal an old one."""


def document_id(page: RawPage) -> str:
    """The document's id: 128 bits of sha256, hex, of what names it most firmly.

    In this order: the caller's id within its source; the canonical form of the URL given, not of that where redirects lead; for a
    record of a multi-document file its bytes within its source; else source and relative path. The page's own `rel=canonical`
    never counts.
    """
    return _digest(_name_of(page))[: 2 * ID_BYTES]


def _name_of(page: RawPage) -> tuple[str, ...]:
    if page.caller_id is not None:
        return "id", page.source, page.caller_id
    given = page.requested_url or page.url
    canonical = canonical_url(given) if given else None
    if canonical is not None:
        return "url", canonical
    if page.media_type == "application/json":
        return "bytes", page.source, hashlib.sha256(page.body).hexdigest()
    return "path", page.source, page.name


def content_sha256(document: Document) -> str:
    """The digest of what makes a new version when it changes: title, text, authors, date of publication, language."""
    published = document.published_at.isoformat(timespec="microseconds") if document.published_at else None
    return _digest((CONTENT_FORMAT, document.title, document.text, document.authors, published, document.language))


def config_id(configs: Mapping[str, object]) -> str:
    """64 bits, hex, of everything that changes results: configs, labeller, versions of the libraries that judge text."""
    return _digest(_plain(configs))[:16]


def _digest(value: object) -> str:
    # ASCII escapes keep lone surrogates hashable.
    canonical = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _plain(value: object) -> object:
    """A config as JSON-able data, with defaults left in: a changed default is a changed result."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(entry) for entry in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value
