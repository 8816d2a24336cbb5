"""Who wrote a page: people where any is named, else whom it credits instead of them."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from lxml.html import HtmlElement

from ingest.extract.bylines import bylines, classed_authors, collective_bylines, linked_authors, near, signatures
from ingest.extract.head import Head
from ingest.extract.jsonld import Node, is_article, kinds_of, texts
from ingest.extract.names import AND, collectives_in, fold, names_in
from ingest.records import Block

META = (
    "author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "cxenseparse:author",
    "byl",
    "authors",
    "citation_author",
    "article:author",
    "og:article:author",
    "article:author_name",
    "article_author",
    "articleauthor",
    "shareaholic:article_author_name",
    "creator",
)
"""Names of meta elements, the most reliable first."""


def authors_of(
    root: HtmlElement, blocks: Sequence[Block], title: int | None, head: Head, nodes: Sequence[Node]
) -> tuple[str, ...]:
    """The people named as authors, in order, without honours and doubles; the first source that names any decides.

    Where none names a person: whom the page credits in their place, a desk, an agency or the outlet itself.
    """
    outlets = {fold(name) for name in outlets_of(head, nodes)}
    (credited, organisations), named, beside = credits_of(nodes), _of_meta(head), near(blocks, title)
    people = _agreed(names_in(credited, outlets), names_in(named, outlets), [*bylines(beside)])
    if people:
        return people
    collectives = collectives_in([*organisations, *credited, *named], outlets)
    # Lazily: what is shown is searched only where markup names nobody.
    finders: list[Callable[[], Iterable[str]]] = [partial(linked_authors, root), partial(bylines, beside)]
    if all(fold(name) in outlets for name in collectives):
        finders += [partial(signatures, beside), partial(classed_authors, root)]
    shown = (names_in(find(), outlets, min_words=2) for find in finders)
    return (
        next(filter(None, shown), ())
        or collectives
        or collectives_in(collective_bylines(beside), outlets)
        or names_in(bylines(blocks), outlets, min_words=2)
    )


def _agreed(credited: tuple[str, ...], named: tuple[str, ...], bylines: Sequence[str]) -> tuple[str, ...]:
    """The people of JSON-LD, those of meta elements where they are no fewer, or those of the byline where it adds one by `and`.

    Of two lists that differ, the one that the byline shows.
    """
    people = named if _folded(credited) <= _folded(named) else credited
    shown = names_in(bylines, frozenset(), min_words=2) if people else ()
    if _folded(shown) > _folded(people) and any(map(AND.search, bylines)):
        return shown
    return next((each for each in (credited, named) if shown and _folded(each) == _folded(shown)), people)


def _folded(names: Iterable[str]) -> set[str]:
    return set(map(fold, names))


def claims_of(head: Head, nodes: Sequence[Node]) -> list[str]:
    """Everything that markup says of the article's authors."""
    people, organisations = credits_of(nodes)
    return [*people, *organisations, *(content for name in META for content in head.meta.get(name, ()))]


def outlets_of(head: Head, nodes: Sequence[Node]) -> list[str]:
    """What the page calls the outlet that publishes it."""
    names = [
        name for key in ("og:site_name", "application-name", "apple-mobile-web-app-title") for name in head.meta.get(key, ())
    ]
    for node in nodes:
        publisher = node.get("publisher")
        if isinstance(publisher, dict):
            names += texts(publisher.get("name"))
    return names


def credits_of(nodes: Sequence[Node]) -> tuple[list[str], list[str]]:
    """Whom JSON-LD names as the article's authors: those that may be people, and organisations."""
    named = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and "name" in node}
    articles = [node for node in nodes if is_article(node) and (node.get("author") or node.get("creator"))]
    people: list[str] = []
    organisations: list[str] = []
    for article in articles[:1]:
        value = article.get("author") or article.get("creator")
        for author in value if isinstance(value, list) else [value]:
            if not isinstance(author, dict):
                people += texts(author)
                continue
            node = named.get(author.get("@id"), author) if "name" not in author else author
            is_organisation = any(kind.endswith("organization") for kind in kinds_of(node))
            (organisations if is_organisation else people).extend(texts(node.get("name")))
    return people, organisations


def _of_meta(head: Head) -> tuple[str, ...]:
    """The contents of the first meta element that names a person, else of the first."""
    found = [_uninverted(head.meta[name]) if name == "citation_author" else head.meta[name] for name in META if name in head.meta]
    return next((contents for contents in found if names_in(contents, frozenset())), found[0] if found else ())


def _uninverted(names: Iterable[str]) -> tuple[str, ...]:
    """Names as citations write them, `Doe, Jane`, in their usual order."""
    return tuple(" ".join(reversed(name.split(", ", 1))) for name in names)
