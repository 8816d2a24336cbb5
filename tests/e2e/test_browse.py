"""The viewer as a person meets it: a folder of pages, opened in a real browser without a server.

With WINNOW_PICTURES naming a folder, the pages are photographed into it: `docs/pictures/` is made so.
"""

import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pages(root: Path, winnow, ingest, tmp_path_factory) -> Path:
    """The pages of the seeds."""
    folder = tmp_path_factory.mktemp("browse")
    ingest(root / "seeds", "--into", folder / "seeds-corpus")
    done = winnow("browse", "-o", "pages", "--corpus", "./seeds-corpus", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "26 documents and 1 runs" in done.stdout
    return folder / "pages"


@pytest.fixture
def page(browser):
    opened = browser.new_page(viewport={"width": 1180, "height": 1180}, device_scale_factor=1.5)
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: asked.append(str(error)))
    yield opened
    opened.close()
    assert [url for url in asked if not url.startswith("file://")] == []


def photograph(page, name: str, height: int) -> None:
    folder = os.environ.get("WINNOW_PICTURES")
    if folder:
        page.set_viewport_size({"width": 1180, "height": height})
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_a_documents_own_page_unfolds_why(page, pages: Path, winnow) -> None:
    done = winnow("inspect", "tide-machine.html", "-o", "why.html", "--corpus", "./seeds-corpus", cwd=pages.parent)
    assert done.returncode == 0, done.stderr
    page.goto((pages.parent / "why.html").as_uri())
    assert page.locator(".why:visible").count() == 0
    for row in (page.locator(".b.cut").nth(11), page.locator(".b.kept").first):
        row.locator(".score").click()
        assert row.locator(".why li").count() == 3
    assert page.locator(".why:visible").count() == 2
    photograph(page, "inspect-why", 1280)


def test_from_the_index_to_a_document_its_copy_and_its_run(page, pages: Path) -> None:
    page.goto((pages / "index.html").as_uri())
    page.get_by_text("26 documents and refused inputs").wait_for()
    page.get_by_label("Order", exact=True).select_option("cut")
    photograph(page, "browse-index", 810)
    page.get_by_label("Search titles, file names and ids").fill("BRASS machine")
    page.get_by_role("listitem").first.click()
    page.locator("h1").get_by_text("Museum starts up brass machine").wait_for()
    assert page.locator(".b.cut").count() > 10
    assert len(set(page.locator(".b .chip b").all_inner_texts())) > 8
    photograph(page, "browse-document", 1440)
    page.get_by_role("link", name="-", exact=False).last.click()
    page.get_by_role("heading", name="Look at these first").wait_for()
    photograph(page, "browse-run", 1180)
    page.get_by_role("link", name="what this run listed").click()
    page.get_by_text("26 documents and refused inputs").wait_for()
    page.get_by_label("Outcome", exact=True).select_option("duplicate")
    page.get_by_role("listitem").first.click()
    page.get_by_role("heading", name="The same story").wait_for()
    page.locator("table.list tr").filter(has=page.get_by_text("canonical", exact=True)).get_by_role("link").click()
    page.locator(".badge.kept").wait_for()


def test_a_corpus_on_s3_gives_the_same_pages(root: Path, winnow, ingest, s3, tmp_path: Path) -> None:
    for where in (str(tmp_path / "corpus"), s3.location()):
        ingest(root / "seeds/bridges", "--into", where)
        folder = tmp_path / where.partition(":")[0].replace("/", "-")
        done = winnow("browse", "-o", folder, "--corpus", where, "--json")
        assert done.returncode == 0, done.stderr
        found = {path.relative_to(folder) for path in folder.glob("documents/*/*.html")}
        assert found
        seen = found if where.startswith("/") else seen  # noqa: F821 - of the first turn
        assert found == seen
