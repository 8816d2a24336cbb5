"""What kind of page it is: where its markup says so, else a cautious judgement by its address and structure.

Types of schema.org (https://schema.org) first, then the software that made the page, then Open Graph, then microdata, then shape.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from ingest.extract.head import Head
from ingest.extract.jsonld import Node, is_article, kinds_of
from ingest.records import Block, PageType

_SURE: Mapping[str, PageType] = {"liveblogposting": "live-blog", "apireference": "documentation"}
"""Types of schema.org that say more than that it is an article."""
_KINDS: Mapping[str, PageType] = {
    "product": "product",
    "productgroup": "product",
    "collectionpage": "listing",
    "searchresultspage": "listing",
    "discussionforumposting": "forum",
    "qapage": "forum",
    "techarticle": "documentation",
    "imagegallery": "gallery",
    "mediagallery": "gallery",
    "profilepage": "profile",
}
"""Types of schema.org that are no article's; where an article stands beside them they are parts of it.

News sites call their articles TechArticle too: then Open Graph says so.
"""
_OPEN_GRAPH: Mapping[str, PageType] = {
    "article": "article",
    "product": "product",
    "og:product": "product",
    "profile": "profile",
    "video": "video",
}
_MADE_BY: tuple[tuple[re.Pattern[str], PageType], ...] = (
    (
        re.compile(r"docusaurus|sphinx|mkdocs|vuepress|vitepress|gitbook|doxygen|javadoc|rustdoc|asciidoctor|antora", re.I),
        "documentation",
    ),
    (re.compile(r"discourse|phpbb|vbulletin|xenforo|mybb|nodebb|flarum|simple machines|invision", re.I), "forum"),
)
"""The `generator` that a page names."""
_FORUM_PATH = re.compile(r"/(?:forums?|threads?|topics?|questions|discussions?)(?:[/.?-]|\Z)", re.I)
_GALLERY_PATH = re.compile(
    r"/(?:gallery|galleries|galerie|galleria|galeria|photos?|photo-gallery|fotos?|fotostrecken?|bilder|bildergalerie|diaporama"
    r"|slideshow)(?:[/.-]|\Z)",
    re.I,
)
_LIVE_PATH = re.compile(r"[/-](?:live|liveblog|liveticker|live-updates?|direct|ticker)(?:[/.-]|\Z)", re.I)
_CLOCK = re.compile(r"\W*\d{1,2}\s?[:.h]\s?\d{2}\b")
_THREAD_PATH = re.compile(r"/(?:viewtopic|showthread)\b|/r/\w+/comments/", re.I)
_FORUM_HOST = re.compile(r"(?:forums?|community|discuss|discourse|talk|boards?)\.", re.I)
_DOCS_HOST = re.compile(r"(?:docs?|developers?|api)\.|.*\.readthedocs\.io\Z", re.I)
_DOCS_PATH = re.compile(r"/(?:docs?|documentation|reference|manual|javadoc)/", re.I)
_LIST_PATH = re.compile(
    r"/(?:category|categories|tags?|topics?|authors?|archives?|search|collections?|product-category|c|browse|page/\d+)(?:/|\Z)",
    re.I,
)
MANY_ARTICLES = 4
"""So many articles in the markup of one page are what it lists."""
MIN_POSTS, MIN_PICTURES, MIN_TIMES = 3, 6, 5
"""Fewer posts, captions or times are no forum's, gallery's or live blog's."""
CODE_SHARE, MIN_CODE_LINES = 0.25, 4
"""Of a page's text so much in lines of code is documentation where nothing says that it is an article."""
LINK_SHARE, PROSE_CHARS = 0.7, 90
FEW_CARDS, PROSE = 6, 0.4
"""A page at a listing's address has so many links that are blocks of their own, and less running text."""
MANY_CARDS, LITTLE_PROSE, PARAGRAPH = 12, 0.1, 120
"""One at any address has so many, is mostly links, and has no paragraph so long: among many links stands the one of a brief."""
BESIDE = frozenset({"nav", "header", "footer", "aside", "form", "button"})


def page_type_of(
    root: HtmlElement, blocks: Sequence[Block], head: Head, nodes: Sequence[Node], url: str | None
) -> PageType | None:
    """The kind of a page; null where neither markup nor shape tell."""
    main = [block for block in blocks if block.ancestors.isdisjoint(BESIDE)]
    told = _of_nodes(nodes, head) or _of_generator(head) or _of_address(main, url)
    told = told or _of_open_graph(head) or _of_microdata(root) or _of_shape(main, url)
    return told or ("faq" if any("faqpage" in kinds_of(node) for node in nodes) else None)


def _of_nodes(nodes: Sequence[Node], head: Head) -> PageType | None:
    kinds = [kind for node in nodes for kind in kinds_of(node)]
    sure = next((_SURE[kind] for kind in kinds if kind in _SURE), None)
    articles = sum(is_article(node) and "techarticle" not in kinds_of(node) for node in nodes)
    if sure is not None and articles < MANY_ARTICLES:
        return sure
    if 0 < articles < MANY_ARTICLES or ("techarticle" in kinds and _of_open_graph(head) == "article"):
        return "article"
    named = next((_KINDS[kind] for kind in kinds if kind in _KINDS), None)
    if named is not None:
        # A review names the product that it is about.
        return "article" if named == "product" and _of_open_graph(head) == "article" else named
    return "listing" if articles >= MANY_ARTICLES and _of_open_graph(head) != "article" else None


def _of_generator(head: Head) -> PageType | None:
    made_by = " ".join(head.meta.get("generator", ()))
    return next((kind for pattern, kind in _MADE_BY if pattern.search(made_by)), None)


def _of_open_graph(head: Head) -> PageType | None:
    claim = (head.first("og:type") or "").lower()
    found = _OPEN_GRAPH.get(claim) or _OPEN_GRAPH.get(claim.partition(".")[0])
    return "product" if found is None and head.first("product:price:amount", "og:price:amount") else found


def _of_microdata(root: HtmlElement) -> PageType | None:
    """What the items that the page is made of are; one product is a product's page, many are a listing."""
    kinds = Counter(
        kind.lower().rpartition("/")[2]
        for element in root.iterfind(".//*[@itemtype]")
        for kind in (element.get("itemtype") or "").split()
    )
    articles = sum(count for kind, count in kinds.items() if is_article({"@type": kind}))
    if 0 < articles < MANY_ARTICLES:
        return next((_SURE[kind] for kind in kinds if kind in _SURE), "article")
    found = next((_KINDS[kind] for kind in kinds if kind in _KINDS), None)
    is_list = articles >= MANY_ARTICLES or (found == "product" and kinds["product"] >= MANY_ARTICLES)
    return "listing" if is_list else found


def _of_address(main: Sequence[Block], url: str | None) -> PageType | None:
    """What its address says, where its shape bears that out."""
    host, path = _address(url)
    posts = len({block.section for block in main if "comment" in block.hints})
    if _THREAD_PATH.search(path):
        return "forum"
    if _FORUM_PATH.search(path) and (_FORUM_HOST.match(host) or posts >= MIN_POSTS):
        return "forum"
    if _GALLERY_PATH.search(path) and sum("figure" in block.ancestors for block in main) >= MIN_PICTURES:
        return "gallery"
    if (
        _LIVE_PATH.search(path)
        and sum("live" in block.hints and _CLOCK.match(block.text) is not None for block in main) >= MIN_TIMES
    ):
        return "live-blog"
    is_list = path in {"", "/"} or _LIST_PATH.search(path) is not None
    return "listing" if is_list and _links(main) >= FEW_CARDS and _prose_share(main) < PROSE else None


def _address(url: str | None) -> tuple[str, str]:
    """Host and path; empty where they cannot be read."""
    try:
        split = urlsplit(url or "")
    except ValueError:
        return "", ""
    return split.netloc.removeprefix("www."), split.path


def _of_shape(main: Sequence[Block], url: str | None) -> PageType | None:
    host, path = _address(url)
    if _DOCS_HOST.match(host) or _DOCS_PATH.search(path):
        return "documentation"
    code = [block for block in main if "pre" in block.ancestors]
    chars = max(1, sum(len(block.text) for block in main))
    if len(code) >= MIN_CODE_LINES and sum(len(block.text) for block in code) >= CODE_SHARE * chars:
        return "documentation"
    is_linked = sum(block.link_chars for block in main) >= LINK_SHARE * chars and _links(main) >= MANY_CARDS
    is_told = any(len(block.text) >= PARAGRAPH and block.link_chars < LINK_SHARE * len(block.text) for block in main)
    return "listing" if is_linked and not is_told and _prose_share(main) < LITTLE_PROSE else None


def _links(main: Sequence[Block]) -> int:
    """Blocks that are a link and little else."""
    return sum(block.link_chars >= LINK_SHARE * len(block.text) for block in main)


def _prose_share(main: Sequence[Block]) -> float:
    """The share of running text."""
    long = (block for block in main if len(block.text) >= PROSE_CHARS and block.link_chars < LINK_SHARE * len(block.text))
    return sum(len(block.text) for block in long) / max(1, sum(len(block.text) for block in main))
