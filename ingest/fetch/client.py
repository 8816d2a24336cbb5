"""One HTTP exchange: a request to a checked address, and what comes back, within limits of size and time.

Redirects are handed back, cookies are dropped, bodies stay as they were sent.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Literal, Self

import aiohttp

from ingest.errors import FetchError
from ingest.fetch.config import FetchConfig
from ingest.fetch.decode import ACCEPTED, Meter, encoding_of
from ingest.fetch.guard import BlockedAddressError, Target, guarded_socket
from ingest.records import Failed, Rejected

MAX_HEADER = 16_384
SECRET_HEADERS = frozenset({"set-cookie", "set-cookie2"})
"""Headers that are dropped as they come: what they hold could be used in our name, and is of no use to anybody."""
READ_GAP_S = 15.0
"""Longest silence within a body."""


Truncated = Literal["length", "time", "disconnect"]
"""As WARC 1.1 names them: too large, too slow, the connection ended."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    """As sent, in order, without cookies."""
    body: bytes
    """As sent, its content encoding not undone."""
    truncated: Truncated | None = None
    """Why `body` is not all that the host had."""

    def header(self, name: str) -> str | None:
        """The value of the first header of that name."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def encoding(self) -> str | None:
        """How the body is encoded."""
        return encoding_of(self.header("content-encoding"))


Allows = Callable[[Answer], int]
"""Most bytes of the body that are wanted of an answer, whose head is here."""


class Arriving:
    """An answer as far as it has come in."""

    def __init__(self) -> None:
        self.head: Answer | None = None
        """Null until all of it is here."""
        self.body = bytearray()

    def broken(self, error: Exception) -> Answer | None:
        """The answer that an error cut short; null where its head had not come yet."""
        why: Truncated = "time" if isinstance(error, TimeoutError) else "disconnect"
        return replace(self.head, body=bytes(self.body), truncated=why) if self.head else None


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

    async def ask(self, target: Target, headers: Mapping[str, str], allows: Allows) -> Answer:
        """The answer to a GET, as much of it as is allowed and came. Raises: FetchError where not even its head did."""
        arriving = Arriving()
        session = self._private if target.authority in self._allowed else self._public
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._config.connect_s, sock_read=READ_GAP_S)
        try:
            async with (
                self._place(),
                asyncio.timeout(self._config.timeout_s),
                session.get(target.url, headers=headers, allow_redirects=False, timeout=timeout) as response,
            ):
                arriving.head = Answer(target.url, response.status, _headers(response), b"")
                return await self._answer(response, arriving.head, arriving.body, allows(arriving.head))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if (answer := arriving.broken(error)) is not None:
                return answer
            raise FetchError(_trouble(target, error)) from error

    async def _answer(self, response: aiohttp.ClientResponse, head: Answer, body: bytearray, max_bytes: int) -> Answer:
        """The answer with its body, which is put into `body` as it comes; a connection that is not read to its end is closed."""
        is_whole = await self._read(response, Meter(head.encoding), body, max_bytes)
        if not is_whole:
            response.close()
        return replace(head, body=bytes(body), truncated=None if is_whole else "length")

    async def _read(self, response: aiohttp.ClientResponse, meter: Meter, body: bytearray, max_bytes: int) -> bool:
        """Whether a body ended within the limits of its size."""
        config, clock = self._config, asyncio.get_running_loop().time
        start = clock()
        if max_bytes == 0:
            return response.content.at_eof()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > max_bytes:
                del body[max_bytes:]
                return False
            if not meter.add(chunk, config.max_decoded_bytes):
                return False
            late_s = clock() - start - config.slow_after_s
            if late_s > 0 and len(body) < config.min_bytes_per_s * late_s:
                raise TimeoutError
        return True


def _headers(response: aiohttp.ClientResponse) -> tuple[tuple[str, str], ...]:
    told = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers)
    return tuple((name, value) for name, value in told if name.lower() not in SECRET_HEADERS)


def _trouble(target: Target, error: Exception) -> Failed | Rejected:
    """What an exception says, in words of ours: the library's may quote what the host sent."""
    match error:
        case TimeoutError():
            return Failed("timed-out", f"{target.host} took too long to answer.", "fetch")
        case aiohttp.InvalidURL():
            return Rejected("fetch", "bad-url", "It is no http(s) URL that could be fetched.")
        case aiohttp.ClientConnectorError(os_error=BlockedAddressError()):
            return Rejected("fetch", "blocked-address", f"{target.host} has no public address.")
        case aiohttp.ClientConnectorError():
            return Failed(
                "unreachable", f"No connection to {target.host}: {error.strerror or type(error.os_error).__name__}.", "fetch"
            )
        case _:
            return Failed("unreachable", f"{target.host} gave no answer that is HTTP ({type(error).__name__}).", "fetch")
