"""Feeds and lists of URLs."""

from datetime import UTC, datetime
from functools import partial

import pytest

from ingest.errors import SourceError
from ingest.isolate import IsolationConfig, bounded
from ingest.records import Rejected
from ingest.sources.feeds import Entry, read_feed
from ingest.sources.urllist import read_urls

URL = "https://news.example/feeds/all.xml"
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://o.example/n/"><entry><link rel="self" href="s"/>'
    b'<link rel="alternate" href="z"/><published>2026-03-02T11:00:00+01:00</published></entry></feed>'
)
DATED = datetime(2026, 3, 2, 10, tzinfo=UTC)


def feed(items: str) -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><link>/</link>{items}</channel></rss>'.encode()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            feed("<item><link>/a</link><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate></item>"),
            [("https://news.example/a", DATED)],
        ),
        (feed("<item><link>b</link><pubDate>soon</pubDate></item>"), [("https://news.example/feeds/b", None)]),
        (feed("<item><guid>https://x.example/c</guid></item>"), [("https://x.example/c", None)]),
        (feed("<item><link>/a?x=1&amp;y=2</link></item>"), [("https://news.example/a?x=1&y=2", None)]),
        (feed("<item><title>R & D</title><link>/a?x=1&y=2</link></item>"), [("https://news.example/a?x=1&y=2", None)]),
        (feed("<item><link><![CDATA[/a?x=1&y=2]]></link></item>"), [("https://news.example/a?x=1&y=2", None)]),
        (feed("<item><title>&nbsp;</title><link>/a</link></item>"), [("https://news.example/a", None)]),
        (
            feed("<item><link>/a</link></item><item><link>/b</link></item><item><link>/a</link></item>"),
            [
                ("https://news.example/a", None),
                ("https://news.example/b", None),
            ],
        ),
        (
            feed("<item><link>/a</link></item><item><link>/b</li")[:-20],
            [("https://news.example/a", None), ("https://news.example/b", None)],
        ),
        (feed("<item><title>no link</title></item>"), []),
        (feed(""), []),
        (
            ATOM,
            [("https://o.example/n/z", DATED)],
        ),
        (
            '<?xml version="1.0" encoding="iso-8859-1"?><rss version="2.0"><channel><item><link>/é</link></item></channel></rss>'.encode(
                "latin-1"
            ),
            [("https://news.example/é", None)],
        ),
    ],
)
def test_a_feed_leads_to_its_entries(body, expected):
    assert read_feed(body, URL) == [Entry(url, date) for url, date in expected]


def test_a_charset_in_the_header_counts():
    body = "<rss version='2.0'><channel><item><link>/ж</link></item></channel></rss>".encode("koi8-r")
    assert read_feed(body, URL, "text/xml; charset=koi8-r") == [Entry("https://news.example/ж", None)]
    assert read_feed(feed("<item><link>/a</link></item>"), URL, "text/xml; charset=klingon") == [
        Entry("https://news.example/a", None)
    ]


@pytest.mark.parametrize("body", [b"", b"<html><body>no</body></html>", b"plain text", b"\x00\xff" * 50, b"{}"])
def test_what_is_no_feed_is_an_error(body):
    with pytest.raises(SourceError, match="is no feed that can be read"):
        read_feed(body, URL)


def test_external_entities_are_not_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("https://secret.example/")
    body = f'<!DOCTYPE rss [<!ENTITY s SYSTEM "{secret.as_uri()}">]><rss version="2.0"><channel><item><link>/a&s;</link></item></channel></rss>'
    assert read_feed(body.encode(), URL) == [Entry("https://news.example/a", None)]


@pytest.mark.slow
def test_a_feed_that_would_take_minutes_costs_no_more_than_a_page_may():
    hostile = b'<rss version="2.0"><channel>' + b"<a " * 400_000
    found = bounded(partial(read_feed, hostile, URL), IsolationConfig(cpu_s=1))
    assert isinstance(found, Rejected)
    assert found.reason == "too-slow"
    assert bounded(partial(read_feed, feed("<item><link>/a</link></item>"), URL), IsolationConfig()) == [
        Entry("https://news.example/a", None)
    ]


def test_a_list_holds_one_url_a_line():
    body = "\ufeff# ours\r\nhttps://a.example/\r\n\r\n  https://b.example/x  \rhttps://a.example/\n#https://c.example/\n".encode()
    assert read_urls(body) == ["https://a.example/", "https://b.example/x"]
    assert read_urls(b"\xff\xfe") == ["\ufffd\ufffd"]
    assert read_urls(b"") == []
