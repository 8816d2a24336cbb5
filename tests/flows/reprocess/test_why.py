"""Whose scores a page shows, and which engine and model a run's record names."""

import json

import pytest
from click.testing import CliRunner

from flows.cli.main import cli
from flows.runs.dossier import inspected
from flows.runs.reading import find, open_corpus
from flows.runs.report import Report
from flows.runs.why import account
from ingest.clean import model
from storage import keys
from tests.flows.reprocess.conftest import Desk, plain, settings_of

TEXT = f"{plain(8)}\nRead more: Herons return to the canal\n\nShare this article\n"


def told(desk: Desk, settings, name: str = "story.txt"):
    corpus = open_corpus(str(desk.corpus))
    return account(corpus, find(corpus, name), settings)


@pytest.fixture
def filled(desk, usual) -> Report:
    return desk.write(story=TEXT).ingest(usual)


def test_a_run_records_code_engine_and_model(desk, usual, filled) -> None:
    record = json.loads((desk.corpus / f"clean/runs/{filled.run_id}.json").read_text("utf-8"))
    assert record["model"] == model.digest()
    assert record["engine"].startswith("engine-")
    assert record["code"]
    commit = json.loads(open_corpus(str(desk.corpus)).bucket.get(keys.commit(1)))
    assert commit["engines"] == {
        "winnow-news": record["code"],
        "cleaning-engine": record["engine"],
        "cleaning-model": record["model"],
    }


def test_a_reprocess_records_them_too(desk, usual, unwrapped, filled) -> None:
    report = desk.apply(desk.preview(unwrapped).plan, unwrapped)
    record = Report.from_json((desk.corpus / f"clean/runs/{report.run_id}.json").read_text("utf-8"))
    assert (record.engine, record.model) == (filled.engine, model.digest())


def test_records_of_older_versions_name_none(desk, usual, filled) -> None:
    path = desk.corpus / f"clean/runs/{filled.run_id}.json"
    record = json.loads(path.read_text("utf-8"))
    path.write_text(
        json.dumps({name: value for name, value in record.items() if name not in {"code", "engine", "model"}}), "utf-8"
    )
    assert Report.from_json(path.read_text("utf-8")).model is None
    assert "an engine that was not recorded" in told(desk, usual).remark


def test_the_scores_of_the_engine_in_use_need_no_warning(desk, usual, filled) -> None:
    found = told(desk, usual)
    assert found.remark == f"Scores of winnow {filled.code}, cleaning engine {filled.engine}, model {filled.model}."
    document = find(open_corpus(str(desk.corpus)), "story.txt").document
    assert len(found.blocks) == len(document.source_text.split("\n"))


def test_another_models_document_is_told_apart(desk, usual, filled) -> None:
    path = desk.corpus / f"clean/runs/{filled.run_id}.json"
    path.write_text(filled.to_json().replace(model.digest(), "0ld0ld0ld0ld"), "utf-8")
    found = told(desk, usual)
    assert "model 0ld0ld0ld0ld; the scores are of" in found.remark
    assert found.remark.endswith("which cuts the same.")
    assert found.blocks


def test_cuts_that_do_not_fit_are_told(desk, usual, filled) -> None:
    found = told(desk, settings_of(clean__threshold="0.0"))
    assert found.remark.endswith("under today's settings, which would cut otherwise.")


def test_blocks_that_do_not_fit_have_no_scores(desk, usual, unwrapped, filled) -> None:
    found = told(desk, unwrapped, "wrapped-3.txt")
    assert found.blocks == ()
    assert "has no scores for these" in found.remark


def test_the_page_shows_why_below_each_block(desk, usual, filled) -> None:
    page = inspected(open_corpus(str(desk.corpus)), "story.txt", usual)
    blocks = len(find(open_corpus(str(desk.corpus)), "story.txt").document.source_text.split("\n"))
    assert page.count('<div class="why">') == blocks
    assert page.count('<span class="way">') >= 3 * blocks
    assert filled.model in page


def test_show_tells_why_on_the_terminal_and_as_json(desk, usual, filled) -> None:
    command = ["show", "story.txt", "--why", "--corpus", str(desk.corpus)]
    printed = CliRunner().invoke(cli, command).output
    assert "sure to be the article's own. It is cut below 0.40" in printed
    assert printed.rstrip().endswith(f"model {filled.model}.")
    blocks = json.loads(CliRunner().invoke(cli, [*command, "--json"]).output)["why"]["blocks"]
    assert {len(block["causes"]) for block in blocks} == {3}
