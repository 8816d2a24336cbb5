"""What a page's JSON-LD (https://schema.org) says of its article."""

import json
from collections.abc import Iterator, Mapping

from lxml.html import HtmlElement

from ingest.extract.head import unescaped

MAX_CHARS = 1_000_000
"""A script of 10 MB took 1.4 GB to read; those of articles are below 200 KB."""
MAX_NODES = 400
NESTS = ("@graph", "mainEntity", "mainEntityOfPage", "liveBlogUpdate")
"""Where the nodes that describe the page itself hang; `liveBlogUpdate` and others hold parts of it and are left out."""
_KINDS = ("article", "blogposting", "report", "review", "socialmediaposting")

Json = object
Node = Mapping[str, Json]


def nodes_of(root: HtmlElement) -> tuple[Node, ...]:
    """The objects that describe the page, in order, nested graphs opened."""
    found: list[Node] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            found += _opened(_loaded(script.text or ""))
    return tuple(found[:MAX_NODES])


def kinds_of(node: Node) -> tuple[str, ...]:
    """The node's types in lower case without their namespace."""
    return tuple(kind.lower().rpartition("/")[2] for kind in texts(node.get("@type")))


def is_article(node: Node) -> bool:
    """Whether a node describes a piece of writing."""
    return any(kind.endswith(_KINDS) for kind in kinds_of(node))


def texts(value: Json) -> list[str]:
    """The texts in a value that may be a text, a list of texts, or neither."""
    values = value if isinstance(value, list) else [value]
    return [unescaped(each).strip() for each in values if isinstance(each, str) and each.strip()]


def _loaded(text: str) -> Json:
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    if not text or len(text) > MAX_CHARS:
        return None
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _opened(value: Json) -> Iterator[Node]:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += reversed(value[:MAX_NODES])
        elif isinstance(value, dict):
            yield value
            waiting += [value[nest] for nest in NESTS if nest in value]
