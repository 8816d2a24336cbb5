"""Runs that fetch: what a site sees of them, by its own log, and what becomes of its pages."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.runs import ingest as ingesting
from flows.runs import web
from flows.runs.plan import Owner
from flows.runs.report import IngestRequest, Report
from flows.runs.settings import RunConfig, Settings
from flows.runs.sources import SourceConfig
from ingest.errors import ConfigError
from ingest.extract.article import ExtractConfig
from ingest.fetch.config import FetchConfig
from ingest.load import LoadConfig, load
from ingest.quality import QualityConfig
from storage import bucket as buckets
from storage import raw, staged
from storage.local import LocalBucket
from storage.rows import raw_ref_of
from tests.e2e.reading import add_up, objects, read, rows_by_law_2
from tests.flows.doubles import Dying, HereJudges, Killed
from tests.loopback import STORIES, TITLES, Page, Site, article, gzipped, head, rss, serving
from tests.loopback import raw as unfinished

GAP_S = 0.2
CONTACT = "https://winnow.example/about"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing starts a process."""
    monkeypatch.setattr(ingesting, "Judges", HereJudges)
    monkeypatch.setattr(web, "bounded", lambda call, _config: call())


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as made:
        yield made


@pytest.fixture
def settings(site: Site, tmp_path: Path) -> Settings:
    return settings_for(tmp_path, site)


def settings_for(folder: Path, *sites: Site, **changes: Any) -> Settings:
    allowed = tuple(site.authority for site in sites)
    given = {"contact": CONTACT, "gap_s": GAP_S, "allow_hosts": allowed, "state_folder": str(folder / "hosts"), **changes}
    return Settings(fetch=FetchConfig(**given))


def run(corpus: Path, settings: Settings, *urls: str, sources: tuple[SourceConfig, ...] = (), **options: Any) -> Report:
    request = IngestRequest(urls, str(corpus), sources=sources, **options)
    report = ingesting.ingest(request, settings)
    assert add_up(json.loads(report.to_json()))
    return report


def feed_of(site: Site, path: str = "/feed.xml") -> SourceConfig:
    return SourceConfig("desk", "feed", site.url(path))


def by_name(corpus: Path, table: str = "outcomes") -> dict[str, dict[str, Any]]:
    """The newest row of each name."""
    return {row["name"]: row for row in sorted(read(corpus, table), key=lambda row: row["seq"])}


def test_a_page_becomes_a_document_and_its_response_stands_in_the_raw_store(site, settings, tmp_path):
    body = gzipped(article(0))
    site.pages["/pier"] = Page(
        body, headers={"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "gzip", "X-Odd": "1"}
    )
    report = run(tmp_path / "corpus", settings, site.url("/pier"))
    assert (report.inputs, report.kept) == (1, 1)
    (document,) = read(tmp_path / "corpus", "documents")
    assert document["title"] == "Long pier opens"
    assert document["source"] == "127.0.0.1"
    page = raw.read(LocalBucket(tmp_path / "corpus"), raw_ref_of(document["raw_ref"]))
    assert (page.status, page.body, page.content_encoding) == (200, body, "gzip")
    assert ("X-Odd", "1") in page.headers
    assert page.url == page.requested_url == site.url("/pier")
    warc = next((tmp_path / "corpus").glob("raw/warc/*/*/*/*.warc.gz")).read_bytes()
    assert b"WARC-Type: response" in gzip.decompress(warc)


def test_robots_txt_is_asked_for_first_and_obeyed(site, settings, tmp_path):
    site.pages |= {
        "/robots.txt": Page(b"User-agent: winnow\nDisallow: /private\n", headers={"Content-Type": "text/plain"}),
        "/private/a": Page(article(0)),
        "/open": Page(article(1)),
    }
    report = run(tmp_path / "corpus", settings, site.url("/private/a"), site.url("/open"))
    assert site.paths() == ["/robots.txt", "/open"]
    assert report.rejected == {"fetch/robots": 1}
    assert report.kept == 1


def test_every_request_says_who_asks_and_carries_no_cookie(site, settings, tmp_path):
    site.pages["/robots.txt"] = Page(b"", headers={"Content-Type": "text/plain", "Set-Cookie": "a=b"})
    site.pages["/a"] = Page(article(0), headers={"Content-Type": "text/html", "Set-Cookie": "a=b"})
    site.pages["/b"] = Page(article(1))
    run(tmp_path / "corpus", settings, site.url("/a"), site.url("/b"))
    assert len(site.log) == 3
    for request in site.log:
        assert request.headers["user-agent"] == f"Winnow/1.0 (+{CONTACT})"
        assert "cookie" not in request.headers


def test_gaps_are_kept_within_a_run_and_across_runs(site, settings, tmp_path):
    for number in range(3):
        site.pages[f"/{number}"] = Page(article(number))
    urls = [site.url(f"/{number}") for number in range(3)]
    run(tmp_path / "corpus", settings, *urls)
    run(tmp_path / "corpus", settings, *urls)
    assert len(site.log) == 8
    assert min(site.gaps()) >= GAP_S - 0.01


def test_a_crawl_delay_makes_the_gap_longer_up_to_its_limit(site, tmp_path):
    site.pages |= {"/robots.txt": Page(b"User-agent: *\nCrawl-delay: 99\n"), "/a": Page(article(0)), "/b": Page(article(1))}
    run(tmp_path / "corpus", settings_for(tmp_path, site, gap_s=0.0, max_crawl_delay_s=0.4), site.url("/a"), site.url("/b"))
    assert min(site.gaps()) >= 0.39


def test_hosts_are_asked_side_by_side(tmp_path):
    with serving("127.0.0.2") as one, serving("127.0.0.3") as two:
        for site in (one, two):
            site.pages = {f"/{number}": Page(article(number)) for number in range(3)}
        urls = [site.url(f"/{number}") for site in (one, two) for number in range(3)]
        run(tmp_path / "corpus", settings_for(tmp_path, one, two), *urls)
    assert one.log[0].at < two.log[-1].at
    assert two.log[0].at < one.log[-1].at
    assert min(*one.gaps(), *two.gaps()) >= GAP_S - 0.01


def test_a_second_run_makes_conditional_requests_only_and_no_version(site, settings, tmp_path):
    corpus = tmp_path / "corpus"
    site.pages |= {"/feed.xml": Page(rss(("/a", None), ("/b", None)), headers={"Content-Type": "application/rss+xml"})}
    site.pages |= {"/a": Page(article(0)), "/b": Page(article(1))}
    first = run(corpus, settings, sources=(feed_of(site),))
    before, asked = objects(corpus), len(site.log)
    second = run(corpus, settings, sources=(feed_of(site),))
    assert (first.kept, second.inputs, second.unchanged, second.seq) == (2, 2, 2, None)
    again = site.log[asked:]
    assert [request.status for request in again if request.path != "/robots.txt"] == [304, 304, 304]
    assert all("if-none-match" in request.headers for request in again if request.path != "/robots.txt")
    after = objects(corpus)
    assert {key: after[key] for key in before} == before
    assert {key.split("/")[1] for key in after.keys() - before.keys()} == {"runs"}


def test_a_304_that_nobody_asked_for_fails_alone(site, settings, tmp_path):
    site.pages |= {"/a": Page(article(0)), "/x": Page(status=304, validated=False)}
    site.pages |= {"/feed.xml": Page(status=304, validated=False)}
    report = run(tmp_path / "corpus", settings, site.url("/a"), site.url("/x"), sources=(feed_of(site),))
    assert (report.inputs, report.kept, report.failed) == (3, 1, {"server-error": 1, "unlisted": 1})


def test_the_same_bytes_without_a_304_are_unchanged_too(site, settings, tmp_path):
    site.pages["/a"] = Page(article(0), validated=False)
    run(tmp_path / "corpus", settings, site.url("/a"))
    report = run(tmp_path / "corpus", settings, site.url("/a"))
    assert (report.unchanged, report.seq) == (1, None)
    assert [request.status for request in site.log if request.path == "/a"] == [200, 200]


def test_a_changed_page_is_the_next_version_of_its_document(site, settings, tmp_path):
    site.pages["/a"] = Page(article(0))
    run(tmp_path / "corpus", settings, site.url("/a"))
    site.pages["/a"] = Page(article(0, edition=2))
    report = run(tmp_path / "corpus", settings, site.url("/a"))
    assert (report.kept, report.new_versions) == (1, 1)
    (document,) = read(tmp_path / "corpus", "documents")
    assert document["version"] == 2


def test_a_304_under_another_configuration_is_cleaned_from_the_stored_bytes(site, settings, tmp_path):
    corpus = tmp_path / "corpus"
    site.pages["/a"] = Page(article(0))
    run(corpus, settings, site.url("/a"))
    stored = sorted(corpus.glob("raw/warc/**/*.gz"))
    strict = settings.model_copy(update={"quality": QualityConfig(min_chars=10_000)})
    report = run(corpus, strict, site.url("/a"))
    assert site.log[-1].status == 304
    assert report.rejected == {"quality/too-short": 1}
    assert sorted(corpus.glob("raw/warc/**/*.gz")) == stored
    assert by_name(corpus)[site.url("/a")]["raw_ref"] is not None


def test_refusals_are_told_once_and_counted_as_unchanged_after(site, settings, tmp_path):
    site.pages |= {"/gone": Page(status=410), "/pdf": Page(b"%PDF-1.7", headers={"Content-Type": "application/pdf"})}
    urls = [site.url(path) for path in ("/gone", "/lost", "/pdf")]
    first = run(tmp_path / "corpus", settings, *urls)
    assert first.rejected == {"fetch/gone": 2, "fetch/not-html": 1}
    second = run(tmp_path / "corpus", settings, *urls)
    assert (second.unchanged, second.seq) == (3, None)
    site.pages["/pdf"] = Page(article(3))
    third = run(tmp_path / "corpus", settings, *urls)
    assert (third.unchanged, third.kept) == (2, 1)


def test_a_live_document_whose_page_is_gone_stays_and_is_found_again(site, settings, tmp_path):
    corpus = tmp_path / "corpus"
    site.pages["/a"] = Page(article(0))
    run(corpus, settings, site.url("/a"))
    del site.pages["/a"]
    assert run(corpus, settings, site.url("/a")).rejected == {"fetch/gone": 1}
    assert len(read(corpus, "documents")) == 1
    site.pages["/a"] = Page(article(0))
    report = run(corpus, settings, site.url("/a"))
    assert (report.unchanged, report.new_versions) == (1, 0)
    assert site.log[-1].status == 304
    assert by_name(corpus)[site.url("/a")]["outcome"] == "unchanged"


def test_a_truncated_body_is_refused_and_stored_and_a_broken_connection_fails(site, settings, tmp_path):
    whole = gzipped(article(0))
    site.pages["/cut"] = Page(whole[:-20], headers={"Content-Type": "text/html", "Content-Encoding": "gzip"})
    site.pages["/broken"] = unfinished(head("Content-Type: text/html", "Content-Length: 9999"), article(1))
    report = run(tmp_path / "corpus", settings, site.url("/cut"), site.url("/broken"))
    assert (report.rejected, report.failed) == ({"load/truncated": 1}, {"broken-off": 1})
    row = by_name(tmp_path / "corpus")[site.url("/cut")]
    assert raw.read(LocalBucket(tmp_path / "corpus"), raw_ref_of(row["raw_ref"])).body == whole[:-20]


def test_trouble_is_a_failure_that_the_next_run_tries_again(site, settings, tmp_path):
    site.pages["/a"] = Page(b"down", 500, validated=False)
    first = run(tmp_path / "corpus", settings, site.url("/a"))
    assert first.failed == {"server-error": 1}
    site.pages["/a"] = Page(article(0))
    assert run(tmp_path / "corpus", settings, site.url("/a")).kept == 1


def test_a_robots_txt_that_cannot_be_had_forbids_all_for_now(site, settings, tmp_path):
    site.pages |= {"/robots.txt": Page(b"", 503, validated=False), "/a": Page(article(0)), "/b": Page(article(1))}
    report = run(tmp_path / "corpus", settings, site.url("/a"), site.url("/b"))
    assert report.failed == {"robots-unavailable": 2}
    assert site.paths() == ["/robots.txt"]


def test_retry_after_is_obeyed_by_the_run_and_by_the_next(site, tmp_path):
    waits = Page(b"", 503, {"Retry-After": "1"}, validated=False)
    site.pages |= {"/a": waits, "/b": Page(article(1))}
    report = run(tmp_path / "corpus", settings_for(tmp_path, site, gap_s=0.0), site.url("/a"), site.url("/b"))
    assert (report.failed, report.kept) == ({"server-error": 1}, 1)
    assert site.gaps()[-1] >= 0.99
    site.pages["/a"] = Page(b"", 429, {"Retry-After": "3600"}, validated=False)
    impatient = settings_for(tmp_path, site, gap_s=0.0, max_wait_s=1.0)
    asked = len(site.log)
    for _ in range(2):
        report = run(tmp_path / "corpus", impatient, site.url("/a"), site.url("/b"))
        assert report.failed == {"told-to-wait": 2}
    assert site.paths()[asked:] == ["/robots.txt", "/a"]


def test_a_feed_leads_to_its_pages_once_each_with_their_dates(site, settings, tmp_path):
    date = "Mon, 02 Mar 2026 10:00:00 GMT"
    body = rss(("/a", date), ("b?x=1&amp;y=2", None), ("/a", date), ("/a?utm_source=rss", None))
    site.pages |= {"/news/feed.xml": Page(body, headers={"Content-Type": "text/xml"})}
    site.pages |= {"/a": Page(article(0)), "/news/b?x=1&y=2": Page(article(1))}
    report = run(tmp_path / "corpus", settings, sources=(feed_of(site, "/news/feed.xml"),))
    assert (report.inputs, report.kept) == (2, 2)
    assert site.paths() == ["/robots.txt", "/news/feed.xml", "/a", "/news/b?x=1&y=2"]
    documents = {row["title"]: row for row in read(tmp_path / "corpus", "documents")}
    assert documents["Long pier opens"]["published_at"] == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert documents["Long pier opens"]["source"] == "desk"
    assert documents["Choir sings in mill"]["published_at"] is None


def test_a_feed_that_cannot_be_had_or_read_fails_and_the_other_sources_go_on(site, settings, tmp_path):
    site.pages |= {"/page": Page(b"<html><body>no feed</body></html>"), "/list.txt": Page(f"# ours\n{site.url('/a')}\n".encode())}
    site.pages |= {
        "/a": Page(article(0)),
        "/broken": Page(rss(("/c", None))[:-16] + b"<item>&oops <link>/d"),
        "/c": Page(article(2)),
    }
    sources = (
        SourceConfig("lost", "feed", site.url("/lost.xml")),
        SourceConfig("page", "feed", site.url("/page")),
        SourceConfig("broken", "feed", site.url("/broken")),
        SourceConfig("list", "urls", site.url("/list.txt")),
    )
    report = run(tmp_path / "corpus", settings, sources=sources)
    assert report.failed == {"unlisted": 2}
    assert {row["title"] for row in read(tmp_path / "corpus", "documents")} >= {"Long pier opens", "Small crop of plums"}
    assert any("is no feed that can be read" in message for message in report.messages)


def test_a_list_of_urls_may_lie_on_the_disk_and_its_lines_are_never_opened(site, settings, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("A secret that nobody should ever find in any corpus, however long the sentence that holds it becomes.")
    (tmp_path / "list.txt").write_text(
        f"\ufeff# comment\n\n{site.url('/a')}\n{secret}\nfile://{secret}\nftp://x.example/\n{site.url('/a')}\n"
    )
    site.pages["/a"] = Page(article(0))
    report = run(tmp_path / "corpus", settings, sources=(SourceConfig("list", "urls", str(tmp_path / "list.txt")),))
    assert (report.inputs, report.kept, report.rejected) == (4, 1, {"fetch/bad-url": 3})


def test_a_configured_folder_is_a_source_by_its_slug(settings, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.html").write_bytes(article(4))
    run(tmp_path / "corpus", settings, sources=(SourceConfig("desk", "path", str(tmp_path / "in")),))
    assert [(row["source"], row["name"]) for row in read(tmp_path / "corpus", "outcomes")] == [("desk", "a.html")]


def test_files_and_urls_share_a_run_and_its_limit(site, settings, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.html").write_bytes(article(4))
    site.pages |= {f"/{number}": Page(article(number)) for number in range(3)}
    urls = [site.url(f"/{number}") for number in range(3)]
    assert run(tmp_path / "one", settings, str(folder), *urls).kept == 4
    limited = run(tmp_path / "two", settings, str(folder), *urls, limit=2)
    assert limited.inputs == 2
    assert {row["name"] for row in read(tmp_path / "two", "outcomes")} == {"a.html", urls[0]}


def test_a_dry_run_fetches_feeds_but_no_pages_and_writes_nothing(site, settings, tmp_path):
    site.pages |= {"/feed.xml": Page(rss(("/a", None), ("/b", None))), "/a": Page(article(0)), "/b": Page(article(1))}
    report = run(tmp_path / "corpus", settings, sources=(feed_of(site),), dry_run=True)
    assert (report.inputs, report.would_fetch) == (0, 2)
    assert report.messages == (f"would fetch {site.url('/a')}", f"would fetch {site.url('/b')}")
    assert site.paths() == ["/robots.txt", "/feed.xml"]
    assert not (tmp_path / "corpus").exists()
    run(tmp_path / "corpus", settings, sources=(feed_of(site),))
    before, asked = objects(tmp_path / "corpus"), len(site.log)
    assert run(tmp_path / "corpus", settings, sources=(feed_of(site),), dry_run=True, limit=1).would_fetch == 1
    assert objects(tmp_path / "corpus") == before
    assert "/a" not in site.paths()[asked:]


def test_nothing_is_fetched_and_nothing_made_without_a_contact(site, settings, tmp_path):
    nameless = settings.model_copy(update={"fetch": replace(settings.fetch, contact="")})
    for order in ({"sources": (feed_of(site),)}, {}):
        with pytest.raises(ConfigError, match="fetching needs"):
            run(tmp_path / "corpus", nameless, *(() if order else (site.url("/a"),)), **order)
    assert site.log == []
    assert not (tmp_path / "corpus").exists()


def test_a_redirect_leads_to_the_page_but_the_given_url_names_the_document(site, settings, tmp_path):
    site.redirect("/old", "/new")
    site.pages["/new"] = Page(article(0))
    run(tmp_path / "corpus", settings, site.url("/old"))
    report = run(tmp_path / "corpus", settings, site.url("/old"))
    assert report.unchanged == 1
    assert site.log[-1].path == "/new"
    assert site.log[-1].status == 304
    (document,) = read(tmp_path / "corpus", "documents")
    assert document["url"].endswith("/new")
    assert by_name(tmp_path / "corpus")[site.url("/old")]["id"] == document["id"]


def a_day(site: Site) -> tuple[SourceConfig, ...]:
    """A feed whose pages are articles, an unchanged one, a refusal and a failure."""
    site.pages |= {"/feed.xml": Page(rss(*((f"/{number}", None) for number in range(6)), ("/gone", None), ("/down", None)))}
    site.pages |= {f"/{number}": Page(article(number, edition=2 if number else 1)) for number in range(6)}
    site.pages["/down"] = Page(b"", 500, validated=False)
    return (feed_of(site),)


def by_path(corpus: Path) -> dict[str, list[dict[str, Any]]]:
    return {table: rows_by_law_2(corpus, table) for table in ("versions", "decisions", "outcomes", "documents")}


@pytest.mark.slow
def test_a_run_that_dies_anywhere_ends_as_one_undisturbed_run(site, tmp_path, monkeypatch):
    settings = settings_for(tmp_path, site, gap_s=0.0).model_copy(update={"run": RunConfig(shard_documents=3)})
    monkeypatch.setattr(buckets, "_open_local", lambda path: Dying(Path(path)))
    monkeypatch.setattr(Owner, "is_dead", lambda _owner, _since: True)

    def second_run(corpus: Path, dies_at: int) -> Report:
        site.pages["/0"] = Page(article(0))
        run(corpus, settings, site.url("/0"), source="desk")
        sources = a_day(site)
        Dying.calls, Dying.dies_at = 0, dies_at
        try:
            return run(corpus, settings, sources=sources)
        except Killed:
            Dying.dies_at = 0
            site.log.clear()
            return run(corpus, settings, sources=sources)
        finally:
            Dying.dies_at = 0

    whole = second_run(tmp_path / "whole", 0)
    assert (whole.inputs, whole.kept, whole.unchanged) == (8, 5, 1)
    calls, expected = Dying.calls, by_path(tmp_path / "whole")
    assert calls > 10
    for dies_at in range(1, calls + 1):
        report = second_run(tmp_path / f"{dies_at}", dies_at)
        assert report.inputs == whole.inputs, dies_at
        assert by_path(tmp_path / f"{dies_at}") == expected, dies_at


def test_what_a_killed_run_had_stored_is_not_fetched_again(site, settings, tmp_path, monkeypatch):
    settings = settings.model_copy(update={"run": RunConfig(shard_documents=3)})
    monkeypatch.setattr(Owner, "is_dead", lambda _owner, _since: True)
    site.pages |= {f"/{number}": Page(article(number)) for number in range(6)}
    urls = [site.url(f"/{number}") for number in range(6)]
    real = staged.write

    def dies(bucket, run_id, shard, pages):
        if shard == 1:
            raise Killed
        real(bucket, run_id, shard, pages)

    with monkeypatch.context() as patch:
        patch.setattr(staged, "write", dies)
        with pytest.raises(Killed):
            run(tmp_path / "corpus", settings, *urls)
    assert sorted(path for path in site.paths() if path != "/robots.txt") == [f"/{number}" for number in range(6)]
    site.log.clear()
    report = run(tmp_path / "corpus", settings, *urls)
    assert (report.inputs, report.kept) == (6, 6)
    assert site.log == []


def damage(corpus: Path) -> None:
    """Spoils the bytes of every stored page, as a bad disk does."""
    for path in corpus.glob("raw/warc/**/*.warc.gz"):
        data = bytearray(path.read_bytes())
        data[40:-40] = bytes(len(data) - 80)
        path.write_bytes(data)


def lose(corpus: Path) -> None:
    """Removes every stored page."""
    for path in corpus.glob("raw/warc/**/*.warc.gz"):
        path.unlink()


@pytest.mark.parametrize("spoil", [damage, lose])
def test_damaged_bytes_of_a_page_are_told_and_the_page_is_asked_for_whole(site, settings, tmp_path, spoil):
    site.pages |= {"/a": Page(article(0)), "/b": Page(article(1))}
    run(tmp_path / "corpus", settings, site.url("/a"))
    spoil(tmp_path / "corpus")
    site.log.clear()
    report = run(tmp_path / "corpus", settings, site.url("/a"), site.url("/b"))
    assert (report.unchanged, report.kept) == (1, 1)
    assert [(each.path, each.status, "if-none-match" in each.headers) for each in site.log] == [
        ("/robots.txt", 404, False),
        ("/a", 200, False),
        ("/b", 200, False),
    ]
    (message,) = report.messages
    assert message.startswith(f"{site.url('/a')}: its stored bytes cannot be used, so the whole page is asked for: ")
    assert "raw/warc/" in message


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X-Robots-Tag": "noai, noimageai"}, ["noai", "noimageai"]),
        ({"x-robots-tag": "googlebot: noindex, NoAI"}, ["noai"]),
        ({"X-Robots-Tag": "otherbot: noai"}, ["noai"]),
        ({"tdm-reservation": "1", "tdm-policy": "https://port.example/tdm.json"}, ["tdm-reservation"]),
        ({"Content-Usage": "search=y, train-ai=n"}, ["train-ai=n"]),
        ({"X-Robots-Tag": "noindex, noarchive, unavailable_after: 2030-01-01", "TDM-Reservation": "0"}, []),
        ({"Content-Signal": "search=yes,ai-train=no"}, ["ai-train=no"]),
        ({"Content-Usage": "train-ai=y", "Content-Signal": "ai-train=yes, train-ai=n"}, []),
        ({}, []),
    ],
)
@pytest.mark.parametrize("kind", ["text/html", "text/plain"])
def test_opt_outs_in_headers_are_recorded(site, settings, tmp_path, headers, expected, kind):
    body = article(0) if kind == "text/html" else "\n\n".join([TITLES[0], *STORIES[0]]).encode()
    site.pages["/a"] = Page(body, headers={"Content-Type": kind, **headers})
    run(tmp_path / "corpus", settings, site.url("/a"))
    (document,) = read(tmp_path / "corpus", "documents")
    assert document["rights"]["opt_outs"] == expected


def test_opt_outs_of_markup_and_headers_are_one_list_and_stay_when_cleaned_again(site, settings, tmp_path):
    marked = article(0).replace(b"<title>", b'<meta name=robots content="noai"><meta name=tdm-reservation content=1><title>')
    site.pages["/a"] = Page(marked, headers={"Content-Type": "text/html", "X-Robots-Tag": "noai, noimageai"})
    run(tmp_path / "corpus", settings, site.url("/a"))
    site.pages["/a"].headers.pop("X-Robots-Tag")
    run(tmp_path / "corpus", settings.model_copy(update={"extract": ExtractConfig(unwrap=False)}), site.url("/a"))
    assert site.log[-1].status == 304
    rights = [row["rights"] for row in read(tmp_path / "corpus", "versions")]
    assert [each["opt_outs"] for each in rights] == [["noai", "noimageai", "tdm-reservation"]]
    page = raw.read(LocalBucket(tmp_path / "corpus"), raw_ref_of(read(tmp_path / "corpus", "documents")[0]["raw_ref"]))
    payload = load(page, LoadConfig())
    assert payload.opt_outs == ("noai", "noimageai"), "the stored response says the same as when it came"
