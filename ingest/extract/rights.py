"""What a page says of its use: licence, opt-outs from text and data mining, and whether reading it is free."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal
from urllib.parse import urljoin

from lxml.html import HtmlElement

from ingest.extract.head import Head
from ingest.extract.jsonld import Node, is_article, texts

Access = Literal["free", "metered", "paywalled", "unknown"]

OPT_OUTS = ("noai", "noimageai")
"""Directives to robots, in meta elements and headers, that ask not to be learned from."""
RESERVATION = "tdm-reservation"
"""Name of the meta element and header by which rights in text and data mining are reserved: `1`."""
PREFERENCES = (("content-usage", "train-ai=n"), ("content-signal", "ai-train=no"))
"""Headers, and what they say that asks not to be learned from."""
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
    return _opt_outs(
        robots=[content for name in head.meta if "bot" in name for content in head.meta[name]],
        reservations=head.meta.get(RESERVATION, ()),
    )


def opt_outs_of_headers(headers: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The opt-outs that a response's headers signal, sorted; whichever robot they address.

    `X-Robots-Tag`; `TDM-Reservation` (TDMRep, W3C community group); `Content-Usage` (draft-ietf-aipref-attach); `Content-Signal`.
    """
    values: dict[str, list[str]] = defaultdict(list)
    for name, value in headers:
        values[name.lower()].append(value)
    found = _opt_outs(values["x-robots-tag"], [value.strip() for value in values[RESERVATION]])
    said = {(name, "".join(part.lower().split())) for name, _ in PREFERENCES for each in values[name] for part in each.split(",")}
    return tuple(sorted({*found, *(wish for name, wish in PREFERENCES if (name, wish) in said)}))


def _opt_outs(robots: Iterable[str], reservations: Sequence[str]) -> tuple[str, ...]:
    # A directive may follow the name of the robot that it addresses: `otherbot: noai`.
    directives = {token.rpartition(":")[2].strip().lower() for content in robots for token in content.split(",")}
    reserved = {RESERVATION} if "1" in reservations else set()
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
