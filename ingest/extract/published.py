"""When a page was published and last changed, as its own markup says."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from htmldate import find_date
from lxml import etree
from lxml.html import HtmlElement

from ingest.dates import Dated, parse_date
from ingest.extract.head import Head
from ingest.extract.jsonld import Node, is_article, texts
from ingest.extract.prosedate import MONTH, dates_in
from ingest.records import Block, DateSource

PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "article:published",
    "published",
    "datepublished",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
    "publishdate",
    "publish-date",
    "pub_date",
    "publication_date",
    "published_time",
    "date.issued",
    "dc.date.issued",
    "dc.date.created",
    "dcterms.created",
    "dcterms.date",
    "citation_publication_date",
    "bt:pubdate",
    "iso-8601-publish-date",
    "rnews:datepublished",
    "originalpublicationdate",
    "article_date_original",
    "shareaholic:article_published_time",
    "date",
    "dc.date",
    "dc:date",
    "datecreated",
    "release_date",
)
"""Names of meta elements, the most reliable first (measured on 331 pages: `article:published_time` is right on 95 %)."""
MODIFIED = (
    "article:modified_time",
    "og:article:modified_time",
    "datemodified",
    "dcterms.modified",
    "og:updated_time",
    "last-modified",
    "article:modified",
    "date.modified",
    "revised",
)
FIRST_YEAR = 1990
"""Earlier dates on the web are epochs and sentinels."""
BLOCKS_AFTER_TITLE = 12
BLOCKS_BEFORE_TITLE = 6
MAX_STAMP_CHARS = 80
"""A longer block is a sentence that mentions a date."""
_IN_URL = re.compile(r"[/_-]((?:19|20)\d\d)[/_-]?(0?[1-9]|1[0-2]|[a-z]{3})[/_-]?(0[1-9]|[12]\d|3[01])(?=[/_.-]|$)", re.IGNORECASE)
_AMERICAN = re.compile(r"https?://[^/:?#]+\.(?:gov|mil|us)(?:[/:?#]|$)", re.IGNORECASE)
_CHANGE = (
    r"updat|modifi|aktualisier|mise? à jour|actualiza|aggiorna|atualiza|zaktualiz|обновл|bijgewerkt|uppdaterad"
    r"|oppdatert|opdateret|güncelle|最終更新|更新|수정|changed|edited|geändert"
)
_UPDATED = re.compile(_CHANGE, re.IGNORECASE)
_CHANGED = re.compile(rf"{_CHANGE}|review|expires|event|deadline|©|copyright", re.IGNORECASE)
_LAST_CHANGED = re.compile(
    r"^(?:page |this page was |site )?(?:last (?:updated|modified|changed)|zuletzt (?:aktualisiert|geändert|bearbeitet)"
    r"|dernière (?:mise à jour|modification)|última (?:actualización|modificación|atualização)|ultimo aggiornamento"
    r"|laatst (?:bijgewerkt|gewijzigd)|senast (?:uppdaterad|ändrad)|sist oppdatert|sidst opdateret|ostatnia aktualizacja"
    r"|son güncelleme|последнее обновление|最終更新)",
    re.IGNORECASE,
)
"""What a line at any place of a page says of the whole page."""
EARLIEST_CHANGE = timedelta(days=-1)
"""Before publication there is no change; clocks without zones are some hours off."""
Usable = Callable[[datetime], bool]
Claim = TypeVar("Claim", str, datetime)


@dataclass(frozen=True, slots=True)
class Dates:
    """When a page says that it was published and changed."""

    published: Dated | None
    source: DateSource | None
    """Where `published` is known from; null without it."""
    modified: Dated | None


@dataclass(frozen=True, slots=True)
class DatedPage:
    """What dates are read from."""

    root: HtmlElement
    blocks: Sequence[Block]
    title_block: int | None
    head: Head
    nodes: Sequence[Node]
    url: str | None


def dates_of(page: DatedPage, latest: datetime) -> Dates:
    """The page's dates, none later than `latest`; a date that is only said to be one of change is none of publication.

    The order of sources was chosen on 639 pages: JSON-LD of the article, meta elements, marked-up times, the stamp beside the
    headline, the URL, then what htmldate finds elsewhere.
    """

    def is_usable(day: datetime) -> bool:
        return day.year >= FIRST_YEAR and day <= latest

    stamps = list(_stamps(page))
    changes = [*_of_nodes(page.nodes, "dateModified"), *_of_meta(page.head, MODIFIED)]
    modified = _first(parse_date, changes, is_usable) or _first(
        _read(page, []), [*_after_change(stamps), *_last(page)], is_usable
    )
    # What stands before "Updated:" may still be the day of publication.
    shown = [day for text in _before_change(stamps) for day in _days(text, page) if is_usable(day)]
    read = _read(page, shown)
    # Lazily: a later source is looked at only where the earlier ones tell nothing.
    sources: tuple[tuple[DateSource, Callable[[], Dated | None]], ...] = (
        ("json-ld", lambda: _first(read, _of_nodes(page.nodes, "datePublished"), is_usable)),
        ("meta", lambda: _first(read, _of_meta(page.head, PUBLISHED), is_usable)),
        ("time-element", lambda: _first(read, _marked(page.root), is_usable)),
        ("text", lambda: _first(_stamped, shown, is_usable)),
        ("url", lambda: _first(parse_date, _in_url(page.url), is_usable)),
        ("search", lambda: _searched(page, modified, latest)),
    )
    told = ((dated, source) for source, find in sources if (dated := find()) is not None)
    published, source = next(told, (None, None))
    if modified and published and modified[0] - published[0] < EARLIEST_CHANGE:
        modified = None
    return Dates(published, source, modified)


def _first(read: Callable[[Claim], Dated | None], claims: Iterable[Claim], is_usable: Usable) -> Dated | None:
    return next((dated for claim in claims if (dated := read(claim)) is not None and is_usable(dated[0])), None)


def _read(page: DatedPage, shown: Sequence[datetime]) -> Callable[[str], Dated | None]:
    """Reads machine-written dates, and spelled ones; `03-09-2026` is the one of its two days that stands beside the headline."""

    def read(claim: str) -> Dated | None:
        dated = parse_date(claim)
        if dated is not None or len(claim) > MAX_STAMP_CHARS:
            return dated
        days = _days(claim, page)
        seen = [day for day in (*days, *dates_in(claim, month_first=True)) if day in shown]
        return next(((day, "day") for day in (*seen[:1], *days)), None)

    return read


def _days(text: str, page: DatedPage) -> list[datetime]:
    return dates_in(text, month_first=_is_month_first(page))


def _stamped(day: datetime) -> Dated:
    return day, "day"


def _is_month_first(page: DatedPage) -> bool:
    """Whether the page is written for readers in the United States."""
    claimed = re.split(r"[-_]", (page.head.lang or page.head.first("og:locale") or "").lower())
    return "us" in claimed or _AMERICAN.match(page.url or "") is not None


def _of_nodes(nodes: Sequence[Node], key: str) -> list[str]:
    """The article's own date, then that of the page."""
    ordered = sorted(nodes, key=lambda node: not is_article(node))
    return [text for node in ordered for text in texts(node.get(key))[:1]]


def _of_meta(head: Head, names: Iterable[str]) -> list[str]:
    return [head.meta[name][0] for name in names if name in head.meta]


def _marked(root: HtmlElement) -> Iterator[str]:
    """Dates of elements that are marked up as the date of publication."""
    for element in root.iter("time", "span", "abbr", "p", "div"):
        if (element.get("itemprop") or "").lower() == "datepublished" or element.get("pubdate") is not None:
            yield element.get("datetime") or element.get("content") or "".join(element.itertext())[:MAX_STAMP_CHARS]


def _stamps(page: DatedPage) -> Iterator[str]:
    """The short blocks close to the headline, those below it first."""
    if page.title_block is None:
        return
    start, end = max(0, page.title_block - BLOCKS_BEFORE_TITLE), page.title_block + BLOCKS_AFTER_TITLE + 1
    order = [*range(page.title_block + 1, min(end, len(page.blocks))), *range(page.title_block - 1, start - 1, -1)]
    yield from (page.blocks[index].text for index in order if len(page.blocks[index].text) <= MAX_STAMP_CHARS)


def _before_change(stamps: Iterable[str]) -> Iterator[str]:
    return (_CHANGED.split(stamp, maxsplit=1)[0] for stamp in stamps)


def _after_change(stamps: Iterable[str]) -> Iterator[str]:
    return (stamp[match.start() :] for stamp in stamps if (match := _UPDATED.search(stamp)))


def _last(page: DatedPage) -> Iterator[str]:
    return (each.text for each in page.blocks if len(each.text) <= MAX_STAMP_CHARS and _LAST_CHANGED.match(each.text))


def _in_url(url: str | None) -> Iterator[str]:
    match = _IN_URL.search(url or "")
    if match:
        month = MONTH.get(match[2].lower(), 0) if match[2].isalpha() else int(match[2])
        yield f"{match[1]}-{month:02}-{match[3]}"


def _searched(page: DatedPage, modified: Dated | None, latest: datetime) -> Dated | None:
    """What htmldate's fast search finds, unless it is the date of change."""
    try:
        found = find_date(page.root, extensive_search=False, original_date=True, url=page.url, max_date=latest.date().isoformat())
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, etree.LxmlError):
        # A fault of htmldate on an odd page costs a date, not the page.
        return None
    dated = parse_date(found)
    return None if dated is None or (modified is not None and dated[0].date() == modified[0].date()) else dated
