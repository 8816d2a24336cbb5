"""The least size of a document, counted in what its script says with one character."""

import pytest

from ingest.pipeline import process
from ingest.quality import QualityConfig, accept
from ingest.records import Cleaned, Document, RawPage, Rejected
from ingest.stages import PipelineConfig, build

CONFIG = QualityConfig()


def document(text: str, title: str | None = None) -> Document:
    return Document(text=text, source_text=text, title=title, title_span=None, removals=())


@pytest.mark.parametrize(("size", "is_kept"), [(0, False), (79, False), (80, True), (81, True), (100_000, True)])
def test_a_text_needs_eighty_characters(size: int, is_kept: bool) -> None:
    assert isinstance(accept(document("m" * size), CONFIG), Document) is is_kept


@pytest.mark.parametrize("letter", ["報", "か", "ア", "강", "ｱ"])
def test_characters_of_chinese_japanese_and_korean_count_double(letter: str) -> None:
    assert isinstance(accept(document(letter * 39), CONFIG), Rejected)
    assert isinstance(accept(document(letter * 40), CONFIG), Document)


@pytest.mark.parametrize("letter", ["ж", "ع", "क", "ก", "é"])
def test_letters_of_other_scripts_count_once(letter: str) -> None:
    assert isinstance(accept(document(letter * 79), CONFIG), Rejected)
    assert isinstance(accept(document(letter * 80), CONFIG), Document)


def test_the_title_does_not_count() -> None:
    assert isinstance(accept(document("m" * 79, title="A headline of some length"), CONFIG), Rejected)


def test_an_accepted_document_is_handed_on_as_it_is() -> None:
    given = document("The ferry sails twice a day, at seven in the morning and at six in the evening, all year.")
    assert accept(given, CONFIG) is given


def test_a_rejection_names_the_setting_and_both_numbers_and_no_text() -> None:
    found = accept(document("Ferry sails."), QualityConfig(min_chars=200))
    assert isinstance(found, Rejected)
    assert (found.stage, found.reason) == ("quality", "too-short")
    assert found.detail == "12 characters of clean text are fewer than quality.min_chars = 200"


def test_no_least_size_accepts_everything() -> None:
    assert isinstance(accept(document(""), QualityConfig(min_chars=0)), Document)


@pytest.mark.parametrize(("min_chars", "expected"), [(80, Rejected), (20, Cleaned)])
def test_the_pipeline_asks_with_its_own_config(min_chars: int, expected: type) -> None:
    page = RawPage("desk", "note.txt", "text/plain", b"The harbour ferry sails twice a day in winter.\n")
    found = process(page, build(PipelineConfig(quality=QualityConfig(min_chars=min_chars))))
    assert isinstance(found, expected)
