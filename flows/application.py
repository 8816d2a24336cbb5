"""The Prefect server's ASGI application as the service runs it: no page of it calls out, and a locked SQLite is waited for."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from prefect.server.api.server import create_app

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; connect-src 'self'; "
    "frame-ancestors 'none'; form-action 'self'; base-uri 'self'"
)
"""The UI asks a statistics company for its settings even where analytics are switched off: the browser must not."""
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
BUSY = 503
"""What Prefect answers where SQLite was locked; the transaction was rolled back, so that the request may be made again."""
MISDIRECTED = 421
"""To a request whose Host is none of ours: a page of another site would be of one origin with the API."""
TRIES, PAUSE_S = 40, 0.1


def application() -> Application:
    """The server, for uvicorn."""
    return guarded(wrapped(create_app()))


def guarded(server: Application) -> Application:
    """The same application for who calls it by its own name: a stranger's name that was pointed here is turned away."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or _is_called_by_name(scope):
            await server(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await send({"type": "http.response.start", "status": MISDIRECTED, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})

    return app


def _is_called_by_name(scope: Message) -> bool:
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    return host in {f"{name}:{scope['server'][1]}" for name in ("127.0.0.1", "localhost")}


def wrapped(server: Application) -> Application:
    """The same application with the policy on every answer, and with patience where a write finds the database locked."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await server(scope, receive, send)
        elif scope["method"] in WRITES:
            await _patient(server, scope, receive, send)
        else:
            await server(scope, receive, _with_policy(send))

    return app


async def _patient(server: Application, scope: Message, receive: Receive, send: Send) -> None:
    body = await _body(receive)
    for attempt in range(1, TRIES + 1):
        answer = _Answer(_with_policy(send), is_last=attempt == TRIES)
        task = asyncio.ensure_future(server(dict(scope), _replayed(body, receive), answer))
        # The server raises what it has answered, after the answer: that of a locked database is dealt with here.
        await asyncio.wait([task])
        if not answer.is_busy:
            return task.result()
        task.exception()
        await asyncio.sleep(PAUSE_S)
    return None


class _Answer:
    """Passes an answer on, unless it says that the database is locked and there is another try."""

    def __init__(self, send: Send, *, is_last: bool) -> None:
        self._send = send
        self._is_last = is_last
        self.is_busy = False

    async def __call__(self, message: Message) -> None:
        """Takes a part of the answer."""
        if message["type"] == "http.response.start" and message["status"] == BUSY:
            self.is_busy = not self._is_last
        if not self.is_busy:
            await self._send(message)


async def _body(receive: Receive) -> list[Message]:
    """Everything that the client sends."""
    parts = [await receive()]
    while parts[-1].get("more_body"):
        parts.append(await receive())
    return parts


def _replayed(parts: list[Message], receive: Receive) -> Receive:
    """Gives the body once more, then what comes after it."""
    left = iter(parts)

    async def again() -> Message:
        for part in left:
            return part
        return await receive()

    return again


def _with_policy(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", ()), (b"content-security-policy", POLICY.encode("ascii"))]
            message = {**message, "headers": headers}
        await send(message)

    return sending
