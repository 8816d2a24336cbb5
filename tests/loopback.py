"""A news site on a loopback address that keeps a log of who asked for what, when and how.

Bound to a loopback address only; its threads are daemons of the test's process.
"""

import gzip
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

STORIES = (
    (
        "The harbour board of Lassel said on Monday that the long pier would open in spring, after two winters of work on its piles.",
        "The board had to replace eleven of the forty piles, and the harbour master said the rest would stand for another century.",
    ),
    (
        "A choir from three valleys sang in the restored mill last night, and the miller's daughter turned the pages of every score.",
        "The miller, who had kept the key for nine years, opened the doors himself and would not take a ticket from anyone.",
    ),
    (
        "Growers near Ostrand expect a small crop of plums because frost came late, yet the trees that stand by the river were spared.",
        "The fruit will be smaller than last year, the growers say, yet sweeter, since the summer brought more sun than rain.",
    ),
    (
        "The new tram to the observatory climbs ninety metres in eleven minutes, and on its first day it carried mostly schoolchildren.",
        "The observatory paid for the rails with the sale of its old dome, which now stands in a garden as a summer house.",
    ),
    (
        "Volunteers have counted herons along the canal since dawn; the figure will be published when the last lists have come in.",
        "Last year the volunteers counted 214 birds, most of them near the third lock, where the anglers leave small fish.",
    ),
    (
        "The town library of Dalmok will lend tools from the first of May, and a retired joiner will show how each of them is held.",
        "Two hundred people have signed for a card already, more than the library had readers of novels in the whole last year.",
    ),
)
TITLES = (
    "Long pier opens",
    "Choir sings in mill",
    "Small crop of plums",
    "Tram climbs hill",
    "Herons counted",
    "Library lends tools",
)


def article(number: int, edition: int = 1) -> bytes:
    """An HTML page with one of six stories."""
    title, (first, second) = TITLES[number % 6], STORIES[number % 6]
    more = "" if edition == 1 else f"<p>A later word of edition {edition} says that nobody was surprised by any of this.</p>"
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title></head><body><article><h1>{title}</h1>"
        f"<p>{first}</p><p>{second}</p>{more}</article></body></html>"
    ).encode()


@dataclass
class Page:
    """What a path answers."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})
    validated: bool = True
    """Whether it has an ETag and answers 304."""

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


@dataclass
class Request:
    """One line of the log, written when the request has come in."""

    path: str
    headers: dict[str, str]
    at: float
    """Seconds since 1970."""
    status: int = 0
    """0 until it is answered."""


Handler = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A site: `pages` may be changed while it serves."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.host, self.port = str(server.server_address[0]), int(server.server_address[1])
        self.pages: dict[str, Page | Handler] = {}
        self.log: list[Request] = []
        self.connections = 0
        """How many were made, whether or not anything was asked."""

    @property
    def authority(self) -> str:
        return f"{self.host}:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.authority}{path}"

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [request.path for request in self.log]

    def gaps(self) -> list[float]:
        """Seconds from each request to the next, by this site's clock; each is noted before it is answered."""
        return [after.at - before.at for before, after in pairwise(self.log)]

    def redirect(self, path: str, location: str, status: int = 302) -> None:
        self.pages[path] = Page(status=status, headers={"Location": location}, validated=False)


@contextmanager
def serving(host: str = "127.0.0.1", port: int = 0) -> Iterator[Site]:
    """A site that serves while the context lasts."""
    server = _Server((host, port), _Answering)
    site = server.site = Site(server)
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: Site

    def get_request(self) -> Any:
        self.site.connections += 1
        return super().get_request()

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is no news."""


class _Answering(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        site = self.server.site
        self.request_line = Request(self.path, {name.lower(): value for name, value in self.headers.items()}, time.time())
        site.log.append(self.request_line)
        page = site.pages.get(self.path, Page(b"nothing here", 404, validated=False))
        try:
            if isinstance(page, Page):
                self._answer(page)
            else:
                page(self)
        except OSError:
            self.close_connection = True

    def _answer(self, page: Page) -> None:
        headers = dict(page.headers)
        status, body = page.status, page.body
        if page.validated:
            headers["ETag"] = page.etag
            if self.headers.get("If-None-Match") == page.etag:
                status, body = 304, b""
        self.reply(status, headers, body)

    def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304 and "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: Any = "-", size: Any = "-") -> None:  # noqa: ARG002 - the server's signature
        self.request_line.status = int(code)

    def log_message(self, *_: object) -> None: ...


def raw(*pieces: bytes, pause: Callable[[], object] | None = None) -> Handler:
    """Sends bytes as they are and ends the connection; `pause` is called between pieces."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        for piece in pieces:
            handler.wfile.write(piece)
            handler.wfile.flush()
            if pause is not None:
                pause()

    return answer


def head(*lines: str, status: str = "200 OK") -> bytes:
    """The head of a response, with the empty line that ends it."""
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")


def rss(*items: tuple[str, str | None]) -> bytes:
    """An RSS feed of links and dates of publication."""
    entries = "".join(
        f"<item><title>x</title><link>{link}</link>{f'<pubDate>{date}</pubDate>' if date else ''}</item>" for link, date in items
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{entries}</channel></rss>'.encode()


def gzipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)
