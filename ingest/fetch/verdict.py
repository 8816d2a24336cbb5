"""What an answer means: a page, an unchanged page, or why there is none. Pure."""

import email.utils
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from ingest.fetch.client import Answer
from ingest.fetch.config import FetchConfig
from ingest.records import Failed, NotModified, RawPage, Refused, Rejected

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PAGES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
"""Types of pages."""
NOT_MODIFIED = 304
UNNAMED_TYPE = "text/html"
"""Type of a page whose response does not name one."""
TOO_MANY_REQUESTS = 429
HOLD_S = 60.0
"""How long a host is left alone that answered 429 without saying for how long."""
REJECTIONS: Mapping[int, str] = {
    404: "gone",
    410: "gone",
    401: "denied",
    402: "denied",
    403: "denied",
    407: "denied",
    451: "denied",
}
PASSING = frozenset({408, 425, TOO_MANY_REQUESTS})
"""Client errors that may be none at another time."""


@dataclass(frozen=True, slots=True)
class Order:
    """One URL to fetch, as its source lists it."""

    source: str
    name: str
    url: str
    listed_at: datetime | None = None
    """`RawPage.listed_at`."""
    is_listing: bool = False
    """Whether a feed or list of URLs is wanted, of whatever type, instead of a page."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What a conditional request asks by: of the answer that is stored."""

    url: str
    """The URL that answered: after redirects."""
    etag: str | None
    last_modified: str | None

    @property
    def headers(self) -> dict[str, str]:
        """As request headers."""
        told = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in told.items() if value is not None}


def validators_of(page: RawPage) -> Validators | None:
    """What a stored page gives to ask by; null where it gives nothing."""
    headers = {name.lower(): value for name, value in page.headers}
    found = Validators(page.url or "", headers.get("etag"), headers.get("last-modified"))
    return found if page.status == 200 and found.headers else None


def media_type(answer: Answer) -> str:
    """The type that an answer names, without parameters."""
    return (answer.header("content-type") or UNNAMED_TYPE).partition(";")[0].strip().lower()


def wanted_bytes(answer: Answer, order: Order, config: FetchConfig) -> int:
    """How much of an answer's body is worth fetching, by its head: all of a page, the beginning of what is none."""
    if answer.status in REDIRECTS or answer.status == NOT_MODIFIED:
        return 0
    is_page = answer.status == 200 and (order.is_listing or media_type(answer) in PAGES) and _length(answer) <= config.max_bytes
    return config.max_bytes if is_page else config.max_refused_bytes


def page_or_why(answer: Answer, page: RawPage, order: Order, max_bytes: int) -> RawPage | Refused | NotModified:
    """What came of an order; `page` is the last answer to it as a page."""
    if answer.status == NOT_MODIFIED:
        return NotModified()
    why = _fault(answer, order, max_bytes)
    return Refused(page, why) if why else page


def as_page(answers: Sequence[Answer], order: Order, now: datetime) -> RawPage:
    """The last of the answers to an order as a page, whatever it is; without answers, what is known of it."""
    page = RawPage(
        order.source,
        order.name,
        UNNAMED_TYPE,
        b"",
        requested_url=order.url,
        fetched_at=now,
        listed_at=order.listed_at,
    )
    if not answers:
        return page
    answer = answers[-1]
    return replace(
        page,
        media_type=media_type(answer),
        body=answer.body,
        content_encoding=answer.encoding,
        url=answer.url,
        status=answer.status,
        headers=answer.headers,
        redirects=tuple(each.url for each in answers[:-1]),
        truncated=answer.truncated,
    )


def is_page(page: RawPage) -> bool:
    """Whether a stored response is a page, so that it can be judged again; false of those that were refused."""
    return page.status == 200 and page.media_type in PAGES and page.truncated is None


def _fault(answer: Answer, order: Order, max_bytes: int) -> Rejected | Failed | None:
    """Why an answer is no page; null where it is one."""
    status = answer.status
    if status == TOO_MANY_REQUESTS:
        return Failed("told-to-wait", "The host answered that it is asked too often.", "fetch")
    if status >= 500 or status in PASSING:
        return Failed("server-error", f"The host answered with status {status}.", "fetch")
    if status != 200:
        return Rejected("fetch", REJECTIONS.get(status, "bad-status"), f"The host answered with status {status}.")
    if not order.is_listing and media_type(answer) not in PAGES:
        return Rejected("fetch", "not-html", "The response is of a type that no pages have.")
    if answer.truncated == "length" or _length(answer) > max_bytes:
        return Rejected("fetch", "too-large", "The response is larger than fetch.max_bytes or fetch.max_decoded_bytes.")
    return trouble(answer)


def trouble(answer: Answer) -> Failed | None:
    """Why an answer is not whole, other than for its size; null where it is."""
    host = urlsplit(answer.url).hostname
    if answer.truncated == "time":
        return Failed("timed-out", f"{host} took too long to answer.", "fetch")
    if answer.truncated == "disconnect":
        return Failed("broken-off", f"{host} ended the connection before the page was whole.", "fetch")
    return None


def hold_s(answer: Answer, now: datetime) -> float:
    """Seconds for which the host asks to be left alone; 0 where it does not."""
    if answer.status not in {TOO_MANY_REQUESTS, 503}:
        return 0.0
    told = (answer.header("retry-after") or "").strip()
    if told.isascii() and told.isdigit() and len(told) < 10:
        return float(told)
    try:
        until = email.utils.parsedate_to_datetime(told)
    except (ValueError, TypeError):
        return HOLD_S if answer.status == TOO_MANY_REQUESTS else 0.0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


def _length(answer: Answer) -> int:
    """Bytes of the body, as the head says; 0 where it does not."""
    told = answer.header("content-length") or ""
    return int(told) if told.isascii() and told.isdigit() and len(told) < 20 else 0
