"""What kind of page it is, where its markup says so."""

from collections.abc import Sequence

from ingest.extract.head import Head
from ingest.extract.jsonld import Node, is_article, kinds_of

_KINDS = {
    "product": "product",
    "productgroup": "product",
    "collectionpage": "listing",
    "searchresultspage": "listing",
    "discussionforumposting": "forum",
    "qapage": "forum",
}
"""Types of schema.org that are no article's."""


def page_type_of(head: Head, nodes: Sequence[Node]) -> str | None:
    """`article`, `product`, `listing` or `forum`; null where the markup doesn't say."""
    articles = [node for node in nodes if is_article(node)]
    named = [_KINDS[kind] for node in nodes for kind in kinds_of(node) if kind in _KINDS]
    og_type = (head.first("og:type") or "").lower()
    if articles and len(articles) < 4:
        return "article"
    if named:
        return named[0]
    return {"article": "article", "product": "product", "og:product": "product"}.get(og_type)
