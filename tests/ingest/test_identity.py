"""What names a document, what makes its content new, and what makes a configuration another."""

import hashlib
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.clean.config import CleanConfig
from ingest.dedup.config import DedupConfig
from ingest.extract.article import ExtractConfig
from ingest.identity import config_id, content_sha256, document_id
from ingest.language import LanguageConfig
from ingest.load import LoadConfig
from ingest.pipeline import process
from ingest.quality import QualityConfig
from ingest.records import Cleaned, Document, FieldMap, Flag, RawPage
from ingest.stages import PipelineConfig, build, config_id_of

FILE = RawPage("port-news", "2025/pier.txt", "text/plain", b"The pier opens.")
RECORD = RawPage("feed", "all.jsonl#3", "application/json", b'{"text": "The pier opens."}')
DAY = datetime(2025, 9, 4, 7, 30, tzinfo=UTC)
DOCUMENT = Document(
    text="The pier opens.\n\nIt is long.",
    source_text="Pier\nThe pier opens.\nIt is long.",
    title="Pier",
    title_span=(0, 4),
    removals=(),
    authors=("Ana Dorrit", "Jo Dale"),
    published_at=DAY,
    language="en",
)


@pytest.mark.parametrize("page", [FILE, RECORD, replace(FILE, url="https://port.example/pier"), replace(RECORD, caller_id="7")])
def test_an_id_is_128_bits_of_hex(page: RawPage) -> None:
    assert re.fullmatch("[0-9a-f]{32}", document_id(page))


@pytest.mark.parametrize(
    ("page", "name"),
    [
        (FILE, '["path","port-news","2025/pier.txt"]'),
        (RECORD, f'["bytes","feed","{hashlib.sha256(RECORD.body).hexdigest()}"]'),
        (replace(FILE, url="https://port.example/pier"), '["url","https://port.example/pier"]'),
        (replace(RECORD, caller_id="é7"), '["id","feed","\\u00e97"]'),
    ],
)
def test_ids_never_change_from_one_release_to_the_next(page: RawPage, name: str) -> None:
    assert document_id(page) == hashlib.sha256(name.encode()).hexdigest()[:32]


def test_a_file_is_its_source_and_path_whatever_it_holds() -> None:
    assert document_id(replace(FILE, body=b"Another text.", fetched_at=DAY, modified_at=DAY)) == document_id(FILE)
    assert document_id(replace(FILE, name="2025/mole.txt")) != document_id(FILE)
    assert document_id(replace(FILE, source="harbour-news")) != document_id(FILE)


def test_a_record_without_id_and_url_is_its_bytes_wherever_it_stands() -> None:
    assert document_id(replace(RECORD, name="all.jsonl#9")) == document_id(RECORD)
    assert document_id(replace(RECORD, body=b'{"text": "The pier opens!"}')) != document_id(RECORD)
    assert document_id(replace(RECORD, source="other")) != document_id(RECORD)


def test_the_callers_id_wins_and_counts_within_its_source() -> None:
    named = replace(RECORD, caller_id="7")
    assert document_id(replace(named, url="https://port.example/pier", body=b"{}", name="x")) == document_id(named)
    assert document_id(replace(named, caller_id="8")) != document_id(named)
    assert document_id(replace(named, source="other")) != document_id(named)


def test_an_empty_callers_id_is_an_id_and_another_than_none() -> None:
    assert document_id(replace(RECORD, caller_id="")) != document_id(RECORD)


def test_a_url_is_one_document_in_all_sources_and_spellings() -> None:
    first = document_id(replace(FILE, url="https://port.example/pier"))
    for url in ("HTTPS://PORT.example:443/pier#top", "https://port.example/pier?utm_source=feed"):
        assert document_id(replace(RECORD, source="elsewhere", url=url)) == first
    assert document_id(replace(FILE, url="https://port.example/pier?page=2")) != first


@pytest.mark.parametrize("url", ["", "not a url", "http://", "mailto:desk@port.example"])
def test_what_is_no_url_names_nothing(url: str) -> None:
    assert document_id(replace(FILE, url=url)) == document_id(FILE)


def test_names_of_different_kinds_never_meet() -> None:
    kinds = [
        replace(FILE, source="s", name="n"),
        replace(FILE, source="s", name="x", caller_id="n"),
        replace(RECORD, source="s", body=b"n"),
        replace(FILE, source="sn", name=""),
        replace(FILE, source="", name="sn"),
    ]
    assert len({document_id(page) for page in kinds}) == len(kinds)


def test_names_with_lone_surrogates_have_ids() -> None:
    assert document_id(replace(FILE, name="caf\udce9.txt")) != document_id(replace(FILE, name="caf\udcea.txt"))


def test_the_pages_own_canonical_link_fills_the_url_and_not_the_identity() -> None:
    paragraphs = (
        "The harbour board of Lassel said on Monday that the long pier would open in spring, after two winters of work on its piles.",
        "Ana Dorrit, who chairs the board, said that the planks were cut from larch grown within sight of the water.",
    )
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    body = f"<html><head><link rel=canonical href='https://other.example/a'></head><body><article>{text}</article></body></html>"
    page = RawPage("web", "a.html", "text/html", body.encode(), url="https://port.example/pier")
    found = process(page, build(PipelineConfig()))
    assert isinstance(found, Cleaned)
    assert found.document.url == "https://other.example/a"
    assert document_id(page) == document_id(replace(page, body=b""))


@pytest.mark.parametrize(
    "changed",
    [
        {"title": None},
        {"title": "The pier"},
        {"text": DOCUMENT.text + " "},
        {"authors": ("Jo Dale", "Ana Dorrit")},
        {"authors": ("Ana DorritJo Dale",)},
        {"authors": ()},
        {"published_at": DAY + timedelta(microseconds=1)},
        {"published_at": None},
        {"language": "und"},
    ],
)
def test_a_change_of_what_readers_read_makes_a_new_version(changed: dict) -> None:
    assert content_sha256(replace(DOCUMENT, **changed)) != content_sha256(DOCUMENT)


@pytest.mark.parametrize(
    "changed",
    [
        {"source_text": DOCUMENT.source_text + "\nShare"},
        {"title_span": None},
        {"url": "https://port.example/pier"},
        {"modified_at": DAY},
        {"published_precision": "day"},
        {"published_source": "meta"},
        {"section": "Harbour"},
        {"language_score": 0.99},
        {"flags": frozenset({Flag.TEXT_LOSS})},
        {"n_words": 9},
    ],
)
def test_other_changes_make_none(changed: dict) -> None:
    assert content_sha256(replace(DOCUMENT, **changed)) == content_sha256(DOCUMENT)


def test_content_hash_is_a_whole_sha256_and_takes_lone_surrogates() -> None:
    assert re.fullmatch("[0-9a-f]{64}", content_sha256(replace(DOCUMENT, text="caf\udce9")))


@dataclass(frozen=True)
class Knob:
    turns: int = 3
    names: tuple[str, ...] = ("a", "b")


def test_config_id_is_64_bits_and_independent_of_order_and_process() -> None:
    code = "from ingest.stages import PipelineConfig, config_id_of as c; print(c(PipelineConfig()))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert told.stdout.strip() == config_id_of(PipelineConfig())
    assert re.fullmatch("[0-9a-f]{16}", told.stdout.strip())
    assert config_id({"a": Knob(), "b": 1}) == config_id({"b": 1, "a": Knob()})


def test_config_id_sees_every_value() -> None:
    ids = {
        config_id({"knob": knob}) for knob in (Knob(), Knob(4), Knob(names=("b", "a")), Knob(names=("ab",)), None, {"turns": 3})
    }
    assert len(ids) == 6


@pytest.mark.parametrize(
    "changed",
    [
        {"load": LoadConfig(max_bytes=1)},
        {"load": LoadConfig(fields=FieldMap(text=("story",)))},
        {"extract": ExtractConfig(ask_trafilatura=False)},
        {"clean": CleanConfig(text_loss_share=0.01)},
        {"language": LanguageConfig(wanted=("en",))},
        {"quality": QualityConfig(min_chars=1)},
        {"dedup": DedupConfig(min_containment=0.5)},
    ],
)
def test_every_setting_that_changes_results_changes_the_config_id(changed: dict) -> None:
    assert config_id_of(replace(PipelineConfig(), **changed)) != config_id_of(PipelineConfig())


def test_which_files_are_passed_over_does_not_count() -> None:
    assert config_id_of(replace(PipelineConfig(), load=LoadConfig(skip=()))) == config_id_of(PipelineConfig())
