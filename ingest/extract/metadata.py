"""Everything about an HTML page that is not its text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from ingest.extract.agency import agency_of
from ingest.extract.authors import authors_of, claims_of, outlets_of
from ingest.extract.head import Head, head_of
from ingest.extract.jsonld import nodes_of
from ingest.extract.pagetype import page_type_of
from ingest.extract.published import DatedPage, Dates, dates_of
from ingest.extract.rights import Access, absolute, access_of, licence_of, opt_outs_of
from ingest.extract.section import section_of
from ingest.extract.title import Titled, title_of
from ingest.records import Block, PageType
from ingest.urls import canonical_url


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page's markup says of it; nothing of what its envelope says."""

    titled: Titled
    authors: tuple[str, ...]
    dates: Dates
    url: str | None
    """The canonical URL that the page names, absolute; null where it names none that can be meant."""
    section: str | None
    agency: str | None
    access: Access
    page_type: PageType | None
    html_lang: str | None
    licence_url: str | None
    opt_outs: tuple[str, ...]


def metadata_of(root: HtmlElement, blocks: Sequence[Block], url: str | None, latest: datetime) -> Metadata:
    """The metadata of a page that was found at `url`; no date is later than `latest`."""
    head, nodes = head_of(root), nodes_of(root)
    own_url = _canonical(head, url)
    shown = title_of(blocks, head, nodes, url or own_url)
    return Metadata(
        titled=(shown.title, shown.block),
        authors=authors_of(root, blocks, shown.place, head, nodes),
        dates=dates_of(DatedPage(root, blocks, shown.place, head, nodes, url or own_url), latest),
        url=own_url,
        section=section_of(head, nodes, shown.title, outlets_of(head, nodes)),
        agency=agency_of(claims_of(head, nodes), blocks, shown.place),
        access=access_of(head, nodes),
        page_type=page_type_of(root, blocks, head, nodes, url or own_url),
        html_lang=head.lang or head.first("content-language", "og:locale"),
        licence_url=licence_of(root, head, nodes, url or own_url),
        opt_outs=opt_outs_of(head),
    )


def _canonical(head: Head, url: str | None) -> str | None:
    for claim in (head.links.get("canonical"), head.first("og:url")):
        own = absolute(claim, url) if claim else None
        if own is not None and canonical_url(own) is not None and not (_is_home(own) and url is not None and not _is_home(url)):
            return own
    return None


def _is_home(url: str) -> bool:
    """Whether a URL names a site's front page: the canonical link of careless templates."""
    try:
        split = urlsplit(url)
    except ValueError:
        return True
    return split.path in {"", "/"} and not split.query
