"""What a robots.txt allows us."""

import pytest

from ingest.fetch.robots import MAX_BYTES, Rules

SITE = "https://a.example"


@pytest.mark.parametrize(
    ("robots", "path", "allowed"),
    [
        (b"", "/a", True),
        (b"User-agent: *\nDisallow: /", "/a", False),
        (b"User-agent: *\nDisallow:", "/a", True),
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /", "/a", False),
        (b"user-agent: WINNOW\ndisallow: /a", "/a/b", False),
        (b"User-agent: Winnow/2.0 (of ours)\nDisallow: /a", "/a", False),
        (b"User-agent: otherbot\nDisallow: /", "/a", True),
        (b"User-agent: winnow\nAllow: /\nUser-agent: *\nDisallow: /", "/a", True),
        (b"User-agent: *\nDisallow: /\n\nUser-agent: winnow\nDisallow: /b", "/a", True),
        (b"User-agent: *\nDisallow: /a\nAllow: /a/open", "/a/open/1", True),
        (b"User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        (b"User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?a", True),
        (b"User-agent: *\r\nDisallow: /a\r\n", "/a", False),
        (b"User-agent: *\rDisallow: /a\r", "/a", False),
        (b"User-agent: * # all\nDisallow: /a # not this", "/a", False),
        (b"User-agent: *\nContent-Signal: ai-train=no\nDisallow: /a", "/a", False),
        (b"User-agent: *\nSitemap: https://a.example/s.xml\nDisallow: /a", "/a", False),
        (b"User-agent: *\nDisallow: /caf%C3%A9", "/café", False),
        (b"Disallow: /", "/a", True),
        (b"<html><body>404, not found</body></html>", "/a", True),
        (b"\x00\xff\xfe" * 100, "/a", True),
    ],
)
def test_rules_are_read_as_the_standard_says(robots, path, allowed):
    assert Rules.parse(robots, "Winnow").allow(SITE + path) is allowed


def test_crawl_delays_are_seconds_and_nothing_else_is():
    assert Rules.parse(b"User-agent: *\nCrawl-delay: 7.5", "Winnow").crawl_delay_s == 7.5
    for odd in (b"-3", b"inf", b"nan", b"soon", b""):
        assert Rules.parse(b"User-agent: *\nCrawl-delay: " + odd, "Winnow").crawl_delay_s == 0


def test_what_follows_the_limit_is_passed_over():
    rules = b"User-agent: *\nDisallow: /a\n" + b"# filler\n" * (MAX_BYTES // 9) + b"Disallow: /b\n"
    assert not Rules.parse(rules, "Winnow").allow(SITE + "/a")
    assert Rules.parse(rules, "Winnow").allow(SITE + "/b")


def test_hostile_patterns_cost_no_time():
    robots = b"User-agent: *\nDisallow: /" + b"*a" * 2000 + b"b\n"
    assert Rules.parse(robots * 3, "Winnow").allow(SITE + "/" + "a" * 2000)
