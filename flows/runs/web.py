"""What a run takes from the web: which pages its feeds and lists lead to, and the pages themselves.

The one seam between runs and `ingest.fetch`. Nothing is started before something is to be fetched.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from typing import Self
from urllib.parse import urlsplit

from flows.runs.openers import ANYWHERE
from flows.runs.plan import PlannedInput, is_url
from flows.runs.report import IngestRequest, Progress
from flows.runs.settings import Settings
from flows.runs.sources import SourceConfig
from ingest.errors import SourceError
from ingest.fetch.fetcher import Fetcher
from ingest.fetch.verdict import Order, Validators, validators_of
from ingest.fetch.visit import Fetched
from ingest.isolate import bounded
from ingest.load import payload_bytes
from ingest.records import RawPage, Refused, Rejected
from ingest.sources.feeds import Entry, read_feed
from ingest.sources.listing import why
from ingest.sources.urllist import read_urls
from ingest.urls import canonical_url
from storage import raw
from storage.bucket import Bucket


class Web:
    """The web as one run sees it; a context manager."""

    def __init__(self, request: IngestRequest, settings: Settings) -> None:
        """Raises: ConfigError where the request needs the web and the settings name no contact."""
        self._request = request
        self._settings = settings
        self._exit = ExitStack()
        self._fetcher: Fetcher | None = None
        if any(map(is_url, request.paths)) or any(_is_web(source) for source in request.sources):
            settings.fetch.with_contact()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    def listed(self, bucket: Bucket | None, progress: Callable[[Progress], None]) -> list[PlannedInput]:
        """Every page of the request that is to be fetched, once; a feed or list that cannot be had stands for itself.

        Feeds and lists are fetched now, and their answers kept in the bucket unless this is a dry run.
        """
        lists = Lists(self, self._settings, None if self._request.dry_run else bucket, bucket)
        request = self._request
        found = [_planned(request.source or _host(path), path) for path in request.paths if is_url(path)]
        found += [
            _planned(source.slug, source.location) for source in request.sources if source.kind == "path" and _is_web(source)
        ]
        found += lists.inputs([source for source in request.sources if source.kind != "path"], progress)
        first: dict[object, PlannedInput] = {}
        for entry in found:
            first.setdefault(canonical_url(entry.location) or (entry.source, entry.name), entry)
        return list(first.values())

    def fetch(
        self, inputs: Sequence[PlannedInput], known: Callable[[PlannedInput], Validators | None]
    ) -> Iterator[tuple[PlannedInput, Fetched]]:
        """What comes of each input, in the order in which it comes."""
        orders = {_order(planned): planned for planned in inputs}
        for order, found in self.ask(orders, lambda order: known(orders[order])):
            yield orders[order], found

    def ask(self, orders: Iterable[Order], known: Callable[[Order], Validators | None]) -> Iterator[tuple[Order, Fetched]]:
        """What comes of each order, in the order in which it comes."""
        if self._fetcher is None:
            self._fetcher = self._exit.enter_context(Fetcher(self._settings.fetch))
        return self._fetcher.fetch(orders, known)


class Lists:
    """Feeds and lists of URLs, and what they lead to."""

    def __init__(self, web: Web, settings: Settings, keep: Bucket | None, known: Bucket | None) -> None:
        """`keep` is where answers are kept, `known` where those of earlier runs are."""
        self._web = web
        self._settings = settings
        self._keep = keep
        self._known = known

    def inputs(self, sources: Sequence[SourceConfig], progress: Callable[[Progress], None]) -> Iterator[PlannedInput]:
        """The pages that the sources lead to, in their order."""
        answers = self._fetched([source for source in sources if is_url(source.location)])
        for number, source in enumerate(sources, start=1):
            progress(Progress(number, None, f"looking at {source.slug}"))
            try:
                page = answers[source.slug] if source.slug in answers else self._opened(source)
                yield from self._read(source, page)
            except SourceError as error:
                yield PlannedInput(source.slug, source.location, "", 0, None, pages=1, unlisted=error.why)

    def _fetched(self, sources: Sequence[SourceConfig]) -> dict[str, RawPage | Refused]:
        """Slug → what its location answers now, or answered last where that has not changed."""
        if not sources:
            return {}
        last = {source.slug: raw.last_list(self._known, source.location) if self._known else None for source in sources}

        def known(order: Order) -> Validators | None:
            page = last[order.source]
            return validators_of(page) if page else None

        orders = [Order(source.slug, source.location, source.location, is_listing=True) for source in sources]
        found: dict[str, RawPage | Refused] = {}
        for order, answer in self._web.ask(orders, known):
            page = answer if isinstance(answer, RawPage | Refused) else last[order.source]
            if page is not None:
                found[order.source] = page
        return found

    def _opened(self, source: SourceConfig) -> RawPage:
        """A list that lies where it can be opened. Raises: SourceError."""
        limit = self._settings.fetch.max_decoded_bytes
        try:
            with ANYWHERE.open(source.location) as file:
                body = file.read(limit + 1)
        except OSError as error:
            raise SourceError(source.location, why(error)) from error
        return RawPage(source.slug, source.location, "text/plain", body)

    def _read(self, source: SourceConfig, page: RawPage | Refused) -> list[PlannedInput]:
        """What a list leads to, which is kept once it could be read. Raises: SourceError."""
        if isinstance(page, Refused):
            raise SourceError(source.location, page.why.detail)
        body = payload_bytes(page, self._settings.fetch.max_decoded_bytes)
        if isinstance(body, Rejected):
            raise SourceError(source.location, body.detail)
        entries = self._entries(source, page, body)
        if self._keep is not None and page.status is not None:
            raw.keep_list(self._keep, source.location, page)
        return [_planned(source.slug, entry.url, entry.published_at) for entry in entries]

    def _entries(self, source: SourceConfig, page: RawPage, body: bytes) -> list[Entry]:
        if source.kind == "urls":
            return [Entry(url, None) for url in read_urls(body)]
        content_type = next((value for name, value in page.headers if name.lower() == "content-type"), "")
        entries = bounded(partial(read_feed, body, page.url or source.location, content_type), self._settings.isolation)
        if isinstance(entries, Rejected):
            raise SourceError(source.location, entries.detail)
        return entries


def _is_web(source: SourceConfig) -> bool:
    return source.kind != "path" or is_url(source.location)


def _planned(source: str, url: str, published_at: datetime | None = None) -> PlannedInput:
    listed_at = published_at.isoformat() if published_at else None
    return PlannedInput(source, url, url, 0, None, pages=1, listed_at=listed_at, is_fetched=True)


def _order(planned: PlannedInput) -> Order:
    listed_at = datetime.fromisoformat(planned.listed_at) if planned.listed_at else None
    return Order(planned.source, planned.name, planned.location, listed_at)


def _host(url: str) -> str:
    return urlsplit(canonical_url(url) or "").hostname or "web"
