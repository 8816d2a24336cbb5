"""Which kind of page it is, by markup, address and structure; invented pages."""

import json

import pytest
from lxml import html as lxml_html

from ingest.extract.head import head_of
from ingest.extract.html import blocks_of
from ingest.extract.jsonld import nodes_of
from ingest.extract.pagetype import page_type_of

PROSE = "<p>The tide mill of Saltmarsh Cross opens to visitors on Saturday, nine years after a storm tore out its gates.</p>" * 4
CARDS = "".join(f'<div class="card"><h3><a href="/{n}">Ferry news item number {n} of this week</a></h3></div>' for n in range(14))
POSTS = "".join(
    f'<div class="comment"><div><time class="posted">{n} May</time></div><p>My boat leaks too, and tar did not help at all.</p></div>'
    for n in range(5)
)
FIGURES = "".join(
    f"<figure><img src='{n}.jpg'><figcaption>The mill at low water, view {n}</figcaption></figure>" for n in range(8)
)
ENTRIES = "".join(
    f'<section class="live-blog"><time class="date">14:0{n}</time><p>Gates are open.</p></section>' for n in range(6)
)
CODE = "<pre>pip install tide\ntide open --gate 1\ntide close\ntide status --all\ntide gates list --long</pre>"


def ld(*kinds: str) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps({"@type": kind})}</script>' for kind in kinds)


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def kind(head: str = "", body: str = PROSE, url: str = "https://saltmarsh.example/mill-opens") -> str | None:
    root = lxml_html.document_fromstring(f"<html><head>{head}</head><body><main>{body}</main></body></html>")
    return page_type_of(root, blocks_of(root), head_of(root), nodes_of(root), url)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["NewsArticle"], "article"),
        (["LiveBlogPosting"], "live-blog"),
        (["NewsArticle", "LiveBlogPosting"], "live-blog"),
        (["ImageGallery"], "gallery"),
        (["MediaGallery", "NewsArticle"], "article"),
        (["NewsArticle", "VideoObject", "FAQPage"], "article"),
        (["Recipe", "Article"], "article"),
        (["TechArticle"], "documentation"),
        (["APIReference"], "documentation"),
        (["DiscussionForumPosting"], "forum"),
        (["QAPage"], "forum"),
        (["FAQPage"], "faq"),
        (["ProfilePage"], "profile"),
        (["Product"], "product"),
        (["CollectionPage"], "listing"),
        (["NewsArticle"] * 5, "listing"),
    ],
)
def test_json_ld_says_it(kinds, expected) -> None:
    assert kind(ld(*kinds)) == expected


def test_news_sites_that_call_their_articles_technical_are_believed_by_open_graph() -> None:
    assert kind(ld("TechArticle") + meta("og:type", "article")) == "article"


def test_a_review_is_an_article_though_it_names_its_product() -> None:
    assert kind(ld("Product") + meta("og:type", "article")) == "article"


def test_a_brief_among_many_links_is_no_listing() -> None:
    brief = "<p>" + "The gates of the tide mill stay shut on Monday. " * 3 + "</p>"
    assert kind(body=CARDS * 3 + brief, url="https://saltmarsh.example/event-7") is None


@pytest.mark.parametrize(
    ("claim", "expected"), [("article", "article"), ("video.other", "video"), ("profile", "profile"), ("website", None)]
)
def test_open_graph_says_it(claim, expected) -> None:
    assert kind(meta("og:type", claim)) == expected


def test_a_price_in_the_head_is_a_products() -> None:
    assert kind(meta("product:price:amount", "12.00")) == "product"


@pytest.mark.parametrize(
    ("software", "expected"), [("Docusaurus v3", "documentation"), ("Discourse 3.2", "forum"), ("Ghost 5", None)]
)
def test_the_software_says_it(software, expected) -> None:
    assert kind(f'<meta name="generator" content="{software}">') == expected


def test_microdata_says_it() -> None:
    one = '<div itemscope itemtype="https://schema.org/Product">A pump</div>'
    assert (kind(body=PROSE + one), kind(body=PROSE + one * 5)) == ("product", "listing")
    assert kind(body=f'<div itemscope itemtype="http://schema.org/NewsArticle">{PROSE}</div>') == "article"


@pytest.mark.parametrize(
    ("url", "body", "expected"),
    [
        ("https://forum.saltmarsh.example/threads/leaking-boat.7", POSTS, "forum"),
        ("https://saltmarsh.example/forum/leaking-boat", POSTS, "forum"),
        ("https://saltmarsh.example/forum/leaking-boat", PROSE, None),
        ("https://saltmarsh.example/galerie/mill", FIGURES, "gallery"),
        ("https://saltmarsh.example/mill", FIGURES, None),
        ("https://saltmarsh.example/live/gates", ENTRIES, "live-blog"),
        ("https://saltmarsh.example/category/ferries/", CARDS, "listing"),
        ("https://saltmarsh.example/category/ferries/", PROSE + PROSE + CARDS[:400], None),
        ("https://saltmarsh.example/", CARDS, "listing"),
        ("https://saltmarsh.example/ferries", CARDS, "listing"),
        ("https://docs.saltmarsh.example/gates", PROSE, "documentation"),
        ("https://saltmarsh.example/tide", "<p>How to use tide.</p>" + CODE, "documentation"),
        ("http://[broken", PROSE, None),
    ],
)
def test_where_markup_is_silent_address_and_structure_decide_cautiously(url, body, expected) -> None:
    assert kind(body=body, url=url) == expected


def test_an_article_is_one_whatever_its_address_and_links() -> None:
    for url in ("https://forum.saltmarsh.example/threads/1", "https://saltmarsh.example/category/ferries/"):
        assert kind(ld("NewsArticle"), CARDS + POSTS, url) == "article"
