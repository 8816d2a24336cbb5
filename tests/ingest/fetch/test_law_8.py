"""Law 8: no fetch leaves for a non-public address or against robots.txt; the gap per host holds across restarts.

Sites, rules and redirects are drawn at random; what was asked for is read from the sites' own logs.
"""

import tempfile

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.fetch.config import FetchConfig
from ingest.fetch.fetcher import Fetcher
from ingest.fetch.verdict import Order
from tests.loopback import Page, Site, article, serving

GAP_S = 0.03
PATHS = ("/a", "/b", "/open/a", "/open/b", "/closed/a", "/closed/b")
PREFIXES = ("/", "/a", "/open", "/closed", "/closed/b")
HOSTS = ("one", "two", "inner")

robots = st.lists(st.tuples(st.sampled_from(["Allow", "Disallow"]), st.sampled_from(PREFIXES)), max_size=4)
places = st.tuples(st.sampled_from(HOSTS), st.sampled_from(PATHS))
redirects = st.dictionaries(places, places, max_size=8)


def is_allowed(rules: list[tuple[str, str]], path: str) -> bool:
    """RFC 9309, section 2.2.2, for prefixes: the longest match decides, of two as long `Allow`."""
    matches = [(len(prefix), kind == "Allow") for kind, prefix in rules if path.startswith(prefix)]
    return max(matches)[1] if matches else True


@settings(max_examples=25, deadline=None)
@given(rules=st.fixed_dictionaries({"one": robots, "two": robots}), leads=redirects)
def test_law_8(rules, leads):
    with (
        serving("127.0.0.2") as one,
        serving("127.0.0.3") as two,
        serving("127.0.0.4") as inner,
        tempfile.TemporaryDirectory() as state,
    ):
        sites: dict[str, Site] = {"one": one, "two": two, "inner": inner}
        for name, site in sites.items():
            site.pages = {path: Page(article(number)) for number, path in enumerate(PATHS)}
            lines = ["User-agent: *", *(f"{kind}: {prefix}" for kind, prefix in rules.get(name, []))]
            site.pages["/robots.txt"] = Page("\n".join(lines).encode())
        for (name, path), (other, there) in leads.items():
            sites[name].redirect(path, sites[other].url(there))
        config = FetchConfig("a@b.example", gap_s=GAP_S, allow_hosts=(one.authority, two.authority), state_folder=state)
        orders = [Order("s", f"{name}{path}", site.url(path)) for name, site in sites.items() for path in PATHS]
        for part in (orders[::2], orders[1::2]):
            with Fetcher(config) as fetcher:
                assert {order for order, _ in fetcher.fetch(part)} == set(part)
        assert inner.connections == 0
        for name in ("one", "two"):
            asked = sites[name].paths()
            assert [path for path in asked if path != "/robots.txt" and not is_allowed(rules[name], path)] == []
            assert not asked or asked[0] == "/robots.txt"
            assert min(sites[name].gaps(), default=GAP_S) >= GAP_S - 0.01
