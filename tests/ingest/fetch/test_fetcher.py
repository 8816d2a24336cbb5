"""Fetching from a hostile site: what comes of each answer, what it may cost, and where no request goes."""

import gzip
import os
import signal
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.fetch.config import FetchConfig
from ingest.fetch.fetcher import Fetcher
from ingest.fetch.verdict import Order
from ingest.fetch.visit import Fetched
from ingest.load import LoadConfig, load
from ingest.records import RawPage, Refused
from tests.loopback import Page, Site, article, head, raw, serving

HTML = "Content-Type: text/html"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as made:
        yield made


@pytest.fixture
def fetch(site: Site, tmp_path: Path):
    """What comes of paths of the site, or of whole URLs."""

    def call(*paths: str, **changes: Any) -> list[Fetched]:
        given = {"contact": "ada@winnow.example", "gap_s": 0.0, "allow_hosts": (site.authority,), "state_folder": str(tmp_path)}
        orders = [Order("s", path, site.url(path) if path.startswith("/") else path) for path in paths]
        with Fetcher(FetchConfig(**{**given, **changes})) as fetcher:
            found = dict(fetcher.fetch(orders))
        return [found[order] for order in orders]

    return call


def reason(found: Fetched) -> str:
    assert isinstance(found, Refused)
    return f"{type(found.why).__name__} {found.why.reason}"


def bomb(megabytes: int) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(stream.compress(b"a" * (1 << 20)) for _ in range(megabytes)) + stream.flush()


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (Page(status=404), "Rejected gone"),
        (Page(status=410), "Rejected gone"),
        (Page(status=403), "Rejected denied"),
        (Page(status=451), "Rejected denied"),
        (Page(status=204, body=b""), "Rejected bad-status"),
        (Page(status=418), "Rejected bad-status"),
        (Page(status=500), "Failed server-error"),
        (Page(status=408), "Failed server-error"),
        (Page(status=429), "Failed told-to-wait"),
        (Page(b"%PDF-1.7", headers={"Content-Type": "application/pdf"}), "Rejected not-html"),
        (Page(b"{}", headers={"Content-Type": "application/json"}), "Rejected not-html"),
        (raw(head(HTML, "Content-Length: 99"), b"short"), "Failed broken-off"),
        (raw(head(HTML, "Transfer-Encoding: chunked"), b"5\r\nabcde\r\n100\r\nab"), "Failed broken-off"),
        (raw(b"no http at all\r\n\r\n"), "Failed unreachable"),
        (raw(b""), "Failed unreachable"),
        (raw(b"HTTP/1.1 200 OK\r\n" + b"X-Big: " + b"a" * 200_000 + b"\r\n\r\n"), "Failed unreachable"),
        (raw(head(HTML, "Content-Length: 99999999999"), b"a"), "Rejected too-large"),
        (Page(b"a" * 70_000), "Rejected too-large"),
    ],
)
def test_what_an_answer_means(site, fetch, page, expected):
    site.pages["/a"] = page
    (found,) = fetch("/a", max_bytes=65_536)
    assert reason(found) == expected


def test_a_page_keeps_its_bytes_status_and_headers(site, fetch):
    body = gzip.compress(article(0))
    site.pages["/a"] = Page(
        body, headers={"content-TYPE": "text/html; charset=utf-8", "Content-Encoding": "x-gzip", "X-A": "1, 2"}
    )
    (page,) = fetch("/a")
    assert isinstance(page, RawPage)
    assert (page.status, page.body, page.content_encoding, page.media_type) == (200, body, "gzip", "text/html")
    assert ("content-TYPE", "text/html; charset=utf-8") in page.headers
    assert ("X-A", "1, 2") in page.headers


@pytest.mark.parametrize(
    ("body", "encoding", "expected"),
    [
        (gzip.compress(article(0))[:-30], "gzip", "truncated"),
        (article(0), "gzip", "truncated"),
        (gzip.compress(gzip.compress(article(0))), "gzip, gzip", "unsupported"),
        (b"x", "br", "unsupported"),
        (b"x", ", ".join(["gzip"] * 500), "unsupported"),
    ],
)
def test_a_body_that_cannot_be_decoded_is_never_taken_for_whole(site, fetch, body, encoding, expected):
    site.pages["/a"] = Page(body, headers={"Content-Type": "text/html", "Content-Encoding": encoding})
    (page,) = fetch("/a")
    assert isinstance(page, RawPage)
    assert page.body == body
    rejected = load(page, LoadConfig())
    assert (rejected.stage, rejected.reason) == ("load", expected)


def test_a_gzip_bomb_stops_early_in_bounded_memory(site, fetch):
    site.pages["/bomb"] = Page(bomb(500), headers={"Content-Type": "text/html", "Content-Encoding": "gzip"})
    tracemalloc.start()
    start = time.process_time()
    (found,) = fetch("/bomb")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reason(found) == "Rejected too-large"
    assert peak < 16 << 20
    assert time.process_time() - start < 5


def test_an_endless_body_is_given_up_at_the_limit(site, fetch):
    sent = []

    def endless(handler):
        handler.close_connection = True
        handler.wfile.write(head(HTML))
        while True:
            handler.wfile.write(b"a" * 65_536)
            sent.append(65_536)

    site.pages["/a"] = endless
    (found,) = fetch("/a", max_bytes=1 << 20)
    assert reason(found) == "Rejected too-large"
    assert sum(sent) < 32 << 20


def test_a_slow_body_and_a_silent_host_are_given_up(site, fetch):
    over = threading.Event()
    slow = raw(head(HTML, "Content-Length: 100000"), *[b"a"] * 1000, pause=lambda: over.wait(0.02))
    silent = raw(b"", pause=lambda: over.wait(10))
    site.pages |= {"/slow": slow, "/silent": silent}
    start = time.monotonic()
    found = fetch("/slow", "/silent", slow_after_s=0.2, timeout_s=1.0)
    over.set()
    assert [reason(each) for each in found] == ["Failed timed-out"] * 2
    assert time.monotonic() - start < 5


def test_redirects_are_followed_so_far_and_no_farther(site, fetch):
    for number in range(1, 9):
        site.redirect(f"/{number}", f"/{number - 1}", status=(301, 302, 303, 307, 308)[number % 5])
    site.pages["/0"] = Page(article(0))
    site.redirect("/loop", "/loop")
    five, six, loop = fetch("/5", "/6", "/loop")
    assert isinstance(five, RawPage)
    assert (five.url, five.requested_url) == (site.url("/0"), site.url("/5"))
    assert reason(six) == reason(loop) == "Rejected too-many-redirects"
    assert site.paths().count("/loop") == 6


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("file:///etc/passwd", "bad-url"),
        ("gopher://127.0.0.1:70/", "bad-url"),
        ("http://[broken/", "bad-url"),
        ("http://169.254.169.254/latest/meta-data/", "blocked-address"),
        ("http://10.0.0.1/", "blocked-address"),
        ("http://[::1]:8080/", "blocked-address"),
        ("http://[::ffff:127.0.0.1]:8080/", "blocked-address"),
        ("http://[64:ff9b::7f00:1]/", "blocked-address"),
        ("http://2130706433:8080/", "bad-url"),
        ("http://0:8080/", "bad-url"),
        ("http://0x7f.1:8080/", "blocked-address"),
    ],
)
def test_a_redirect_to_where_no_request_may_go_is_refused(site, fetch, location, expected):
    site.redirect("/a", location)
    (found,) = fetch("/a")
    assert reason(found) == f"Rejected {expected}"
    assert site.paths() == ["/robots.txt", "/a"]


def test_a_redirect_to_a_private_address_makes_no_connection(site, fetch):
    with serving("127.0.0.9", 8080) as inner:
        inner.pages["/secret"] = Page(article(0))
        site.redirect("/a", inner.url("/secret"))
        (found,) = fetch("/a")
    assert reason(found) == "Rejected blocked-address"
    assert inner.connections == 0


def test_a_name_is_judged_by_the_address_that_it_leads_to(site, fetch, monkeypatch):
    """Two looks at DNS: whatever the first gave, the address that is connected to is the one that is judged."""
    real, asked = socket.getaddrinfo, []

    def rebinding(host, port, *rest, **options):
        if host == "news.example":
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("127.0.0.9", "127.0.0.8")]
        return real(host, port, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with serving("127.0.0.9", 8080) as inner:
        (found,) = fetch("http://news.example:8080/a")
        assert asked
        assert reason(found) == "Rejected blocked-address"
        assert inner.connections == 0


def test_an_allowed_host_allows_no_other_name_for_its_address(fetch):
    with serving("127.0.0.9", 8080) as inner:
        (found,) = fetch("http://localhost:8080/a", allow_hosts=("127.0.0.1:8080", inner.authority))
        assert reason(found) == "Rejected blocked-address"
        assert inner.connections == 0


def test_a_host_that_is_not_there_fails_once_for_all_its_pages(site, fetch):
    with serving("127.0.0.7") as gone:
        pass
    found = fetch(gone.url("/a"), gone.url("/b"), allow_hosts=(gone.authority,))
    assert [reason(each) for each in found] == ["Failed unreachable"] * 2


@pytest.mark.parametrize(
    ("robots", "expected"),
    [
        (Page(status=404), None),
        (Page(status=403), None),
        (Page(status=500), "Failed robots-unavailable"),
        (Page(status=429), "Failed robots-unavailable"),
        (raw(b""), "Failed unreachable"),
        (Page(status=302, headers={"Location": "/robots.txt"}), "Failed robots-unavailable"),
        (Page(b"User-agent: *\nDisallow: /\n" + b"#" * (20 << 20)), "Rejected robots"),
        (Page(gzip.compress(b"User-agent: *\nDisallow: /"), headers={"Content-Encoding": "gzip"}), "Rejected robots"),
    ],
)
def test_what_the_answer_for_robots_txt_means(site, fetch, robots, expected):
    site.pages |= {"/robots.txt": robots, "/a": Page(article(0)), "/b": Page(article(1))}
    for found in fetch("/a", "/b"):
        assert (None if isinstance(found, RawPage) else reason(found)) == expected
    assert site.paths().count("/robots.txt") == (6 if expected and isinstance(robots, Page) and robots.status == 302 else 1)


def test_a_redirect_to_another_host_obeys_that_hosts_robots_txt(site, fetch):
    with serving("127.0.0.6") as other:
        other.pages |= {"/robots.txt": Page(b"User-agent: *\nDisallow: /closed"), "/closed": Page(article(0))}
        site.redirect("/a", other.url("/closed"))
        (found,) = fetch("/a", allow_hosts=(site.authority, other.authority))
        assert reason(found) == "Rejected robots"
        assert other.paths() == ["/robots.txt"]


def test_a_slow_taker_is_waited_for(site, fetch, tmp_path):
    site.pages |= {f"/{number}": Page(article(number)) for number in range(60)}
    config = FetchConfig(contact="a@b.example", gap_s=0.0, allow_hosts=(site.authority,), state_folder=str(tmp_path))
    with Fetcher(config) as fetcher:
        found = fetcher.fetch([Order("s", str(number), site.url(f"/{number}")) for number in range(60)])
        next(found)
        seen = -1
        while seen != len(site.log):
            seen = len(site.log)
            deadline = time.monotonic() + 0.5
            while time.monotonic() < deadline and seen == len(site.log):
                threading.Event().wait(0.01)
        assert seen < 30
        assert len(list(found)) == 59


def test_a_fetch_that_is_given_up_ends_its_thread(site, tmp_path):
    site.pages |= {f"/{number}": Page(article(number)) for number in range(5)}
    config = FetchConfig(contact="a@b.example", gap_s=30.0, allow_hosts=(site.authority,), state_folder=str(tmp_path))
    before = threading.active_count()
    start = time.monotonic()
    with Fetcher(config) as fetcher:
        found = fetcher.fetch([Order("s", "a", site.url("/0"))])
        threading.Timer(0.2, os.kill, [os.getpid(), signal.SIGINT]).start()
        with pytest.raises(KeyboardInterrupt):
            next(found)
    assert time.monotonic() - start < 5
    assert not [thread for thread in threading.enumerate() if thread.name == "fetcher"]
    assert threading.active_count() <= before + 1
