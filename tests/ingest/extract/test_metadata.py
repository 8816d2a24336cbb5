import json
from datetime import UTC, datetime

import pytest

from ingest.extract.html import blocks_of
from ingest.extract.metadata import Metadata, metadata_of
from ingest.extract.tree import parse

NOW = datetime(2026, 6, 1, tzinfo=UTC)
URL = "https://www.lindenpost.example/local/new-quay"
BODY = "<h1>New quay opens in Linden</h1><p>The harbour office opened a new quay on Monday.</p>"


def page(head: str = "", body: str = BODY, url: str | None = URL) -> Metadata:
    root = parse(f"<html lang=en-GB><head>{head}</head><body>{body}</body></html>")
    assert root is not None
    return metadata_of(root, blocks_of(root), url, NOW)


def ld(**node: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **node})}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


# Title


def test_the_headline_that_agrees_with_the_markup_is_the_title() -> None:
    body = "<h1>Linden Post</h1><h1>New quay opens<br>in Linden</h1><p>Text</p>"
    assert page(meta("og:title", "New quay opens in Linden | Linden Post"), body).titled == ("New quay opens in Linden", 1)


def test_the_only_headline_is_the_title_whatever_the_markup_says() -> None:
    assert page("<title>Linden Post</title>").titled == ("New quay opens in Linden", 0)


def test_without_headline_the_block_that_says_the_same_is_the_title() -> None:
    body = "<div>Menu</div><h2>New quay opens in “Linden”</h2><p>Text</p>"
    assert page('<title>New quay opens in "Linden" - Linden Post</title>', body).titled == ("New quay opens in “Linden”", 1)


def test_the_site_name_is_no_part_of_the_title() -> None:
    head = (
        meta("og:site_name", "The Daily Linden Post of the River")
        + "<title>New quay - The Daily Linden Post of the River</title>"
    )
    assert page(head, "<p>Text</p>").titled == ("New quay", None)


@pytest.mark.parametrize(
    ("head", "headings", "title"),
    [
        ("<title>New quay opens in Linden</title>", "<h1>Harbour: New quay opens in Linden</h1>", "New quay opens in Linden"),
        ("<title>New quay opens in Linden</title>", "<h1>Dec 18 2025 New quay opens in Linden</h1>", "New quay opens in Linden"),
        ("<title>New quay opens in Linden</title>", "<h1>The New quay opens in Linden</h1>", "The New quay opens in Linden"),
        (ld(headline="New quay opens in Linden"), "<h1>From Harbour New quay opens in Linden</h1>", "New quay opens in Linden"),
        ("<title>Harbour: New quay opens</title>", "<h1>Harbour: New quay opens</h1>", "Harbour: New quay opens"),
        ("", "<h1>New quay opens in Linden | Opinion</h1>", "New quay opens in Linden"),
        ("<title>GAME CHANGER | Lindenpost.example</title>", "", "GAME CHANGER"),
        ("<title>Lindenpost | A quay</title>", "", "A quay"),
        ("<title>A quay opens | Harbour News | Lindenpost</title>", "", "A quay opens"),
        (
            "<title>New quay opens in Linden | Jo&#39;s Blog</title>",
            "<h1>Jo's Blog</h1><h2>New quay opens in Linden</h2>",
            "New quay opens in Linden",
        ),
        (
            "<title>A quay: its tale - Old Harbour Tales</title>",
            "<h1>Ships of old</h1><h1>A quay: its tale</h1>",
            "A quay: its tale",
        ),
        (
            "<title>A long list of all shrines - The Great Legend of the Tower: Tears of the Kingdom</title>",
            "<h1>Maps</h1><h1>A long list of all shrines</h1>",
            "A long list of all shrines",
        ),
        (
            ld(headline="Quay: a new one opens") + "<title>New quay opens</title>",
            "<h1>New quay opens</h1><h2>Quay: a new one opens</h2>",
            "Quay: a new one opens",
        ),
        (ld(headline="Jo&#39;s new quay opens"), "", "Jo's new quay opens"),
    ],
)
def test_the_title_is_the_headline_alone(head: str, headings: str, title: str) -> None:
    assert page(head, headings + "<p>The harbour office opened it on Monday.</p>").titled[0] == title


def test_dates_are_read_beside_a_headline_with_a_kicker() -> None:
    body = "<h1>Harbour: New quay opens in Linden</h1><p>5 March 2024</p>"
    found = page("<title>New quay opens in Linden</title>", body)
    assert found.titled == ("New quay opens in Linden", None)
    assert found.dates.published == (datetime(2024, 3, 5, tzinfo=UTC), "day")


def test_a_page_that_names_no_title_has_none() -> None:
    assert page("", "<p>Text</p>").titled == (None, None)


# Authors


@pytest.mark.parametrize(
    ("head", "body", "authors"),
    [
        (
            ld(author=[{"@type": "Person", "name": "Mara Quint"}, {"@type": "Person", "name": "Jo van Dale"}]),
            BODY,
            ("Mara Quint", "Jo van Dale"),
        ),
        (ld(author={"@type": "Person", "name": "By Mara Quint and Jo Dale"}), BODY, ("Mara Quint", "Jo Dale")),
        (ld(author=[{"@type": "Organization", "name": "Linden Post"}]) + meta("author", "Von Mara Quint"), BODY, ("Mara Quint",)),
        (meta("author", "Mara Quint, MARA QUINT, Linden Post") + meta("og:site_name", "Linden Post"), BODY, ("Mara Quint",)),
        (meta("article:author", "https://social.example/mara"), BODY + "<p>By Mara Quint</p>", ("Mara Quint",)),
        (meta("author", "Mara Quint Associated Press"), BODY, ("Mara Quint",)),
        ("", BODY + "<a rel=author href=/m>Mara Quint</a>", ("Mara Quint",)),
        (meta("author", "Harbour Press Agency"), BODY, ("Harbour Press Agency",)),
        (meta("author", "Linden Post") + meta("og:site_name", "Linden Post Staff"), BODY, ("Linden Post",)),
        (meta("author", "Lindenpost") + meta("og:site_name", "Lindenpost"), BODY, ("Lindenpost",)),
        (ld(author={"@type": "Organization", "name": "Lindenpost"}), BODY + "<p>By Mara Quint</p>", ("Mara Quint",)),
        (ld(author={"@type": "Organization", "name": "dpa"}), BODY + "<span class=byline>Jo Dale</span>", ("dpa",)),
        (meta("author", "info@lindenpost.example"), BODY, ()),
        ("", BODY + "<p>By the time the quay was built, Mara Quint had moved.</p>", ()),
    ],
)
def test_authors_are_the_people_that_the_page_credits(head: str, body: str, authors: tuple[str, ...]) -> None:
    assert page(head, body).authors == authors


H1 = "<h1>New quay opens in Linden</h1>"
TEXT = "<p>The harbour office opened a new quay on Monday.</p>"


@pytest.mark.parametrize(
    ("head", "body", "authors"),
    [
        (meta("author", "Mara Quint | The Linden Post"), BODY, ("Mara Quint",)),
        (meta("author", "Mara Quint, RDN, CPT"), BODY, ("Mara Quint",)),
        (meta("author", "Mara Quint PhD"), BODY, ("Mara Quint",)),
        (meta("author", "Mara Quint, Senior Harbour Reporter"), BODY, ("Mara Quint",)),
        (ld(author="Ma&#769;ra O&#39;Quint"), BODY, ("Ma\u0301ra O'Quint",)),
        ("", H1 + "<div>ByMara Quint</div>" + TEXT, ("Mara Quint",)),
        ("", H1 + "<p>By Mara Quint March 5, 2024 4 Comments</p>" + TEXT, ("Mara Quint",)),
        ("", H1 + "<p>March 5, 2024 By Mara Quint 4 Comments</p>" + TEXT, ("Mara Quint",)),
        ("", H1 + "<p>By Mara QuintMarch 5, 2024</p>" + TEXT, ("Mara Quint",)),
        ("", H1 + "<p>5. März 2024 • Mara Quint • 3 Minuten</p>" + TEXT, ("Mara Quint",)),
        ("", H1 + "<p>Written by Mara Quint. Medically reviewed by Jo Dale</p>" + TEXT, ("Mara Quint",)),
        ("", H1 + "<div class=author-box><span>Mara Quint</span><span>Head of Harbours</span></div>" + TEXT, ("Mara Quint",)),
        ("", H1 + "<p>The Linden Team</p>" + TEXT, ("The Linden Team",)),
        ("", H1 + "<p>by marina · Dec 20, 2025 at 3:00 am</p>" + TEXT, ("marina",)),
        ("", H1 + TEXT + "<div class=comment-author>Mara Quint</div><div class=comments><a rel=author>Jo Dale</a></div>", ()),
        ("", H1 + TEXT * 9 + "<div class=teaser><p class=author>Mara Quint</p></div>", ()),
        ("", H1 + "<p>College Football</p><p>5 March 2024</p>" + TEXT, ()),
        ("", H1 + "<ul class=authorities><li>Harbour Board</ul>" + TEXT, ()),
    ],
)
def test_a_byline_names_people_without_roles_dates_and_outlets(head: str, body: str, authors: tuple[str, ...]) -> None:
    assert page(head, body).authors == authors


def test_the_byline_settles_whom_markup_leaves_out_or_adds() -> None:
    one = ld(author=[{"@type": "Person", "name": "Mara Quint"}])
    two = ld(author=[{"name": "Mara Quint"}, {"name": "Jo Dale"}])
    assert page(one, H1 + "<p>By Mara Quint and Jo Dale</p>" + TEXT).authors == ("Mara Quint", "Jo Dale")
    assert page(one, H1 + "<p>By Mara Quint, Harbour Gazette</p>" + TEXT).authors == ("Mara Quint",)
    assert page(two + meta("author", "Mara Quint"), H1 + "<p>By Mara Quint</p>" + TEXT).authors == ("Mara Quint",)
    assert page(two, H1 + "<p>By Mara Quint</p>" + TEXT).authors == ("Mara Quint", "Jo Dale")


def test_an_author_named_elsewhere_in_the_graph_is_found() -> None:
    graph = {"@graph": [{"@type": "Article", "author": {"@id": "#m"}}, {"@type": "Person", "@id": "#m", "name": "Mara Quint"}]}
    assert page(f'<script type="application/ld+json">{json.dumps(graph)}</script>').authors == ("Mara Quint",)


# Dates


@pytest.mark.parametrize(
    ("head", "body", "moment", "precision"),
    [
        (ld(datePublished="2024-03-05T10:30:15+02:00"), BODY, datetime(2024, 3, 5, 8, 30, 15, tzinfo=UTC), "second"),
        (meta("article:published_time", "2024-03-05T08:30Z"), BODY, datetime(2024, 3, 5, 8, 30, tzinfo=UTC), "minute"),
        (meta("date", "5 March 2024"), BODY, datetime(2024, 3, 5, tzinfo=UTC), "day"),
        ("", BODY + '<time itemprop="datePublished" datetime="2024-03-05">then</time>', datetime(2024, 3, 5, tzinfo=UTC), "day"),
        ("", BODY + "<p>Veröffentlicht am 5. März 2024</p>", datetime(2024, 3, 5, tzinfo=UTC), "day"),
        ("", BODY + "<p>5 March 2024 Updated: 7 March 2024</p>", datetime(2024, 3, 5, tzinfo=UTC), "day"),
    ],
)
def test_the_day_of_publication_is_read_with_its_precision(head: str, body: str, moment: datetime, precision: str) -> None:
    assert page(head, body).dates.published == (moment, precision)


@pytest.mark.parametrize(
    ("head", "body", "url", "source"),
    [
        (ld(datePublished="2024-03-05") + meta("article:published_time", "2024-03-06"), BODY, URL, "json-ld"),
        (meta("article:published_time", "2024-03-06"), BODY + "<time pubdate>2024-03-05</time>", URL, "meta"),
        ("", BODY + "<time pubdate datetime=2024-03-05>Tuesday</time>", f"{URL}/2024/03/06/", "time-element"),
        ("", "<h1>New quay opens in Linden</h1><p>5 March 2024</p><p>It opened.</p>", f"{URL}/2024/03/06/", "text"),
        ("", BODY, f"{URL}/2024/03/06/quay", "url"),
        ("", BODY + "<p>It opened.</p>" * 20 + "<p><time datetime=2024-03-05>Tuesday</time></p>", URL, "search"),
        ("", BODY, URL, None),
    ],
)
def test_a_date_tells_where_it_is_known_from(head: str, body: str, url: str, source: str | None) -> None:
    dates = page(head, body, url).dates
    assert dates.source == source
    assert (dates.published is None) == (source is None)


def test_the_url_tells_the_day_where_the_page_does_not() -> None:
    assert page(url="https://lindenpost.example/2024/mar/05/new-quay").dates.published == (
        datetime(2024, 3, 5, tzinfo=UTC),
        "day",
    )


def test_a_date_of_change_never_becomes_the_date_of_publication() -> None:
    found = page(meta("article:modified_time", "2024-03-07T08:30:00Z"), BODY + "<p>Last updated: 7 March 2024</p>").dates
    assert found.published is None
    assert found.modified == (datetime(2024, 3, 7, 8, 30, tzinfo=UTC), "second")


def test_a_stamp_of_change_beside_the_headline_is_the_date_of_change() -> None:
    found = page("", BODY + "<p>By Ana Dorrit · Updated May 6, 2025</p>").dates
    assert (found.published, found.modified) == (None, (datetime(2025, 5, 6, tzinfo=UTC), "day"))


@pytest.mark.parametrize(
    "line", ["Last updated: 6 May 2025", "Page last modified May 6, 2025", "Zuletzt aktualisiert am 6. Mai 2025"]
)
def test_a_line_at_the_end_may_tell_the_last_change(line: str) -> None:
    found = page("", BODY + "<p>It opened.</p>" * 20 + f"<p>{line}</p>").dates
    assert found.modified == (datetime(2025, 5, 6, tzinfo=UTC), "day")
    assert page("", BODY + "<p>It opened.</p>" * 20 + "<p>Rules updated 6 May 2025</p>").dates.modified is None


def test_a_change_long_before_publication_is_none() -> None:
    day = {"datePublished": "2024-03-05T08:00:00Z"}
    assert page(ld(**day, dateModified="2024-03-02T08:00:00Z")).dates.modified is None
    late = page(ld(**day, dateModified="2024-03-05T03:00:00Z")).dates.modified
    assert late == (datetime(2024, 3, 5, 3, tzinfo=UTC), "second")


def test_american_hosts_write_the_month_first() -> None:
    body = BODY + "<p>Published 6/2/2025</p>"
    assert page("", body, "https://harbours.linden.gov/quay").dates.published == (datetime(2025, 6, 2, tzinfo=UTC), "day")
    assert page("", body).dates.published == (datetime(2025, 2, 6, tzinfo=UTC), "day")


def test_a_numeric_date_is_read_as_the_stamp_beside_the_headline_spells_it() -> None:
    found = page(meta("article:published_time", "03-09-2026"), BODY + "<p>Published March 9, 2026</p>").dates
    assert found.published == (datetime(2026, 3, 9, tzinfo=UTC), "day")


def test_no_date_lies_in_the_future() -> None:
    head = ld(datePublished="2027-01-01", dateModified="2027-01-02")
    found = page(head, BODY + "<p>1 January 2027</p>", "https://lindenpost.example/2027/01/01/x").dates
    assert (found.published, found.modified) == (None, None)


def test_a_date_in_a_sentence_of_the_text_is_not_the_date_of_the_page() -> None:
    body = BODY + "<p>The old quay had been closed to all ferries since 5 March 2004, when a storm tore away its lamps.</p>"
    published = page("", body).dates.published
    assert published is None or published[0].year != 2004


# Section and access


def crumbs(*steps: tuple[str, str]) -> str:
    items = [{"@type": "ListItem", "position": at, "item": {"@id": url, "name": name}} for at, (name, url) in enumerate(steps, 1)]
    return f'<script type="application/ld+json">{json.dumps({"@type": "BreadcrumbList", "itemListElement": items})}</script>'


ROOT = "https://www.lindenpost.example"


@pytest.mark.parametrize(
    ("head", "section"),
    [
        (meta("article:section", "Harbour") + ld(articleSection="Town"), "Harbour"),
        (ld(articleSection=["Town", "News"]) + meta("og:section", "Harbour"), "Town"),
        (meta("og:section", "Harbour"), "Harbour"),
        (meta("parsely-section", "news|harbour"), "news"),
        (meta("article:section", "Uncategorized") + ld(articleSection="Town"), "Town"),
        (ld(articleSection=["quay", "ferry", "tower", "clock"]), None),
        (crumbs(("Home", f"{ROOT}/"), ("Harbour", f"{ROOT}/harbour"), ("New quay opens in Linden", URL)), "Harbour"),
        (crumbs(("Home", ROOT), ("2024", f"{ROOT}/2024"), ("New quay opens in Linden", URL)), None),
        (crumbs(("Home", "http://[")), None),
        (
            f'<script type="application/ld+json">{json.dumps({"@type": "BreadcrumbList", "itemListElement": [1, {"item": 2}]})}</script>',
            None,
        ),
    ],
)
def test_the_section_is_what_markup_or_the_breadcrumbs_name(head: str, section: str | None) -> None:
    assert page(head).section == section


@pytest.mark.parametrize(
    ("head", "access"),
    [
        (ld(isAccessibleForFree=True), "free"),
        (ld(isAccessibleForFree="False"), "paywalled"),
        (ld(isAccessibleForFree="http://schema.org/False"), "paywalled"),
        (ld(isAccessibleForFree=False) + meta("article:content_tier", "metered"), "metered"),
        (ld(isAccessibleForFree=True) + meta("article:content_tier", "metered"), "free"),
        (ld(hasPart={"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".pay"}), "paywalled"),
        (ld(isAccessibleForFree=True, hasPart=[{"isAccessibleForFree": False}]), "free"),
        (ld(isAccessibleForFree="who knows") + meta("article:content_tier", "locked"), "paywalled"),
        (meta("article:content_tier", "free"), "free"),
        (meta("article:content_tier", "metered"), "metered"),
        (meta("article:content_tier", "article"), "unknown"),
        ('<meta itemprop="isAccessibleForFree" content="true">', "free"),
        ("<meta name=k5a:paid content=1>", "paywalled"),
        ("<meta name=lp:premium content=false>", "free"),
        ("", "unknown"),
    ],
)
def test_access_is_what_markup_says(head: str, access: str) -> None:
    assert page(head, BODY + "<div class=paywall>Subscribe</div>").access == access


def test_access_of_the_article_counts_before_that_of_its_page() -> None:
    web = f'<script type="application/ld+json">{json.dumps({"@type": "WebPage", "isAccessibleForFree": False})}</script>'
    assert page(web + ld(isAccessibleForFree=True)).access == "free"
    assert page(web + ld()).access == "paywalled"


def test_the_agency_is_read_with_the_authors() -> None:
    found = page(ld(author=[{"@type": "Person", "name": "Mara Quint"}, {"@type": "Organization", "name": "Associated Press"}]))
    assert (found.authors, found.agency) == (("Mara Quint",), "AP")


# The rest


def test_the_canonical_link_is_resolved() -> None:
    assert page('<link rel="canonical" href="/local/quay">').url == "https://www.lindenpost.example/local/quay"


@pytest.mark.parametrize(
    "href", ["javascript:void(0)", "https://www.lindenpost.example/", "http://[broken", "mailto:a@b.example"]
)
def test_a_canonical_link_that_cannot_be_meant_is_passed_over(href: str) -> None:
    assert page(f'<link rel="canonical" href="{href}">').url is None


def test_section_language_licence_and_access_are_read() -> None:
    found = page(ld(articleSection=["Local", "Harbour"], isAccessibleForFree="False") + '<link rel="license" href="/licence">')
    assert (found.section, found.html_lang, found.licence_url, found.access, found.page_type) == (
        "Local",
        "en-GB",
        "https://www.lindenpost.example/licence",
        "paywalled",
        "article",
    )


def test_opt_outs_of_every_robot_are_collected() -> None:
    claims = {"robots": "index, NoAI", "otherbot": "noimageai", "tdm-reservation": "1"}
    head = "".join(f'<meta name="{name}" content="{content}">' for name, content in claims.items())
    assert page(head).opt_outs == ("noai", "noimageai", "tdm-reservation")


def test_a_page_that_says_nothing_of_its_kind_has_none() -> None:
    found = [page(head).page_type for head in ("", meta("og:type", "website"), meta("og:type", "product"))]
    assert found == [None, None, "product"]


@pytest.mark.parametrize(
    "script", ["{broken", "[[[[", '{"@type": 3, "author": 4, "headline": {"a": 1}, "datePublished": []}', "null", "17"]
)
def test_json_that_is_broken_or_odd_is_passed_over(script: str) -> None:
    assert page(f'<script type="application/ld+json">{script}</script>').titled == ("New quay opens in Linden", 0)
