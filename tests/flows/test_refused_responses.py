"""What a host answered stands in the raw store before it is judged, whatever it was; and no refusal is ever taken for a page."""

import gzip
import io
import json
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from flows.runs import reclean
from flows.runs.plan import Owner
from flows.runs.reading import Filters, open_corpus, outcomes
from flows.runs.recall import clean_again
from flows.runs.reprocess import PreviewRequest, Selection, preview
from ingest.records import RawPage
from storage import raw as raw_store
from storage import staged
from storage.local import LocalBucket
from storage.rows import raw_ref_of
from tests.e2e.reading import add_up, read
from tests.flows.doubles import HereJudges, Killed
from tests.flows.test_fetching import here, run, settings, settings_for, site  # noqa: F401 - fixtures
from tests.loopback import Page, article, head, raw

PDF = {"Content-Type": "application/pdf"}


def row_of(corpus: Path, url: str) -> dict:
    """The newest outcome of a URL."""
    return max((row for row in read(corpus, "outcomes") if row["name"] == url), key=lambda row: row["seq"])


def stored(corpus: Path, url: str) -> RawPage:
    """The response that the newest outcome of a URL points to."""
    ref = raw_ref_of(row_of(corpus, url)["raw_ref"])
    assert ref is not None
    return raw_store.read(LocalBucket(corpus), ref)


def records(corpus: Path) -> list[tuple[str, str, str, str | None, bytes]]:
    """Type, target, status, truncation and payload of every record, as a standard tool reads them."""
    found = []
    for path in sorted(corpus.glob("raw/warc/**/*.warc.gz")):
        for record in ArchiveIterator(io.BytesIO(path.read_bytes())):
            told = [record.rec_headers.get_header(name) for name in ("WARC-Type", "WARC-Target-URI", "WARC-Truncated")]
            body = record.raw_stream.read()
            found.append((told[0], told[1], record.http_headers.get_statuscode(), told[2], body))
    return found


@pytest.mark.parametrize(
    ("page", "outcome"),
    [
        (Page(b"gone for good", 410, validated=False), "rejected fetch/gone"),
        (Page(b"nothing here", 404, validated=False), "rejected fetch/gone"),
        (Page(b"members only", 403, validated=False), "rejected fetch/denied"),
        (Page(b"a teapot", 418, validated=False), "rejected fetch/bad-status"),
        (Page(b"%PDF-1.7 small", headers=PDF), "rejected fetch/not-html"),
        (Page(b"down", 503, validated=False), "failed fetch/server-error"),
    ],
)
def test_a_refused_response_is_stored_as_it_came_and_its_outcome_points_to_it(site, settings, tmp_path, page, outcome):  # noqa: F811
    site.pages["/a"] = page
    run(tmp_path / "corpus", settings, site.url("/a"))
    row = row_of(tmp_path / "corpus", site.url("/a"))
    assert f"{row['outcome']} {row['stage']}/{row['reason']}" == outcome
    assert row["raw_sha256"] is None, "there are no bytes of a document"
    found = stored(tmp_path / "corpus", site.url("/a"))
    assert (found.status, found.body, found.truncated) == (page.status, page.body, None)
    assert records(tmp_path / "corpus") == [("response", site.url("/a"), str(page.status), None, page.body)]


def test_what_is_too_long_for_a_refusal_is_cut_and_said_to_be(site, tmp_path):  # noqa: F811
    site.pages |= {"/pdf": Page(b"%PDF" + b"a" * 9_000, headers=PDF), "/long": Page(b"b" * 60_000), "/told": Page(b"c" * 80_000)}
    chosen = settings_for(tmp_path, site, gap_s=0.0, max_bytes=70_000, max_decoded_bytes=50_000, max_refused_bytes=1_000)
    run(tmp_path / "corpus", chosen, *(site.url(path) for path in ("/pdf", "/long", "/told")))
    corpus = tmp_path / "corpus"
    assert {row["reason"] for row in read(corpus, "outcomes")} == {"not-html", "too-large"}
    assert (stored(corpus, site.url("/pdf")).body, stored(corpus, site.url("/pdf")).truncated) == (b"%PDF" + b"a" * 996, "length")
    assert stored(corpus, site.url("/told")).body == b"c" * 1_000
    long = stored(corpus, site.url("/long"))
    assert long.truncated == "length"
    assert 50_000 < len(long.body) <= 60_000
    assert {record[3] for record in records(corpus)} == {"length"}


def test_a_body_that_breaks_off_or_takes_too_long_is_stored_as_far_as_it_came(site, tmp_path):  # noqa: F811
    html = "Content-Type: text/html"
    site.pages["/broken"] = raw(head(html, "Content-Length: 99"), b"so far")
    site.pages["/gone"] = raw(head(html, "Content-Length: 99", status="404 Not Found"), b"so far")
    chosen = settings_for(tmp_path, site, gap_s=0.0, timeout_s=2.0)
    corpus = tmp_path / "corpus"
    run(corpus, chosen, site.url("/broken"), site.url("/gone"))
    assert (row_of(corpus, site.url("/broken"))["reason"], stored(corpus, site.url("/broken")).truncated) == (
        "broken-off",
        "disconnect",
    )
    assert stored(corpus, site.url("/broken")).body == b"so far"
    assert row_of(corpus, site.url("/gone"))["reason"] == "gone"
    import threading

    end = threading.Event()
    site.pages["/slow"] = raw(head(html, "Content-Length: 99"), b"so far", pause=lambda: end.wait(20))
    try:
        run(corpus, chosen, site.url("/slow"))
    finally:
        end.set()
    assert (row_of(corpus, site.url("/slow"))["reason"], stored(corpus, site.url("/slow")).truncated) == ("timed-out", "time")


def test_what_was_not_fetched_has_no_record(site, settings, tmp_path):  # noqa: F811
    site.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /no\n", headers={"Content-Type": "text/plain"})
    run(tmp_path / "corpus", settings, site.url("/no"), "http://127.0.0.1:1/blocked")
    assert {row["reason"]: row["raw_ref"] for row in read(tmp_path / "corpus", "outcomes")} == {
        "robots": None,
        "blocked-address": None,
    }
    assert records(tmp_path / "corpus") == []


def test_redirects_are_told_and_where_they_lead_nowhere_the_last_is_stored(site, settings, tmp_path):  # noqa: F811
    site.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /no\n", headers={"Content-Type": "text/plain"})
    site.redirect("/old", "/older")
    site.redirect("/older", "/new")
    site.pages["/new"] = Page(article(0))
    site.redirect("/round", "/round")
    site.redirect("/forbidden", "/no/page")
    corpus = tmp_path / "corpus"
    run(corpus, settings, *(site.url(path) for path in ("/old", "/round", "/forbidden")))
    page = stored(corpus, site.url("/old"))
    assert (page.url, page.redirects) == (site.url("/new"), (site.url("/old"), site.url("/older")))
    assert row_of(corpus, site.url("/round"))["reason"] == "too-many-redirects"
    assert (stored(corpus, site.url("/round")).status, len(stored(corpus, site.url("/round")).redirects)) == (302, 5)
    assert row_of(corpus, site.url("/forbidden"))["reason"] == "robots"
    assert (stored(corpus, site.url("/forbidden")).status, stored(corpus, site.url("/forbidden")).url) == (
        302,
        site.url("/forbidden"),
    )


def test_cookies_are_not_stored_and_no_credentials_either(site, settings, tmp_path):  # noqa: F811
    secret = {"Content-Type": "text/html", "Set-Cookie": "session=s3cr3t-of-ours", "X-Kept": "yes"}
    site.pages |= {"/a": Page(article(0), headers=secret), "/b": Page(b"no", 403, headers=secret, validated=False)}
    run(tmp_path / "corpus", settings, site.url("/a"), site.url("/b"))
    for path in (tmp_path / "corpus").rglob("*.*"):
        data = path.read_bytes() if path.is_file() else b""
        assert b"s3cr3t" not in (gzip.decompress(data) if path.name.endswith(".gz") else data), path
    assert ("X-Kept", "yes") in stored(tmp_path / "corpus", site.url("/b")).headers


def test_each_run_stores_what_failed_and_a_refusal_that_stays_is_stored_once(site, settings, tmp_path):  # noqa: F811
    site.pages |= {"/down": Page(b"down", 500, validated=False), "/gone": Page(b"gone", 410, validated=False)}
    urls = [site.url("/down"), site.url("/gone")]
    run(tmp_path / "corpus", settings, *urls)
    run(tmp_path / "corpus", settings, *urls)
    assert sorted(record[2] for record in records(tmp_path / "corpus")) == ["410", "500", "500"]


def test_a_refusal_is_never_cleaned_as_a_page(site, settings, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(reclean, "Judges", HereJudges)
    corpus = tmp_path / "corpus"
    site.pages |= {"/a": Page(article(0)), "/lost": Page(article(1), 404, validated=False), "/b": Page(article(2))}
    run(corpus, settings, *(site.url(path) for path in ("/a", "/lost", "/b")))
    site.pages["/b"] = Page(article(3), 403, validated=False)
    run(corpus, settings, site.url("/b"))
    made = preview(PreviewRequest(str(corpus), Selection(), None), settings)
    assert (made.selected, made.changed, made.counts["unchanged"]) == (2, 0, 2)
    refused = [row for row in outcomes(open_corpus(str(corpus)), Filters()) if row.stage == "fetch"]
    assert len(refused) == 2
    assert [clean_again(str(corpus), row, settings) for row in refused] == [None, None]
    assert {row["title"] for row in read(corpus, "documents")} == {"Long pier opens", "Small crop of plums"}
    site.pages["/b"] = Page(article(2))
    assert run(corpus, settings, site.url("/b")).unchanged == 1
    assert site.log[-1].status == 304, "it is asked for by the page that is known, not by the refusal"


def test_a_refusal_that_a_killed_run_had_stored_is_asked_for_again(site, settings, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(Owner, "is_dead", lambda _owner, _since: True)
    site.pages |= {"/a": Page(article(0)), "/lost": Page(article(1), 404, validated=False)}
    urls = [site.url("/a"), site.url("/lost")]

    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(staged, "write", dies)
        with pytest.raises(Killed):
            run(tmp_path / "corpus", settings, *urls)
    site.log.clear()
    report = run(tmp_path / "corpus", settings, *urls)
    assert site.paths() == ["/robots.txt", "/lost"]
    assert (report.inputs, report.kept, report.rejected) == (2, 1, {"fetch/gone": 1})
    assert add_up(json.loads(report.to_json()))
    assert stored(tmp_path / "corpus", site.url("/lost")).status == 404


def test_what_a_killed_run_had_stored_and_a_disk_has_damaged_is_fetched_again(site, settings, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(Owner, "is_dead", lambda _owner, _since: True)
    site.pages["/a"] = Page(article(0))

    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(staged, "write", dies)
        with pytest.raises(Killed):
            run(tmp_path / "corpus", settings, site.url("/a"))
    (segment,) = (tmp_path / "corpus").glob("raw/warc/**/*.warc.gz")
    segment.write_bytes(bytes(segment.stat().st_size))
    report = run(tmp_path / "corpus", settings, site.url("/a"))
    assert report.kept == 1
    assert any("fetched again" in message for message in report.messages)
