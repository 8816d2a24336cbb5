"""The section of its outlet that a page stands in."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from ingest.extract.head import Head
from ingest.extract.jsonld import Node, is_article, kinds_of, texts
from ingest.extract.names import fold

SECTIONS = ("article:section", "og:article:section", "section", "parsely-section", "cxenseparse:section")
"""Names of meta elements, the most reliable first."""
WEAKER = ("articlesection", "og:section", "page.section", "lp:section")
"""Those that count after JSON-LD."""
MAX_SECTION_CHARS = 80
MAX_SECTIONS = 3
"""A longer list holds tags."""
MAX_CRUMB_WORDS = 5
_NONE = frozenset(
    ["article", "articles", "other", "uncategorized", "uncategorised", "unknown", "default", "none", "null", "post"]
)
"""What systems write where nobody chose a section."""


def section_of(head: Head, nodes: Sequence[Node], title: str | None, outlets: Sequence[str]) -> str | None:
    """The section that meta elements, JSON-LD or the breadcrumbs name; of a path such as `news|world` its first part."""
    claims = [head.meta[name][0] for name in SECTIONS if name in head.meta]
    lists = [texts(node.get("articleSection")) for node in nodes if is_article(node)]
    claims += [sections[0] for sections in lists if 0 < len(sections) <= MAX_SECTIONS]
    claims += [head.meta[name][0] for name in WEAKER if name in head.meta]
    others = {fold(name) for name in (*outlets, title or "")}
    claims += [crumb for node in nodes if "breadcrumblist" in kinds_of(node) for crumb in _crumbs(node, others)]
    named = (claim.split("|")[0].strip() for claim in claims)
    return next((name for name in named if _may_be_section(name)), None)


def _may_be_section(name: str) -> bool:
    return len(name) <= MAX_SECTION_CHARS and any(map(str.isalpha, name)) and fold(name) not in _NONE


def _crumbs(node: Node, others: set[str]) -> Iterator[str]:
    """The names of the steps between the front page and the page itself."""
    steps = node.get("itemListElement")
    for step in steps if isinstance(steps, list) else []:
        if isinstance(step, dict):
            item = step.get("item")
            inner = item if isinstance(item, dict) else {}
            name = next(iter([*texts(step.get("name")), *texts(inner.get("name"))]), "")
            url = next(iter([*texts(item), *texts(inner.get("@id")), *texts(inner.get("url"))]), "")
            if name and not _is_front(url) and fold(name) not in others and len(name.split()) <= MAX_CRUMB_WORDS:
                yield name


def _is_front(url: str) -> bool:
    """Whether a step leads to the front page, or nowhere: the last one names the page itself."""
    try:
        return urlsplit(url).path in {"", "/"}
    except ValueError:
        return True
