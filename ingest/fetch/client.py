"""One HTTP exchange: a request to a checked address, and what comes back, within limits of size and time.

Redirects are handed back, cookies are dropped, bodies stay as they were sent.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Self

import aiohttp

from ingest.errors import FetchError
from ingest.fetch.config import FetchConfig
from ingest.fetch.decode import ACCEPTED, Meter, encoding_of
from ingest.fetch.guard import BlockedAddressError, Target, guarded_socket
from ingest.records import Failed, Rejected

MAX_HEADER = 16_384
READ_GAP_S = 15.0
"""Longest silence within a body."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    """As sent, in order."""
    body: bytes
    """As sent, its content encoding not undone; empty where it was not wanted."""
    is_too_large: bool = False
    """Whether the body was given up because of its size; `body` then holds what had arrived."""

    def header(self, name: str) -> str | None:
        """The value of the first header of that name."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def encoding(self) -> str | None:
        """How the body is encoded."""
        return encoding_of(self.header("content-encoding"))


Wants = Callable[[Answer], bool]
"""Whether the body of an answer is wanted, whose head is here."""


class Client:
    """The connections of one run; an async context manager."""

    def __init__(self, config: FetchConfig, is_taken: Callable[[], Awaitable[object]]) -> None:
        """No request starts before `is_taken` returns: what was fetched before it has been taken, or nearly so."""
        self._config = config
        self._is_taken = is_taken
        self._allowed = frozenset(config.allow_hosts)
        self._room = asyncio.Semaphore(config.connections)

    async def __aenter__(self) -> Self:
        # Hosts that the user allows by name have connections of their own: no other host can ride on them.
        # No connection is kept: a host would often have closed it by its next turn, and a request on it would be lost.
        self._public = self._session(aiohttp.TCPConnector(socket_factory=guarded_socket, limit=0, force_close=True))
        self._private = self._session(aiohttp.TCPConnector(limit=0, force_close=True))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._public.close()
        await self._private.close()

    def _session(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            headers={
                "User-Agent": self._config.user_agent,
                "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
                "Accept-Encoding": ACCEPTED,
            },
            max_line_size=MAX_HEADER,
            max_field_size=MAX_HEADER,
        )
        # Else a GET whose connection breaks is sent again at once, without the host's turn; there is no public switch.
        session._retry_connection = False
        return session

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """One of the requests that may be under way at a time."""
        async with self._room:
            await self._is_taken()
            yield

    async def ask(self, target: Target, headers: Mapping[str, str], wants: Wants, max_bytes: int) -> Answer:
        """The answer to a GET; its body is given up after `max_bytes`. Raises: FetchError where none came that could be used."""
        session = self._private if target.authority in self._allowed else self._public
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._config.connect_s, sock_read=READ_GAP_S)
        try:
            async with (
                self._place(),
                asyncio.timeout(self._config.timeout_s),
                session.get(target.url, headers=headers, allow_redirects=False, timeout=timeout) as response,
            ):
                head = Answer(target.url, response.status, _headers(response), b"")
                return await self._answer(response, head, wants, max_bytes)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise FetchError(_trouble(target, error)) from error

    async def _answer(self, response: aiohttp.ClientResponse, head: Answer, wants: Wants, max_bytes: int) -> Answer:
        """The answer with its body, where that is wanted; a connection whose body is not read to its end is of no more use."""
        if not wants(head):
            response.close()
            return head
        body, is_whole = await self._body(response, Meter(head.encoding), max_bytes)
        if not is_whole:
            response.close()
        return replace(head, body=body, is_too_large=not is_whole)

    async def _body(self, response: aiohttp.ClientResponse, meter: Meter, max_bytes: int) -> tuple[bytes, bool]:
        """The body as far as it was read, and whether that is all of it."""
        config, body = self._config, bytearray()
        clock = asyncio.get_running_loop().time
        start = clock()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > max_bytes or not meter.add(chunk, config.max_decoded_bytes):
                return bytes(body), False
            late_s = clock() - start - config.slow_after_s
            if late_s > 0 and len(body) < config.min_bytes_per_s * late_s:
                raise TimeoutError
        return bytes(body), True


def _headers(response: aiohttp.ClientResponse) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers)


def _trouble(target: Target, error: Exception) -> Failed | Rejected:
    """What an exception says, in words of ours: the library's may quote what the host sent."""
    match error:
        case TimeoutError():
            return Failed("timed-out", f"{target.host} took too long to answer.", "fetch")
        case aiohttp.InvalidURL():
            return Rejected("fetch", "bad-url", "It is no http(s) URL that could be fetched.")
        case aiohttp.ClientPayloadError():
            return Failed("broken-off", f"{target.host} ended the connection before the page was whole.", "fetch")
        case aiohttp.ClientConnectorError(os_error=BlockedAddressError()):
            return Rejected("fetch", "blocked-address", f"{target.host} has no public address.")
        case aiohttp.ClientConnectorError():
            return Failed(
                "unreachable", f"No connection to {target.host}: {error.strerror or type(error.os_error).__name__}.", "fetch"
            )
        case _:
            return Failed("unreachable", f"{target.host} gave no answer that is HTTP ({type(error).__name__}).", "fetch")
