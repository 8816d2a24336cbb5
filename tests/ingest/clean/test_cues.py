"""Cues are found by an automaton first: it must never miss what the patterns themselves find."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.clean import cues
from ingest.clean.phrases import ANYWHERE, OPENINGS, WHOLE
from ingest.clean.words import width, words

LINES = (
    "Read more: The harbour opens again",
    "Lesen Sie auch: Der Hafen öffnet wieder",
    "Читайте также: порт открылся",
    "関連記事",
    "Photo: Ada Quill/Harbour News",
    "3 hours ago",
    "© 2025 Harbour News. All rights reserved.",
    "By Ada Quill, harbour correspondent",
    "Comments (12)",
    "Kommentare",
    "تابعنا على تويتر",
    "Sign up for our newsletter",
    "The harbour was closed for nine days after the storm.",
)
FRAGMENTS = st.sampled_from(
    [*LINES, *(line.upper() for line in LINES), "é", "ß", "٣", " ", ":", "\u0301", "\x00", "【", "…", "12"]
)


@given(st.lists(FRAGMENTS | st.text(max_size=12), max_size=6).map(" ".join))
def test_the_automaton_misses_nothing_that_a_pattern_finds(text: str) -> None:
    folded = text.casefold()
    found = {name for name, pattern in cues._all() if re.search(pattern, folded)}
    assert cues._found(folded) == found


@pytest.mark.parametrize(
    ("line", "cue"),
    [(LINES[0], "inline"), (LINES[5], "age"), (LINES[6], "legal"), (LINES[8], "comments"), (LINES[11], "subscribe")],
)
def test_a_line_shows_its_cue(line: str, cue: str) -> None:
    assert cue in cues.cues_of(line, words(line), width(line))


def test_prose_shows_none() -> None:
    assert cues.cues_of(LINES[-1], words(LINES[-1]), width(LINES[-1])) == frozenset()


def test_a_long_block_shows_only_what_may_stand_in_a_sentence() -> None:
    line = f"{LINES[8]} {LINES[-1] * 6}"
    assert "comments" not in cues.cues_of(line, words(line), width(line))


def test_every_cue_has_a_name() -> None:
    assert set(cues.NAMES) >= {*OPENINGS, *WHOLE, *ANYWHERE}
