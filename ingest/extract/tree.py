"""HTML to an element tree, whatever the HTML."""

import re

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

MAX_DEPTH = 250
"""Tags nested deeper are dropped, their text is kept: libxml2 stops reading at 2,048 levels, silently losing the rest."""
MAX_TAG_CHARS = 50_000
"""libxml2 compares each attribute of a tag with all others: 40,000 attributes in one tag took 28 s."""

_ELEMENTS = etree.ElementDefaultClassLookup(element=HtmlElement)
"""All elements are of one class: lxml.html's own choice among seven calls Python each time that an element is touched."""
_GIANT_TAG = re.compile(rf"<([a-zA-Z][^\s<>/]{{0,40}})[^<]{{{MAX_TAG_CHARS},}}>")
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s<>/]*)[^<>]*?(/?)>")
INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "embed",
        "font",
        "i",
        "img",
        "input",
        "ins",
        "kbd",
        "label",
        "mark",
        "math",
        "meter",
        "mi",
        "mn",
        "mo",
        "mrow",
        "ms",
        "msub",
        "msup",
        "mtext",
        "nobr",
        "output",
        "picture",
        "progress",
        "q",
        "rb",
        "rp",
        "rt",
        "rtc",
        "ruby",
        "s",
        "samp",
        "small",
        "source",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "amp-link",
    ]
)
"""Elements that don't end a line; all others do, unknown ones too: they mostly wrap whole sections."""
_VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"])


def parse(html: str) -> HtmlElement | None:
    """The root element of a page without comments; null where there is nothing to parse."""
    if len(html) > MAX_TAG_CHARS:
        html = _GIANT_TAG.sub(r"<\1>", html)
    root, is_whole = _parse(html)
    return root if is_whole else _parse(_flattened(html))[0]


def _parse(html: str) -> tuple[HtmlElement | None, bool]:
    """The root, and whether the parser read to the end."""
    # UTF-8 named outright: a `<meta charset>` no longer tells the truth once the text is decoded.
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_ELEMENTS)
    try:
        root = etree.fromstring(html.encode("utf-8", "replace"), parser)
    except etree.ParserError:
        return None, True
    except etree.XMLSyntaxError:
        return None, False
    return root, not any(entry.level >= etree.ErrorLevels.FATAL for entry in parser.error_log)


def _flattened(html: str) -> str:
    """The page without the tags that stand deeper than `MAX_DEPTH`."""
    depth = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal depth
        closing, name, empty = match.groups()
        if empty or name.lower() in _VOID:
            return match[0]
        depth = max(0, depth - 1) if closing else depth + 1
        if depth < MAX_DEPTH or (depth == MAX_DEPTH and not closing):
            return match[0]
        # A line still ends where a dropped tag ended one.
        return "" if name.lower() in INLINE else "<br>"

    return _TAG.sub(keep, html)
