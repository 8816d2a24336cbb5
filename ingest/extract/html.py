"""An element tree to blocks: every visible run of text in order, with what its markup says of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from lxml.html import HtmlElement

from ingest.extract.hints import MAX_CHARS, hints_of
from ingest.extract.tree import INLINE
from ingest.records import Block

NOT_SHOWN = frozenset(
    [
        "head",
        "script",
        "style",
        "template",
        "noscript",
        "noframes",
        "noembed",
        "iframe",
        "object",
        "applet",
        "audio",
        "video",
        "canvas",
        "svg",
        "map",
        "datalist",
        "annotation",
        "annotation-xml",
    ]
)
"""Elements whose text no browser shows with scripts on, or only as part of a picture."""
HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
BOLD = HEADINGS | {"b", "strong", "th"}

COLLAPSIBLE = re.compile(r"[ \t\n\r\f\v\x1c-\x1e\x85\u2028\u2029]+")
"""HTML's collapsible white space and all that `str.splitlines` takes for a line break; NBSP and joiners are none of it."""
_PRE_BREAK = re.compile(r"\r\n?|\n|[\v\f\x1c-\x1e\x85\u2028\u2029]")
REMEMBERED_CHARS = 40
"""Most runs of text between tags are no longer, and white space that many share."""
_SEEN = re.compile(r"[^\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_NO_DIGITS = dict.fromkeys(map(ord, "0123456789"))
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


# Not frozen, like those below: one is made for each element, at a third of the cost.
@dataclass(slots=True)
class _Place:
    """Where in the tree text stands."""

    tag: str = "body"
    ancestors: frozenset[str] = frozenset({"body"})
    hints: frozenset[str] = frozenset()
    own_hints: frozenset[str] = frozenset()
    number: int = 0
    parent: int = -1
    hidden: bool = False
    is_pre: bool = False


@dataclass(slots=True)
class _Run:
    """Text that is being gathered for one block."""

    pieces: list[str] = field(default_factory=list)
    link_chars: int = 0
    bold_chars: int = 0
    links: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Open:
    """One element whose end has not come yet."""

    children: Iterator[HtmlElement]
    element: HtmlElement
    place: _Place
    is_inline: bool = False
    link: int = 0
    """Number of the link that it stands in; 0 outside."""
    is_bold: bool = False
    outer: _Run | None = None
    """The run that goes on after an inline element that is hidden."""


def blocks_of(root: HtmlElement) -> tuple[Block, ...]:
    """The visible text of a page in order, cut where a browser would begin a new line.

    Visible is all text of the body but what stands in `NOT_SHOWN` elements. Text that a `hidden` attribute, an inline style or
    a closed `dialog` hides is listed too and flagged: scripts reveal it on many pages. Alternative texts, values of inputs and
    generated content are not visible text; buttons, labels and options are. The lines of a heading are one block, those of
    `pre` are blocks of their own. Within a block every line break of Unicode has become a space.
    """
    body = root.find("body")
    return _Walk().blocks(root if body is None else body)


class _Walk:
    """One pass over a tree without recursion: pages nest deeper than Python's stack."""

    def __init__(self) -> None:
        self.found: list[Block] = []
        self.late: list[Block] = []
        self.run = _Run()
        self.numbers = 0
        self.links = 0

    def blocks(self, body: HtmlElement) -> tuple[Block, ...]:
        place = _Place(hints=(own := _hints(_names(body))), own_hints=own, hidden=_is_hidden(body))
        stack = [_Open(iter(body), body, place)]
        self._add(body.text, stack[-1])
        while stack:
            top = stack[-1]
            child = next(top.children, None)
            if child is None:
                stack.pop()
                self._leave(top, stack[-1] if stack else None)
            elif not isinstance(child.tag, str) or child.tag in NOT_SHOWN:
                self._add(child.tail, top)
            elif child.tag in {"br", "hr"}:
                self._break(top.place)
                self._add(child.tail, top)
            else:
                stack.append(self._enter(child, top))
        return tuple(self.found)

    def _enter(self, element: HtmlElement, outer: _Open) -> _Open:
        tag = element.tag
        link, is_bold, is_inline = outer.link, outer.is_bold or tag in BOLD, tag in INLINE or ":" in tag
        if tag == "a":
            self.links += 1
            link = self.links
            if _follows_link(element):
                # Only a style sheet keeps them apart.
                self.run.pieces.append(" ")
        place, held = outer.place, None
        if is_inline:
            if not place.hidden and _is_hidden(element):
                place, held, self.run = _hidden(place), self.run, _Run()
        else:
            self._flush(place)
            place = self._place(element, place)
        opened = _Open(iter(element), element, place, is_inline, link, is_bold, held)
        self._add(element.text, opened)
        return opened

    def _leave(self, left: _Open, outer: _Open | None) -> None:
        if left.outer is not None:
            self.late += filter(None, [_block(self.run, left.place)])
            self.run = left.outer
        elif not left.is_inline:
            self._flush(left.place)
        if outer is not None:
            self._add(left.element.tail, outer)

    def _place(self, element: HtmlElement, outer: _Place) -> _Place:
        self.numbers += 1
        own = _hints(_names(element))
        return _Place(
            tag=element.tag,
            ancestors=outer.ancestors if element.tag in outer.ancestors else outer.ancestors | {element.tag},
            hints=outer.hints | own,
            own_hints=own,
            number=self.numbers,
            parent=outer.number,
            hidden=outer.hidden or _is_hidden(element),
            is_pre=outer.is_pre or element.tag == "pre",
        )

    def _add(self, text: str | None, where: _Open) -> None:
        if not text:
            return
        if not where.place.is_pre:
            self._gather(text, where)
            return
        first, *others = _PRE_BREAK.split(text)
        self._gather(first, where)
        for line in others:
            self._flush(where.place)
            self._gather(line, where)

    def _gather(self, text: str, where: _Open) -> None:
        piece = _collapsed(text) if len(text) <= REMEMBERED_CHARS else COLLAPSIBLE.sub(" ", text)
        run = self.run
        run.pieces.append(piece)
        if where.is_bold:
            run.bold_chars += len(piece)
        if where.link and piece.strip():
            run.link_chars += len(piece)
            run.links.add(where.link)

    def _break(self, place: _Place) -> None:
        """Ends the line, but for a heading: its lines are one title."""
        if place.ancestors & HEADINGS:
            self.run.pieces.append(" ")
        else:
            self._flush(place)

    def _flush(self, place: _Place) -> None:
        if self.run.pieces:
            self.found += filter(None, [_block(self.run, place)])
            self.run = _Run()
        if self.late:
            self.found += self.late
            self.late = []


def _block(run: _Run, place: _Place) -> Block | None:
    text = (run.pieces[0] if len(run.pieces) == 1 else COLLAPSIBLE.sub(" ", "".join(run.pieces))).strip()
    if not text or not _SEEN.search(text):
        return None
    return Block(
        text=text,
        tag=place.tag,
        ancestors=place.ancestors,
        hints=place.hints,
        own_hints=place.own_hints,
        parent=place.number,
        section=place.parent,
        link_chars=min(run.link_chars, len(text)),
        links=len(run.links),
        bold_chars=min(run.bold_chars, len(text)),
        hidden=place.hidden,
    )


@lru_cache(maxsize=4096)
def _collapsed(text: str) -> str:
    return COLLAPSIBLE.sub(" ", text)


@lru_cache(maxsize=20_000)
def _hints(names: str) -> frozenset[str]:
    # Without their numbers, names such as `post-4711` are read once for all.
    return hints_of(names.translate(_NO_DIGITS))


def _names(element: HtmlElement) -> str:
    get = element.get
    return " ".join(filter(None, (get("class"), get("id"), get("role"), get("itemprop"))))[:MAX_CHARS]


def _follows_link(element: HtmlElement) -> bool:
    """Whether a link stands directly behind another, as in menus without white space."""
    before = element.getprevious()
    return before is not None and before.tag == "a" and not before.tail


def _is_hidden(element: HtmlElement) -> bool:
    if element.get("hidden") is not None or (element.tag == "dialog" and element.get("open") is None):
        return True
    style = element.get("style")
    return bool(style and _HIDING_STYLE.search(style))


def _hidden(place: _Place) -> _Place:
    return _Place(
        place.tag, place.ancestors, place.hints, place.own_hints, place.number, place.parent, hidden=True, is_pre=place.is_pre
    )
