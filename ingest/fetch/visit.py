"""The way to one page: robots.txt, the host's turn, redirects."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urljoin

from ingest.decompress import ENCODINGS, Damage, decompressed
from ingest.errors import FetchError
from ingest.fetch.client import Allows, Answer, Client
from ingest.fetch.config import FetchConfig
from ingest.fetch.guard import Target, target_of
from ingest.fetch.politeness import Politeness
from ingest.fetch.robots import MAX_BYTES, Rules
from ingest.fetch.verdict import (
    NOT_MODIFIED,
    REDIRECTS,
    TOO_MANY_REQUESTS,
    Order,
    Validators,
    as_page,
    hold_s,
    page_or_why,
    trouble,
    wanted_bytes,
)
from ingest.records import Failed, NotModified, RawPage, Refused, Rejected

UNASKED = Failed("server-error", "The host answered with status 304, though nothing was said of an earlier answer.", "fetch")
Fetched = RawPage | Refused | NotModified
"""What comes of one URL."""
FORBIDDEN = Rejected("fetch", "robots", "The host's robots.txt forbids it.")


class Visits:
    """Fetches pages as sites allow it; each host's robots.txt is fetched once."""

    def __init__(self, config: FetchConfig, client: Client, politeness: Politeness) -> None:
        self._config = config
        self._client = client
        self._politeness = politeness
        self._allowed = frozenset(config.allow_hosts)
        self._rules: dict[str, Rules | Failed | Rejected] = {}
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def visit(self, order: Order, known: Validators | None) -> Fetched:
        """What comes of one URL; where an earlier answer is known, only what changed since then is asked for."""
        answers: list[Answer] = []
        try:
            await self._follow(order, known, answers)
        except FetchError as error:
            return Refused(as_page(answers, order, datetime.now(UTC)), error.why)
        return page_or_why(answers[-1], as_page(answers, order, datetime.now(UTC)), order, self._config.max_bytes)

    async def _follow(self, order: Order, known: Validators | None, answers: list[Answer]) -> None:
        """Collects the answers to an order up to the end of its redirects, each of which robots.txt allows."""
        url = order.url
        for _ in range(self._config.max_redirects + 1):
            target = self._target(url)
            rules = await self._rules_of(target)
            if not rules.allow(target.url):
                raise FetchError(FORBIDDEN)
            headers = known.headers if known and known.url == target.url else {}
            answer = await self._ask(target, rules, headers, lambda head: wanted_bytes(head, order, self._config))
            answers.append(answer)
            if answer.status == NOT_MODIFIED and not headers:
                raise FetchError(UNASKED)
            following = _following(answer)
            if following is None:
                return
            url = following
        raise FetchError(self._too_many())

    async def _ask(self, target: Target, rules: Rules | None, headers: Mapping[str, str], allows: Allows) -> Answer:
        """One answer, in the host's turn; without rules, of a robots.txt."""
        delay_s = min(rules.crawl_delay_s, self._config.max_crawl_delay_s) if rules else 0.0
        async with self._politeness.turn(target.host, max(self._config.gap_s, delay_s)) as turn:
            answer = await self._client.ask(target, headers, allows)
            turn.hold_s = hold_s(answer, datetime.now(UTC))
        return answer

    def _target(self, url: str) -> Target:
        target = target_of(url, self._allowed)
        if isinstance(target, Rejected):
            raise FetchError(target)
        return target

    async def _rules_of(self, target: Target) -> Rules:
        """The rules that hold for a target. Raises: FetchError where they cannot be had now."""
        async with self._locks[target.robots_url]:
            found = self._rules.get(target.robots_url)
            if found is None:
                found = self._rules[target.robots_url] = await self._load(target)
        if not isinstance(found, Rules):
            raise FetchError(found)
        return found

    async def _load(self, target: Target) -> Rules | Failed | Rejected:
        """RFC 9309, section 2.3.1: 4xx forbids nothing; what cannot be reached allows nothing until it can."""
        try:
            answer = await self._robots(target.robots_url)
        except FetchError as error:
            # What keeps us from the host's robots.txt keeps us from its pages.
            return error.why
        if 200 <= answer.status < 300:
            return Rules.parse(_decoded(answer), self._config.agent)
        if 400 <= answer.status < 500 and answer.status != TOO_MANY_REQUESTS:
            return Rules.parse(b"", self._config.agent)
        why = f"{target.robots_url} answered with status {answer.status}: nothing of the host may be fetched for now."
        return Failed("robots-unavailable", why, "fetch")

    async def _robots(self, url: str) -> Answer:
        """The answer at the end of a robots.txt's redirects."""
        for _ in range(self._config.max_redirects + 1):
            answer = await self._ask(self._target(url), None, {}, lambda head: MAX_BYTES if head.status == 200 else 0)
            if answer.status == 200 and (why := trouble(answer)) is not None:
                raise FetchError(why)
            following = _following(answer)
            if following is None:
                return answer
            url = following
        raise FetchError(Failed("robots-unavailable", "The host's robots.txt leads from redirect to redirect.", "fetch"))

    def _too_many(self) -> Rejected:
        return Rejected("fetch", "too-many-redirects", f"It leads through more than {self._config.max_redirects} redirects.")


def _following(answer: Answer) -> str | None:
    """Where an answer leads on; null where it is no redirect."""
    location = answer.header("location") if answer.status in REDIRECTS else None
    if location is None:
        return None
    told = location.encode("latin-1", "replace").decode("utf-8", "replace").strip().replace(" ", "%20")
    try:
        return urljoin(answer.url, told)
    except ValueError as error:
        raise FetchError(Rejected("fetch", "bad-url", "It is redirected to what is no URL.")) from error


def _decoded(answer: Answer) -> bytes:
    """As much of a robots.txt as counts, whole lines."""
    encoding = answer.encoding if answer.encoding in ENCODINGS else None
    found = bytearray()
    for piece in decompressed((answer.body,), encoding):
        if isinstance(piece, Damage) or len(found) > MAX_BYTES:
            break
        found += piece
    is_whole = len(found) <= MAX_BYTES and answer.truncated is None
    return bytes(found) if is_whole else bytes(found[:MAX_BYTES]).rpartition(b"\n")[0]
