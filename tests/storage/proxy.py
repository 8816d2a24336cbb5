"""A store's server with faults: a proxy on loopback that loses, changes or makes up answers."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

LATE_S = 0.3
HOP = {"connection", "expect", "transfer-encoding", "content-length"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrives."""

    method: str
    path: str
    is_conditional: bool
    number: int
    """From 1."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that the proxy makes up."""

    status: int
    code: str


Fault = Literal["none", "slow", "deaf", "lose", "corrupt", "halve", "agree", "nod"] | Refusal
"""slow: the answer comes late · deaf: the request never arrives · lose: the answer never comes back · corrupt, halve: what is got · agree: "it stands there
already" becomes a success · nod: so does every refusal."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    proxy: "Proxy"


class Proxy:
    """Asks `fault` of each request what becomes of it."""

    def __init__(self, upstream: str, fault: Callable[[Asked], Fault]) -> None:
        self.upstream = urlsplit(upstream)
        self.fault = fault
        self._lock = threading.Lock()
        self._asked = 0
        self.never = threading.Event()
        """Nobody sets it: waiting for it takes as long as one is ready to wait."""
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.proxy = self
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"

    def count(self) -> int:
        with self._lock:
            self._asked += 1
            return self._asked


@contextmanager
def proxied(upstream: str, fault: Callable[[Asked], Fault]) -> Iterator[Proxy]:
    """A running proxy."""
    proxy = Proxy(upstream, fault)
    thread = threading.Thread(target=proxy.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.server.shutdown()
        proxy.server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, self.path, "If-None-Match" in self.headers, self.server.proxy.count())
        fault = self.server.proxy.fault(asked)
        self.close_connection = True
        if isinstance(fault, Refusal):
            self.answer(fault.status, [("Content-Type", "application/xml")], _xml(fault.code))
        elif fault != "deaf":
            if fault == "slow":
                self.server.proxy.never.wait(LATE_S)
            self.pass_on(body, fault)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_any  # noqa: N815 - http.server's names

    def pass_on(self, body: bytes, fault: Fault) -> None:
        status, headers, length, data = self.forwarded(body)
        if fault == "lose":
            return
        if (fault == "agree" and status == 412) or (fault == "nod" and status >= 400):
            self.answer(200, [("ETag", '"0123456789abcdef0123456789abcdef"')], b"")
            return
        if fault == "corrupt" and self.command == "GET" and data:
            data = bytes([data[0] ^ 1]) + data[1:]
        self.answer(status, headers, data, length, half=fault == "halve" and self.command == "GET")

    def forwarded(self, body: bytes) -> tuple[int, list, str | None, bytes]:
        connection = http.client.HTTPConnection(self.server.proxy.upstream.netloc, timeout=30)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP - {"content-length"}:
                    connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            headers = [(name, value) for name, value in response.getheaders() if name.lower() not in HOP]
            return response.status, headers, response.getheader("Content-Length"), response.read()
        finally:
            connection.close()

    def answer(self, status: int, headers: list, data: bytes, length: str | None = None, *, half: bool = False) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", length if length and self.command == "HEAD" else str(len(data)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data[: len(data) // 2] if half else data)

    def log_message(self, *_: object) -> None: ...


def _xml(code: str) -> bytes:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>made up</Message></Error>".encode()
