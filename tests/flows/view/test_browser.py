"""Hostile documents in a real browser: no script runs, and the page is there at once."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows.view.hostile import (
    hostile_document_page,
    hostile_edition_page,
    hostile_index_page,
    hostile_preview_page,
    hostile_run_page,
)

OPENS_WITHIN_S = 2.0


PAGES = {hostile_document_page: 0, hostile_edition_page: 0, hostile_preview_page: 0, hostile_run_page: 0, hostile_index_page: 2}
"""Page → script elements of ours: the index has its data, which no browser runs, and its one script."""


@pytest.mark.slow
@pytest.mark.parametrize("make", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_script_runs_and_the_page_opens_at_once(browser, tmp_path: Path, make: Callable[[], str], scheme: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(make(), "utf-8")
    page = browser.new_page(color_scheme=scheme)
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url) if request.url != path.as_uri() else None)
    page.goto("about:blank")
    spent = []
    for _ in range(2):
        before = time.perf_counter()
        page.goto(path.as_uri(), wait_until="load")
        height = page.evaluate("document.body.getBoundingClientRect().height")
        spent.append(time.perf_counter() - before)
    assert height > 500
    assert min(spent) < OPENS_WITHIN_S
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("document.scripts.length") == PAGES[make]
    assert page.evaluate("document.images.length + document.querySelectorAll('[onload], [onerror], [onclick]').length") == 0
    assert page.evaluate("document.querySelector('h1').innerText.length") > 0
    assert asked == []
    page.close()


@pytest.mark.slow
def test_a_script_in_the_template_itself_would_be_stopped_by_the_policy(browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    for make, own in PAGES.items():
        path.write_text(make().replace("<main", "<script>window.pwned=1</script><main", 1), "utf-8")
        page = browser.new_page()
        page.goto(path.as_uri())
        assert page.evaluate("[document.scripts.length, window.pwned === undefined]") == [own + 1, True]
        page.close()


@pytest.mark.slow
def test_a_phone_needs_no_sideways_scrolling(browser, tmp_path: Path) -> None:
    for make in PAGES:
        path = tmp_path / "page.html"
        path.write_text(make(), "utf-8")
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.close()


@pytest.mark.slow
def test_why_unfolds_by_mouse_and_keyboard_one_block_or_all(browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(hostile_document_page(), "utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())

    def shown() -> int:
        return int(page.evaluate("[...document.querySelectorAll('.why')].filter(each => each.offsetHeight > 0).length"))

    blocks = page.locator(".why").count()
    assert (blocks > 3, shown()) == (True, 0)
    page.locator(".score").first.click()
    assert shown() == 1
    page.locator(".b input").first.press("Space")
    assert shown() == 0
    page.locator(".all label").click()
    assert shown() == blocks
    page.close()
