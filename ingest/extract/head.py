"""What a page's head says: meta elements, links and the document title."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml.html import HtmlElement

MAX_CHARS = 2_000
"""A longer content is no name, date or title."""
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,10});")


@dataclass(frozen=True, slots=True)
class Head:
    """The claims of one page's head."""

    meta: Mapping[str, tuple[str, ...]]
    """Contents by `name`, `property`, `itemprop` or `http-equiv` in lower case, in order of the page, not empty."""
    links: Mapping[str, str]
    """The first `href` of each `rel` in lower case."""
    title: str
    """Text of the title element, white space collapsed."""
    lang: str | None
    """What the markup claims the language to be."""

    def first(self, *names: str) -> str | None:
        """The first content of the first of these names that the page has."""
        return next((self.meta[name][0] for name in names if name in self.meta), None)


def head_of(root: HtmlElement) -> Head:
    """The claims of a page's head; meta and link elements count wherever they stand."""
    return Head(meta=_meta(root), links=_links(root), title=_title(root), lang=root.get("lang") or root.get("xml:lang") or None)


def unescaped(text: str) -> str:
    """The text with the entities that were escaped twice spelled out; a bare `&` of a URL stays."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def _meta(root: HtmlElement) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for element in root.iter("meta"):
        content = " ".join(unescaped(element.get("content") or "").split())
        if content and len(content) <= MAX_CHARS:
            for key in ("name", "property", "itemprop", "http-equiv"):
                if name := (element.get(key) or "").strip().lower():
                    found[name] = (*found.get(name, ()), content)
    return found


def _links(root: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter("link"):
        href = (element.get("href") or "").strip()
        for rel in (element.get("rel") or "").lower().split():
            if href:
                found.setdefault(rel, href)
    return found


def _title(root: HtmlElement) -> str:
    element = root.find(".//head/title")
    return "" if element is None else " ".join("".join(element.itertext()).split())
