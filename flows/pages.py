"""Pages and records of the corpus over HTTP on the loopback, so that a link in the UI opens in a browser.

A browser opens no `file://` link of an `http://` page, and a bucket has no address. Only what a run wrote for people is
served, and the page of each run, made when it is asked for: no article, no table, nothing of the machine's file system.
"""

import logging
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from flows.errors import NotFoundError
from flows.runs.runpage import inspected_run
from flows.view.pages import Place
from storage.bucket import Bucket, open_bucket
from storage.errors import KeyMissingError, StorageError
from storage.tables import Corpus

log = logging.getLogger(__name__)

SERVED = re.compile(r"clean/(?:runs|plans)/[A-Za-z0-9._-]+\.(html|json)")
RUN = re.compile(r"runs/([A-Za-z0-9-]+)\.html")
"""The page of a run; no object of the corpus, for it names titles, which change and can be taken down."""
TYPES = {"html": "text/html; charset=utf-8", "json": "application/json; charset=utf-8"}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""Pages hold text of strangers: no script of theirs runs, nothing is loaded or sent."""


class _Pages(ThreadingHTTPServer):
    """The server, and the bucket that it shows."""

    daemon_threads = True

    def __init__(self, bucket: Bucket, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Request)
        self.bucket = bucket

    @property
    def hosts(self) -> set[str]:
        """What a browser on this machine calls the server; any other name is a stranger's that was pointed here."""
        return {f"{name}:{self.server_port}" for name in ("127.0.0.1", "localhost")}

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - the server's signature
        """Tells what kept a page from being shown in a line; a browser that hung up is no news."""
        error = sys.exception()
        if not isinstance(error, ConnectionError):
            log.error("a page cannot be shown: %s: %s", type(error).__name__, error, exc_info=log.isEnabledFor(logging.DEBUG))


class _Request(BaseHTTPRequestHandler):
    """One request."""

    server: _Pages

    def do_GET(self) -> None:
        """Answers with the object, or says that there is none."""
        path = self.path.lstrip("/").partition("?")[0]
        if self.headers["Host"] not in self.server.hosts:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        try:
            if run := RUN.fullmatch(path):
                bucket = self.server.bucket
                self._answer(inspected_run(Corpus.open(bucket), run[1], Place(corpus=bucket.uri)).encode(), TYPES["html"])
            elif served := SERVED.fullmatch(path):
                self._answer(self.server.bucket.get(path), TYPES[served[1]])
            else:
                self.send_error(HTTPStatus.NOT_FOUND)
        except (KeyMissingError, NotFoundError):
            self.send_error(HTTPStatus.NOT_FOUND)
        except StorageError:
            self.send_error(HTTPStatus.BAD_GATEWAY)

    def _answer(self, body: bytes, media_type: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing: a request is nothing that an operator must hear of."""


@contextmanager
def serving(corpus: str, port: int) -> Iterator[str]:
    """The address under which the corpus's pages are served, until the end of the block; port 0: any that is free."""
    server = _Pages(open_bucket(corpus), port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
