"""What a page says of its use: licence, opt-outs from text and data mining, and whether reading it is free."""

from collections.abc import Sequence
from typing import Literal
from urllib.parse import urljoin

from lxml.html import HtmlElement

from ingest.extract.head import Head
from ingest.extract.jsonld import Node, is_article, texts

Access = Literal["free", "metered", "paywalled", "unknown"]

OPT_OUTS = ("noai", "noimageai")
"""Directives of robots meta elements that ask not to be learned from."""
_TIERS: dict[str, Access] = {"free": "free", "metered": "metered", "locked": "paywalled"}
"""Values of `article:content_tier`."""
VENDORS = ("k5a:paid", "lp:premium")
"""Meta elements of Kilkaya and LinkPulse that say whether a page is for subscribers only."""
_CLOSED = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
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
    """Whether the whole page may be read free of charge, as its markup says; JSON-LD of the article before all else.

    Markup that closes the page and calls it metered elsewhere is metered. Paywalls in the page's elements prove nothing: free
    pages carry them too, unseen.
    """
    tier = _TIERS.get((head.first("article:content_tier") or "").lower(), "unknown")
    claims = [node.get("isAccessibleForFree") for node in sorted(nodes, key=lambda node: not is_article(node))]
    claims += [part.get("isAccessibleForFree") for node in nodes if is_article(node) for part in _parts(node)]
    claims += [head.first("isaccessibleforfree")]
    told = next((access for claim in claims if (access := _access(claim)) is not None), None)
    if told is None:
        return tier if tier != "unknown" else _vendors(head)
    return "metered" if (told, tier) == ("paywalled", "metered") else told


def _access(claim: object) -> Access | None:
    """What `true`, `"False"` or `http://schema.org/True` means."""
    return _ACCESS.get(str(claim).strip().lower().rpartition("/")[2]) if isinstance(claim, bool | str) else None


def _parts(node: Node) -> list[Node]:
    parts = node.get("hasPart")
    return [part for part in (parts if isinstance(parts, list) else [parts]) if isinstance(part, dict)]


def _vendors(head: Head) -> Access:
    """What meta elements for the measuring of readers say: no part of a standard, but of many sites."""
    closed = [_CLOSED[value] for name in VENDORS if (value := (head.first(name) or "").lower()) in _CLOSED]
    return "unknown" if not closed else "paywalled" if closed[0] else "free"


def absolute(url: str, base: str | None) -> str | None:
    """The URL resolved against the page's; null for what is no http(s) URL."""
    try:
        resolved = urljoin(base or "", url.strip())
    except ValueError:
        return None
    return resolved if resolved.lower().startswith(("http://", "https://")) else None
