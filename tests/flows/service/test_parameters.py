"""Parameters that a flow cannot run with, and what is said of them."""

import logging

import pytest
from prefect.exceptions import FailedRun

from flows.engine import is_news
from flows.ingest_articles import ingest_articles, ingest_source
from flows.maintain import maintain_corpus
from flows.parameters import fault
from flows.release import release_corpus
from flows.reprocess import reprocess_apply, reprocess_preview

INPUTS = {"paths": ["x"]}
APPROVAL = {"plan": "p1", "approved_by": "Ada"}


@pytest.mark.parametrize(
    ("flow", "given"),
    [
        (ingest_articles, {"inputs": INPUTS}),
        (ingest_articles, {"inputs": INPUTS | {"limit": None}, "dry_run": True, "ignore_gate": False}),
        (ingest_source, {"source": "desk"}),
        (reprocess_preview, {}),
        (reprocess_preview, {"which": {"published_from": "2026-03-01"}, "sample": {"documents": 3}}),
        (reprocess_apply, {"approval": APPROVAL}),
        (release_corpus, {"edition": {"name": "spring", "opt_outs": "leave-out"}, "dry_run": True}),
        (maintain_corpus, {}),
    ],
)
def test_what_the_forms_send_passes(flow, given) -> None:
    assert fault(flow.name, flow.fn, given) is None


@pytest.mark.parametrize(
    ("flow", "given", "sentence"),
    [
        (ingest_articles, {"inputs": INPUTS, "dryrun": True}, "the flow ingest has no parameter dryrun: did you mean dry_run?"),
        (
            ingest_articles,
            {"inputs": INPUTS, "colour": 1},
            "the flow ingest has no parameter colour: known are inputs, dry_run, ignore_gate",
        ),
        (ingest_articles, {"dry_run": True}, "the flow ingest needs the parameter inputs"),
        (ingest_articles, {}, "the flow ingest needs the parameter inputs"),
        (ingest_articles, {"inputs": INPUTS | {"limits": 3}}, "there is no parameter inputs.limits: did you mean limit?"),
        (ingest_articles, {"inputs": {"source": "x"}}, "the parameter inputs.paths is missing"),
        (ingest_articles, {"inputs": INPUTS, "dry_run": "perhaps"}, "the parameter dry_run cannot be used: input should be"),
        (reprocess_preview, {"which": {"published_from": "2026-13-01"}}, "the parameter which.published_from cannot be used: "),
        (reprocess_apply, {"approval": {"plan": "p1"}}, "the parameter approval.approved_by is missing"),
        (release_corpus, {"edition": {"at": "3"}}, "the parameter edition.name is missing"),
        (maintain_corpus, {"x": 1}, "the flow maintain has no parameter x: it takes none"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_that_names_it(flow, given, sentence: str) -> None:
    told = fault(flow.name, flow.fn, given)
    assert told is not None
    assert told.startswith(sentence)
    assert "\n" not in told


@pytest.mark.parametrize(("error", "shown"), [(FailedRun("a known cause"), False), (ZeroDivisionError(), True), (None, True)])
def test_only_what_nobody_expected_leaves_a_traceback(error: Exception | None, shown: bool) -> None:
    info = (type(error), error, None) if error else None
    assert is_news(logging.LogRecord("prefect.flow_runs", logging.ERROR, "", 0, "it ended", None, info)) is shown
