"""What a selection means, and that a wrong value is refused before anything runs."""

from datetime import UTC, date, datetime

import pytest

from flows.errors import NotFoundError
from flows.runs.choices import Choices
from flows.runs.reading import open_corpus
from flows.runs.reprocess import Selection, choices
from flows.runs.rework import sample_of, select
from flows.runs.selection import check, matches
from flows.runs.survey import Candidate, survey
from ingest.errors import ConfigError
from tests.e2e.reading import objects
from tests.flows.reprocess.conftest import plain, settings_of, wrapped

THERE = Choices(
    sites=("port.example", "example.org"),
    languages=("en", "de"),
    runs=("20260304T120000-0badcafe",),
    outcomes=("kept",),
    reasons=("quality/too-short", "share"),
)


def candidate(**values) -> Candidate:
    told = {"id": "d1", "inputs": (), "version": 1, "standing": "kept", "site": "port.example", "language": "en"}
    told |= {
        "published_at": datetime(2026, 3, 4, 23, 59, tzinfo=UTC),
        "reasons": frozenset({"share"}),
        "runs": frozenset({"r1", "r2"}),
    }
    return Candidate(**told | {"config_id": "c1", "code": "0.9.1"} | values)


@pytest.mark.parametrize(
    "selection",
    [
        Selection(),
        Selection(sites=("port.example", "x.example")),
        Selection(languages=("en",)),
        Selection(published_from=date(2026, 3, 4), published_to=date(2026, 3, 4)),
        Selection(runs=("r2",)),
        Selection(outcomes=("kept",)),
        Selection(reasons=("share",)),
        Selection(documents=("d1",)),
        Selection(cleaned_before="0.10"),
        Selection(other_config=True),
    ],
)
def test_each_condition_lets_through_what_it_names(selection: Selection) -> None:
    assert matches(candidate(), selection, "c2")


@pytest.mark.parametrize(
    "selection",
    [
        Selection(sites=("x.example",)),
        Selection(languages=("de",)),
        Selection(published_from=date(2026, 3, 5)),
        Selection(published_to=date(2026, 3, 3)),
        Selection(runs=("r3",)),
        Selection(outcomes=("duplicate",)),
        Selection(reasons=("tags",)),
        Selection(documents=("d2",)),
        Selection(cleaned_before="0.9.1"),
        Selection(other_config=True),
        Selection(sites=("port.example",), languages=("de",)),
    ],
)
def test_each_condition_keeps_out_the_others(selection: Selection) -> None:
    assert not matches(candidate(), selection, "c1")


def test_documents_without_a_date_are_in_no_span_of_days() -> None:
    assert not matches(candidate(published_at=None), Selection(published_from=date(1900, 1, 1)), "c1")


@pytest.mark.parametrize(
    ("selection", "sentence"),
    [
        (Selection(sites=("exmaple.org",)), "no site exmaple.org in the corpus: did you mean example.org?"),
        (Selection(languages=("xx",)), "no language xx in the corpus: there is en, de"),
        (Selection(runs=("20260304T120000-0badcaff",)), "did you mean 20260304T120000-0badcafe"),
        (Selection(outcomes=("keept",)), "no outcome keept in the corpus: did you mean kept?"),
        (Selection(reasons=("to-short",)), "did you mean too-short"),
        (Selection(cleaned_before="latest"), "'latest' is no version"),
        (Selection(published_from=date(2026, 3, 5), published_to=date(2026, 3, 4)), "no day is both"),
    ],
)
def test_a_wrong_value_is_refused_with_the_nearest(selection: Selection, sentence: str) -> None:
    with pytest.raises(NotFoundError) as refused:
        check(selection, THERE)
    assert sentence in str(refused.value)


def test_a_selection_survives_its_json() -> None:
    selection = Selection(sites=("a",), published_from=date(2026, 3, 4), cleaned_before="0.2", other_config=True)
    assert Selection.from_plain(selection.to_plain() | {"later": 1}) == selection


def test_a_wrong_value_writes_nothing(desk, usual) -> None:
    desk.ingest(usual)
    before = objects(desk.corpus)
    with pytest.raises(NotFoundError, match="the corpus has none"):
        desk.preview(usual, sites=("exmaple.org",))
    with pytest.raises(NotFoundError, match="no document nowhere"):
        desk.preview(usual, documents=("nowhere",))
    with pytest.raises(ConfigError, match="1 document or more"):
        desk.preview(usual, sample=0)
    assert objects(desk.corpus) == before


def test_lists_hold_what_the_corpus_has(desk, usual) -> None:
    run = desk.ingest(usual).run_id
    there = choices(open_corpus(str(desk.corpus)))
    assert there.runs == (run,)
    assert there.languages == ("en",)
    assert there.sites == ()
    assert set(there.outcomes) == {"kept", "rejected"}
    assert there.reasons == ("quality/too-short",)


def test_documents_are_named_by_file_or_start_of_id(desk, usual) -> None:
    desk.ingest(usual)
    made = desk.preview(usual, documents=("plain-0.txt",))
    (result,) = made.results
    assert desk.preview(usual, documents=(result.id[:8],)).results == made.results


def test_standing_and_run_select(desk, usual) -> None:
    first = desk.ingest(usual).run_id
    second = desk.write(later=plain(8)).ingest(usual).run_id
    assert desk.preview(usual, outcomes=("rejected",)).selected == 1
    assert desk.preview(usual, runs=(second,)).selected == 1
    assert desk.preview(usual, runs=(first,), outcomes=("kept",)).selected == 6
    assert desk.preview(usual, reasons=("too-short",)).selected == 1


def test_other_config_finds_what_today_s_settings_have_not_cleaned(desk, usual, unwrapped) -> None:
    desk.ingest(usual)
    assert desk.preview(usual, other_config=True).selected == 0
    made = desk.preview(unwrapped, other_config=True)
    assert made.selected == 7
    desk.apply(made.plan, unwrapped)
    assert desk.preview(unwrapped, other_config=True).selected == 0


def test_inputs_without_stored_bytes_are_left_out(desk, usual) -> None:
    (desk.folder / "empty.txt").write_bytes(b"")
    assert desk.ingest(usual).inputs == 8
    assert desk.preview(usual).selected == 7


def test_an_earlier_commit_can_be_surveyed_later(desk, usual) -> None:
    desk.ingest(usual)
    corpus = open_corpus(str(desk.corpus))
    then = survey(corpus, 1)
    desk.write(**{"plain-0": plain(0, edition=2), "later": wrapped(8)}).ingest(usual)
    corpus = open_corpus(str(desk.corpus))
    assert survey(corpus, 1) == then
    assert len(survey(corpus, 2)) == len(then) + 1


def test_a_sample_is_the_same_whenever_it_is_asked_for(desk, usual) -> None:
    desk.ingest(usual)
    found = list(select(open_corpus(str(desk.corpus)), Selection(), "", 1).values())
    assert sample_of(reversed(found), 3) == sample_of(found, 3)
    assert len(sample_of(found, None)) == 7


def test_settings_that_change_no_result_have_the_same_id() -> None:
    from flows.runs.wiring import pipeline_of
    from ingest.stages import config_id_of

    assert config_id_of(pipeline_of(settings_of(run__workers="1"))) == config_id_of(pipeline_of(settings_of()))
