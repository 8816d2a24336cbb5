"""A small corpus whose documents change in known ways when a setting does, cleaned in this process.

`extract.unwrap` off changes hard-wrapped texts alone, `quality.min_chars` decides on the short ones.
"""

import textwrap
from pathlib import Path
from typing import Any

import pytest

from flows.runs import ingest as ingesting
from flows.runs import reclean
from flows.runs.report import IngestRequest, Report
from flows.runs.reprocess import ApplyRequest, Preview, PreviewRequest, Selection, apply, preview
from flows.runs.settings import Settings, read
from tests.flows.doubles import HereJudges

PLACES = ("Lassel", "Ostrand", "Wexcombe", "Kelder", "Skerry", "Marrow", "Tarn", "Brae", "Holm", "Fenwick")
MATTERS = (
    "the long pier would open in spring after two winters of work on its piles",
    "a choir from three valleys had sung in the restored mill by the weir",
    "growers expected a small crop of plums because frost had come late",
    "the new tram to the observatory climbed ninety metres in eleven minutes",
    "volunteers had counted herons along the canal since early dawn",
    "the library would lend telescopes to anyone who asked politely",
    "an old ferry had been sold to a school that teaches boat building",
    "the market hall needed a roof before the first storms of autumn",
    "beekeepers had found four swarms under the arches of the viaduct",
    "the town clock had struck thirteen on two days of the same week",
)


def story(number: int, edition: int = 1) -> list[str]:
    """The sentences of a story, unlike those of every other number."""
    place, matter, other = PLACES[number % 10], MATTERS[number % 10], MATTERS[(number * 3 + 1) % 10]
    return [
        f"The council of {place} said on Monday that {matter}, as report {number * 7919} of its surveyors had proposed.",
        f"A speaker for {place} added that {other}, which is why item {number * 104729} would be heard again in edition {edition}.",
        f"Nobody in {place} had asked for more than {number + 11} days, and the {number * 31 + 5} letters on the matter were answered.",
    ]


def plain(number: int, edition: int = 1) -> str:
    return "\n\n".join(story(number, edition)) + "\n"


def wrapped(number: int, edition: int = 1) -> str:
    """The same in lines of at most 44 characters."""
    return "\n\n".join(textwrap.fill(sentence, 44) for sentence in story(number, edition)) + "\n"


FURNITURE = "\nRead more: Herons return to the canal\n\nShare this article\n"
"""What is cut, but at a threshold of 0."""


def short(number: int) -> str:
    return f"The council of {PLACES[number % 10]} said on Monday that {MATTERS[number % 10]}, no more than that.\n"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingesting, "Judges", HereJudges)
    monkeypatch.setattr(reclean, "Judges", HereJudges)


def settings_of(**values: str) -> Settings:
    """Settings with some values: `extract__unwrap="false"`."""
    given = {"WINNOW_RUN__SHARD_DOCUMENTS": "3"}
    return read(None, given | {f"WINNOW_{name.upper()}": value for name, value in values.items()}).settings


class Desk:
    """A folder, the corpus made of it, and the commands on it."""

    def __init__(self, folder: Path, corpus: Path) -> None:
        self.folder, self.corpus = folder, corpus
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, **texts: str) -> "Desk":
        for name, text in texts.items():
            (self.folder / f"{name}.txt").write_text(text, "utf-8")
        return self

    def ingest(self, settings: Settings) -> Report:
        return ingesting.ingest(IngestRequest((str(self.folder),), str(self.corpus)), settings)

    def preview(self, settings: Settings, sample: int | None = None, **selection: Any) -> Preview:
        return preview(PreviewRequest(str(self.corpus), Selection(**selection), sample), settings)

    def apply(self, plan: str, settings: Settings, by: str = "Ada Lorn") -> Report:
        return apply(ApplyRequest(str(self.corpus), plan, by), settings)


@pytest.fixture
def usual() -> Settings:
    return settings_of(quality__min_chars="160")


@pytest.fixture
def unwrapped() -> Settings:
    """Hard-wrapped texts come out otherwise."""
    return settings_of(quality__min_chars="160", extract__unwrap="false", clean__threshold="0.0")


@pytest.fixture
def lenient() -> Settings:
    return settings_of(quality__min_chars="20")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Three plain texts, three wrapped ones and one that is too short; not ingested yet."""
    texts = {f"plain-{number}": plain(number) for number in range(3)}
    texts |= {f"wrapped-{number}": wrapped(number) for number in range(3, 6)}
    return Desk(tmp_path / "desk", tmp_path / "corpus").write(**texts, short=short(7))
