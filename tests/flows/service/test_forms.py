"""The forms: what they offer, what they refuse, what becomes of what was filled in."""

from datetime import date

import pytest
from pydantic import ValidationError

from flows.deployments import ANCHOR, Offer, offers
from flows.forms import Approval, Inputs, Sampling, Which
from flows.ingest_articles import ingest_source
from flows.lists import Lists
from flows.runs.selection import Selection
from flows.runs.settings import Settings
from flows.runs.sources import SourceConfig

SOURCES = (
    SourceConfig("often", "path", "wire", every_s=10, overlap="wait"),
    SourceConfig("nightly", "path", "wire", cron="0 3 * * *"),
    SourceConfig("by-hand", "path", "wire"),
)
LISTS = Lists(sites=("a.example", "b.example"), languages=("en",), reasons=("share",), runs=("r1",), plans=("p2", "p1"))


@pytest.fixture
def made() -> dict[str, Offer]:
    settings = Settings().model_copy(update={"source": SOURCES})
    return {f"{offer.flow.name}/{offer.name}": offer for offer in offers(settings)}


def test_every_flow_and_every_source_can_be_run(made: dict[str, Offer]) -> None:
    assert set(made) == {
        "ingest/ingest",
        "ingest-source/often",
        "ingest-source/nightly",
        "ingest-source/by-hand",
        "reprocess-preview/reprocess-preview",
        "reprocess-apply/reprocess-apply",
        "release/release",
        "maintain/maintain",
    }
    assert made["ingest-source/often"].entrypoint == "flows.ingest_articles.ingest_source"


def test_a_source_has_its_schedule_its_slug_and_its_manner_of_overlap(made: dict[str, Offer]) -> None:
    often, nightly = made["ingest-source/often"], made["ingest-source/nightly"]
    assert often.schedule is not None
    assert nightly.schedule is not None
    assert (often.schedule.slug, often.schedule.schedule.interval.total_seconds()) == ("often", 10)
    assert often.schedule.schedule.anchor_date == ANCHOR
    assert (nightly.schedule.slug, nightly.schedule.schedule.cron) == ("nightly", "0 3 * * *")
    assert (often.overlap, nightly.overlap) == ("ENQUEUE", "CANCEL_NEW")
    assert made["ingest-source/by-hand"].schedule is None


def test_forms_offer_what_the_corpus_has(made: dict[str, Offer]) -> None:
    which = made["reprocess-preview/reprocess-preview"].schema(LISTS)["definitions"]["Which"]["properties"]
    assert which["sites"]["items"]["enum"] == ["a.example", "b.example"]
    assert which["outcomes"]["items"]["enum"] == ["kept", "duplicate", "rejected", "withdrawn", "failed"]
    approval = made["reprocess-apply/reprocess-apply"].schema(LISTS)["definitions"]["Approval"]
    assert approval["properties"]["plan"]["enum"] == ["p2", "p1"]
    assert set(approval["required"]) == {"plan", "approved_by"}
    assert made["ingest-source/often"].schema(LISTS)["properties"]["source"]["enum"] == ["often"]


def test_a_list_that_is_empty_leaves_the_field_free(made: dict[str, Offer]) -> None:
    preview = made["reprocess-preview/reprocess-preview"]
    assert "enum" in preview.schema(LISTS)["definitions"]["Which"]["properties"]["sites"]["items"]
    assert "enum" not in preview.schema(Lists())["definitions"]["Which"]["properties"]["sites"]["items"]


def test_every_parameter_is_explained(made: dict[str, Offer]) -> None:
    for offer in made.values():
        for name, parameter in offer.schema(LISTS)["properties"].items():
            assert parameter.get("description"), (offer.name, name)
        assert offer.flow.description


def test_what_is_filled_in_becomes_a_selection() -> None:
    which = Which(sites=["a.example"], published_from=date(2026, 1, 2), cleaned_before="0.2.0")
    assert which.to_selection() == Selection(sites=("a.example",), published_from=date(2026, 1, 2), cleaned_before="0.2.0")
    assert Which().to_selection() == Selection()


def test_a_field_that_was_emptied_again_counts_as_left_alone() -> None:
    assert Inputs.model_validate({"paths": ["x"], "source": None, "limit": None}) == Inputs(paths=["x"])


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (Inputs, {"paths": []}),
        (Inputs, {"paths": [" "]}),
        (Inputs, {"paths": ["x"], "limit": 0}),
        (Inputs, {"paths": ["x"], "other": 1}),
        (Which, {"outcomes": ["lost"]}),
        (Which, {"published_from": "2026-13-01"}),
        (Sampling, {"documents": 0}),
        (Approval, {"plan": "p1", "approved_by": ""}),
        (Approval, {"plan": "p1"}),
    ],
)
def test_a_wrong_value_is_refused(form, told) -> None:
    with pytest.raises(ValidationError):
        form.model_validate(told)


def test_a_sample_is_of_so_many_or_of_all() -> None:
    assert Sampling().most == 500
    assert Sampling(everything=True).most is None


def test_a_flow_keeps_its_name() -> None:
    assert ingest_source.name == "ingest-source"
