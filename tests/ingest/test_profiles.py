"""The arrays hold what langdetect's own profiles and n-grams do."""

import json
import math
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from langdetect.detector import Detector
from langdetect.utils.ngram import NGram

from ingest.language import detect
from ingest.profiles import SCRIPT_OF, coverage, grams_of, refused, table_of

TOLD: dict[str, str] = json.loads(Path(__file__).with_name("languages.json").read_text("utf-8"))["told"]
LETTERS = st.text(st.sampled_from("abAB ß'éÉ ạя。中가\n1_ţ\u0219"), max_size=40)


def by_langdetect(text: str) -> Counter[str]:
    """The n-grams of a text by langdetect's own loop."""
    found: Counter[str] = Counter()
    ngram = NGram()
    for character in f"{NGram.normalize_vi(text)} ":
        ngram.add_char(character)
        found.update(gram for size in (1, 2, 3) if (gram := ngram.get(size)))
    return found


def spelt(code: int) -> str:
    points = [code >> 42, code >> 21 & 0x1FFFFF, code & 0x1FFFFF]
    return "".join(chr(point) for point in points if point)


@given(LETTERS)
@example("NATO-Rat der USA In Rom")
@example("")
@settings(deadline=None)
def test_ngrams_are_langdetects(text: str) -> None:
    assert Counter(map(spelt, grams_of([text]).codes.tolist())) == by_langdetect(text)


@given(st.lists(LETTERS, min_size=2, max_size=5))
@settings(deadline=None)
def test_texts_read_together_have_the_ngrams_that_each_has_alone(texts: list[str]) -> None:
    together = grams_of(texts)
    for index, text in enumerate(texts):
        assert sorted(together.codes[together.texts == index]) == sorted(grams_of([text]).codes)


@pytest.mark.parametrize("name", ["en", "ru", "hi", "fa", "ko"])
def test_sums_are_the_logarithms_of_langdetects_shares(name: str) -> None:
    table = table_of(SCRIPT_OF[name])
    sums, counts = table.sums(grams_of(["", TOLD[name]]))
    shares = table.factory.word_lang_prob_map
    known = [gram for gram, times in by_langdetect(TOLD[name]).items() for _ in range(times) if gram in shares]
    place = table.names.index(name)
    expected = sum(math.log(shares[gram][place] + Detector.ALPHA_DEFAULT / Detector.BASE_FREQ) for gram in known)
    assert counts.tolist() == [0, len(known)]
    assert sums[1, place] == pytest.approx(expected)
    assert not sums[0].any()


def test_coverage_is_the_share_of_trigrams_that_the_profile_has() -> None:
    shares = table_of("Latn").factory.word_lang_prob_map
    place = table_of("Latn").names.index("de")
    trigrams = [gram for gram, times in by_langdetect(TOLD["de"]).items() for _ in range(times) if len(gram) == 3]
    hits = sum(gram in shares and shares[gram][place] > 0 for gram in trigrams)
    assert coverage(TOLD["de"], "de") == (hits / len(trigrams), len(trigrams))


def test_langdetects_detector_decides(monkeypatch) -> None:
    asked: list[str] = []
    whole = Detector.get_probabilities

    def heard(self: Detector) -> object:
        asked.append(self.text)
        return whole(self)

    monkeypatch.setattr(Detector, "get_probabilities", heard)
    assert detect(TOLD["nl"]).language == "nl"
    assert len(asked) == 1


def test_no_language_is_both_told_and_refused() -> None:
    names = {str(profile["name"]) for profiles in refused().values() for profile in profiles}
    assert len(names) > 15
    assert names.isdisjoint(SCRIPT_OF)
