"""What a page says of its use: licence, opt-outs from text and data mining, and whether reading it is free."""

from collections.abc import Sequence
from typing import Literal
from urllib.parse import urljoin

from lxml.html import HtmlElement

from ingest.extract.head import Head
from ingest.extract.jsonld import Node, texts

Access = Literal["free", "metered", "paywalled", "unknown"]

OPT_OUTS = ("noai", "noimageai")
"""Directives of robots meta elements that ask not to be learned from."""
_TIERS: dict[str, Access] = {"free": "free", "metered": "metered", "locked": "paywalled"}
"""Values of `article:content_tier`."""
_ACCESS: dict[str, Access] = {"true": "free", "false": "paywalled"}


def licence_of(root: HtmlElement, head: Head, nodes: Sequence[Node], base: str | None) -> str | None:
    """The URL of the licence that the page names for itself; only http(s)."""
    linked = [
        element.get("href") or "" for element in root.xpath("//a[contains(concat(' ', @rel, ' '), ' license ')][@href]")[:1]
    ]
    claims = [head.links.get("license", ""), *(text for node in nodes for text in texts(node.get("license"))), *linked]
    return next((url for claim in claims if claim and (url := absolute(claim, base)) is not None), None)


def opt_outs_of(head: Head) -> tuple[str, ...]:
    """The opt-outs that meta elements signal, sorted."""
    directives = {
        token.strip().lower()
        for name in head.meta
        if "bot" in name
        for content in head.meta[name]
        for token in content.split(",")
    }
    reserved = {"tdm-reservation"} if "1" in head.meta.get("tdm-reservation", ()) else set()
    return tuple(sorted(directives & set(OPT_OUTS) | reserved))


def access_of(head: Head, nodes: Sequence[Node]) -> Access:
    """Whether the whole page may be read free of charge, as its markup says."""
    for node in nodes:
        claim = node.get("isAccessibleForFree")
        if isinstance(claim, bool | str):
            return _ACCESS.get(str(claim).strip().lower(), "unknown")
    return _TIERS.get((head.first("article:content_tier") or "").lower(), "unknown")


def absolute(url: str, base: str | None) -> str | None:
    """The URL resolved against the page's; null for what is no http(s) URL."""
    try:
        resolved = urljoin(base or "", url.strip())
    except ValueError:
        return None
    return resolved if resolved.lower().startswith(("http://", "https://")) else None
