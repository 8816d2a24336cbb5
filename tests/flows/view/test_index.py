"""The index in a real browser: search and filters over 20,000 documents, from a file."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from flows.view.index import IndexPage, Row, RunRow, index_page
from flows.view.pages import Place
from flows.view.plots import Part, Stack

pytestmark = pytest.mark.slow

COUNT = 20_000
KEYSTROKE_WITHIN_MS = 300
"""Measured: 65 to 105 on two busy cores. A person notices from 100 on; the rest is for machines that do something else."""
TYPED = """async (text) => {
  const q = document.getElementById("q"), began = performance.now();
  q.value = text;
  q.dispatchEvent(new Event("input"));
  document.body.getBoundingClientRect();
  await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
  return performance.now() - began;
}"""


def row(number: int) -> Row:
    refused = number % 50 == 7
    return Row(
        id=f"{number:032x}",
        title="" if refused else f"{'Café' if number % 1000 == 3 else 'Harbour'} story number {number}",
        name=f"desk/{number}.html",
        site=f"site-{number % 300}.example",
        language=("en", "de", "fr")[number % 3],
        outcome="rejected" if refused else "kept",
        reasons=["quality/too-short"] if refused else ["navigation", "share"] if number % 2 else [],
        runs=["20260304T120000-00000001", "20260305T120000-00000002"] if number % 20 == 0 else ["20260304T120000-00000001"],
        flags=["mojibake"] if number == 42 else [],
        kept=0 if refused else number,
        cut=0 if refused else 7,
        published_at=datetime(2026, 3, 1 + number % 28, tzinfo=UTC),
        n_versions=1 + (number % 20 == 0),
    )


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Path:
    rows = [row(number) for number in range(COUNT)]
    run = RunRow("20260304T120000-00000001", "4 March 2026", Stack("inputs", [Part("kept", COUNT, "kept")]), "committed", "kept")
    path = tmp_path_factory.mktemp("index") / "index.html"
    path.write_text(index_page(IndexPage("news", [], rows, [run], Place("", "./news", {each.id for each in rows}))), "utf-8")
    return path


class Reader:
    """Somebody at the index."""

    def __init__(self, page) -> None:
        self.page = page

    def type(self, text: str) -> float:
        """Milliseconds until the list is drawn anew."""
        return self.page.evaluate(TYPED, text)

    def choose(self, name: str, value: str) -> None:
        self.page.get_by_label(name, exact=True).select_option(value)

    @property
    def count(self) -> str:
        return self.page.locator("#count").inner_text()

    @property
    def titles(self) -> list[str]:
        return self.page.locator(".row .t").all_inner_texts()


@pytest.fixture
def reader(browser, index: Path):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text))
    page.on("request", lambda request: None if request.url.startswith(index.as_uri()) else wrong.append(request.url))
    page.goto(index.as_uri())
    yield Reader(page)
    page.close()
    assert wrong == []


def test_only_what_is_in_sight_is_drawn(reader: Reader) -> None:
    assert reader.count == "20,000 documents and refused inputs"
    assert 10 < reader.page.locator(".row").count() < 60
    reader.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    reader.page.get_by_text("Harbour story number 19999").wait_for()
    assert reader.page.locator(".row").count() < 60


def test_a_keystroke_is_answered_at_once(reader: Reader) -> None:
    spent = [reader.type(text) for text in ("h", "ha", "harbour", "harbour 1", "story 99", "zzz", "")]
    assert sorted(spent)[len(spent) // 2] < KEYSTROKE_WITHIN_MS, spent


def test_titles_names_and_ids_are_found_without_regard_to_case_and_accents(reader: Reader) -> None:
    reader.type("CAFE number 1003")
    assert reader.titles == ["Café story number 1003", "Café story number 11003"]
    reader.type("desk/7.html")
    assert reader.titles == ["desk/7.html"]
    reader.type(f"{4242:032x}")
    assert reader.titles == ["Harbour story number 4242"]
    reader.type("nothing has this")
    assert (reader.titles, reader.count) == ([], "0 of 20,000")


@pytest.mark.parametrize(
    ("name", "value", "count"),
    [
        ("Site", "site-7.example", 67),
        ("Language", "de", 6667),
        ("Outcome", "rejected", 400),
        ("Reason", "quality/too-short", 400),
        ("Run", "20260305T120000-00000002", 1000),
        ("Flag", "mojibake", 1),
    ],
)
def test_each_filter_leaves_what_it_names(reader: Reader, name: str, value: str, count: int) -> None:
    reader.choose(name, value)
    assert reader.count == f"{count:,} of 20,000"


def test_filters_and_search_hold_together_and_reset_frees_all(reader: Reader) -> None:
    reader.choose("Language", "de")
    reader.choose("Order", "long")
    reader.type("harbour 1999")
    assert reader.titles[0] == "Harbour story number 19999"
    found = [
        each for each in map(row, range(COUNT)) if "1999" in f"{each.name} {each.id}" and each.title and each.language == "de"
    ]
    assert reader.count == f"{len(found)} of 20,000"
    reader.page.get_by_role("button", name="Reset").click()
    assert reader.count == "20,000 documents and refused inputs"


def test_the_address_keeps_what_was_asked_for(reader: Reader, index: Path) -> None:
    reader.choose("Site", "site-7.example")
    reader.page.wait_for_url("**#site=site-7.example")
    reader.page.reload()
    assert reader.count == "67 of 20,000"
    reader.page.goto(f"{index.as_uri()}#run=20260305T120000-00000002&q=story+20")
    expect(reader.page.locator("#q")).to_have_value("story 20")
    expect(reader.page.locator("#count")).to_contain_text(" of 20,000")
    reader.page.goto(f"{index.as_uri()}#site=nowhere.example")
    expect(reader.page.locator("#count")).to_contain_text("20,000 documents")


def test_a_row_leads_to_its_page(reader: Reader) -> None:
    reader.type("desk/4242.html")
    (link,) = reader.page.locator(".row").all()
    assert link.get_attribute("href") == f"documents/00/{4242:032x}.html"
