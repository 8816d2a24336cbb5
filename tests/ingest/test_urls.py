import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.urls import canonical_url, site_of


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("HTTPS://News.Example:443/Story?b=2&a=1#top", "https://news.example/Story?a=1&b=2"),
        ("http://news.example/story/", "https://news.example/story"),
        ("http://news.example:80", "https://news.example/"),
        ("https://news.example:8443/a", "https://news.example:8443/a"),
        ("https://news.example/a?utm_source=x&fbclid=y&id=3&GCLID=z", "https://news.example/a?id=3"),
        ("https://news.example/a?tag=2&tag=1", "https://news.example/a?tag=2&tag=1"),
        ("https://news.example/%7Euser/%c3%a4?q=%41", "https://news.example/~user/%C3%A4?q=A"),
        ("https://news.example/ä b", "https://news.example/%C3%A4%20b"),
        ("https://news.example/a/../b/./c", "https://news.example/b/c"),
        ("https://news.example/%2e%2e/%2e%2e/etc", "https://news.example/etc"),
        ("https://news.example/100%", "https://news.example/100%25"),
        ("https://news.example/a;jsessionid=1F?x=1", "https://news.example/a?x=1"),
        ("https://user:secret@news.example/a", "https://news.example/a"),
        ("https://good.example\\@evil.example/", "https://good.example/@evil.example"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://news。example./a", "https://news.example/a"),
        ("https://[2001:DB8:0::1]:80/a", "https://[2001:db8::1]/a"),
        ("  ht\ntps://news.example/a\t", "https://news.example/a"),
        ("https://news.example//a", "https://news.example//a"),
        ("https://news.example/a?", "https://news.example/a"),
    ],
)
def test_the_key_folds_spellings_of_one_address(url, key):
    assert canonical_url(url) == key


@pytest.mark.parametrize(
    "url",
    [
        *("", "news.example/a", "//news.example/a", "ftp://news.example/a", "file:///etc/passwd", "javascript:alert(1)"),
        *(
            "https://",
            "https:news.example",
            "https://..example/",
            "https://news.example:99999/",
            "https://news.example:x/",
            "http://[::1",
        ),
        *("https://news example/", f"https://{'a' * 64}.example/", f"https://{'a.' * 150}example/", "http://[::1]x/"),
    ],
)
def test_what_is_no_web_address_has_no_key(url):
    assert canonical_url(url) is None
    assert site_of(url) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://news.example/A", "https://news.example/a"),
        ("https://www.news.example/a", "https://news.example/a"),
        ("https://news.example/a?id=1", "https://news.example/a?id=2"),
        ("https://news.example/a?id=1", "https://news.example/a"),
        ("https://news.example/a%2Fb", "https://news.example/a/b"),
        ("https://news.example/?p=a%26b", "https://news.example/?p=a&b"),
    ],
)
def test_different_pages_keep_different_keys(one, other):
    assert canonical_url(one) != canonical_url(other)


ADDRESSES = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["http://", "https://"]), st.text(max_size=12), st.sampled_from(["/", "?", "/a?", ":80/"]), st.text()
    ),
)


@given(st.one_of(st.text(), ADDRESSES, st.text(alphabet="%2Ee./?&=a#:\\@[]ä\ud800").map("https://n.example/".__add__)))
def test_the_key_of_a_key_is_itself_and_nothing_raises(url):
    key = canonical_url(url)
    if key is not None:
        assert canonical_url(key) == key
        assert key.isascii()
        assert site_of(url)


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.news.example/a", "news.example"),
        ("https://m.news.example", "news.example"),
        ("https://amp.www.news.example", "news.example"),
        ("https://sport.news.example", "sport.news.example"),
        ("https://m.example", "m.example"),
        ("https://amp.example:8080", "amp.example"),
    ],
)
def test_a_site_is_the_host_without_its_dress(url, site):
    assert site_of(url) == site
