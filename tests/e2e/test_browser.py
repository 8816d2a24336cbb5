"""The service as a person meets it: in a real browser, from the first form to a change in the corpus.

With WINNOW_PICTURES naming a folder, the pages are photographed into it: `docs/pictures/` is made so.
"""

import os
import shutil
from pathlib import Path

import duckdb
import pytest
from deltalake import DeltaTable

from tests.e2e.service import Service, running, until

pytestmark = pytest.mark.slow

WAIT_MS = 60_000
SETTINGS = """
[clean]
threshold = 0.93
html_threshold = 0.93

[quality]
min_chars = 600
"""


class Person:
    """Somebody at the browser."""

    def __init__(self, page, service: Service) -> None:
        self.page = page
        self.service = service
        self.hosts: set[str] = set()
        page.set_default_timeout(WAIT_MS)
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))

    def open_form(self, deployment: str) -> None:
        """The form of a deployment, reached from the list of all."""
        self.page.goto(f"{self.service.url}/v2/deployments")
        self.page.locator("a[href*='/deployments/deployment/']").get_by_text(deployment, exact=True).click()
        self.page.get_by_role("button", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Custom run").click()
        self.page.get_by_text("Parameters", exact=True).wait_for()

    def submit(self) -> dict:
        """What the server answers to the form: a run, or why there is none.

        The form takes up what was typed a moment later, and until then sends nothing: who is faster presses once more.
        """
        return until(self._press, 60, "an answer to the form")

    def _press(self) -> dict | None:
        from playwright.sync_api import TimeoutError as TooLateError

        try:
            with self.page.expect_response(lambda told: told.url.endswith("/create_flow_run"), timeout=4_000) as answered:
                self.page.get_by_role("button", name="Submit").click()
        except TooLateError:
            return None
        found: dict = answered.value.json()
        return found

    def run(self) -> dict:
        """Submits the form and waits for the end of the run that it makes."""
        return self.service.ended(until(lambda: self.submit().get("id"), 60, "a run from the form"))

    def open_artifact(self, run: dict, key: str) -> None:
        """An artifact, reached from its run's page."""
        self.page.goto(f"{self.service.url}/v2/runs/flow-run/{run['id']}")
        self.page.get_by_role("tab", name="Artifacts").click()
        card = self.page.get_by_role("link").filter(has=self.page.get_by_text(key, exact=True)).first
        card.wait_for()
        self.photograph(f"run-{key}", whole=False)
        card.click()

    def photograph(self, name: str, *, whole: bool = True) -> None:
        folder = os.environ.get("WINNOW_PICTURES")
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=whole)


@pytest.fixture
def person(browser, root: Path, tmp_path: Path):
    """A browser in front of a service on a new corpus, with the seeds beside it."""
    shutil.copytree(root / "seeds", tmp_path / "seeds")
    with running(tmp_path) as service:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        yield Person(context.new_page(), service)
        context.close()


def test_from_the_form_over_a_preview_to_a_change_in_the_corpus(person: Person) -> None:
    page, service = person.page, person.service

    person.open_form("ingest")
    assert "is a required property" in person.submit()["detail"]
    page.get_by_text("is a required property").first.wait_for()
    assert service.flow_runs("ingest/ingest") == []
    page.get_by_role("button", name="Add item").click()
    page.locator("textarea").first.fill("seeds")
    ingested = person.run()
    assert ingested["state_name"] == "CompletedWithRejects", ingested["state"]["message"]
    person.open_artifact(ingested, "summary")
    page.get_by_text("The record of this run").wait_for()
    page.get_by_role("cell", name="cut: navigation").wait_for()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="The page of this run").click(modifiers=["Control"])
    opened.value.wait_for_load_state()
    assert "Look at these first" in opened.value.inner_text("body")
    before = texts(service.corpus)

    (service.folder / "winnow.toml").write_text(SETTINGS)
    service.run("maintain/maintain")
    person.open_form("reprocess-preview")
    page.get_by_text("Select", exact=True).nth(1).click()
    page.get_by_role("option", name="en", exact=True).click()
    page.keyboard.press("Escape")
    person.photograph("form")
    previewed = person.run()
    assert previewed["state_type"] == "COMPLETED", previewed["state"]["message"]
    assert texts(service.corpus) == before
    person.open_artifact(previewed, "plan")
    page.get_by_role("link", name="The page of this plan").wait_for()
    page.get_by_text("documents would change").first.wait_for()
    person.photograph("plan")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="The page of this plan").click(modifiers=["Control"])
    opened.value.wait_for_load_state()
    assert "before" in opened.value.inner_text("body").lower()
    plan = previewed["state"]["message"].split()[1].rstrip(":")
    assert plan in opened.value.inner_text("body")

    person.open_form("reprocess-apply")
    page.get_by_text("Select", exact=True).first.click()
    page.get_by_role("option", name=plan).click()
    assert "is a required property" in person.submit()["detail"]
    page.get_by_text("is a required property").first.wait_for()
    page.locator("textarea").last.fill("Ada Brandt")
    applied = person.run()
    assert applied["state_type"] == "COMPLETED", applied["state"]["message"]
    after = texts(service.corpus)
    changed = {id_ for id_ in before if after.get(id_) != before[id_]}
    assert changed
    assert {language for language, _, _ in (before[id_] for id_ in changed)} == {"en"}
    assert person.hosts == {f"127.0.0.1:{service.port}"}


def texts(corpus: Path) -> dict[str, tuple[str, int, str]]:
    """Language, version and text of every live document, by DuckDB."""
    documents = DeltaTable(str(corpus / "clean" / "documents")).to_pyarrow_table()  # noqa: F841 - DuckDB finds it by its name
    rows = duckdb.sql("select id, language, version, text from documents order by id").fetchall()
    return {id_: (language, version, text) for id_, language, version, text in rows}
