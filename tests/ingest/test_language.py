"""Languages are told the same whenever and wherever they are asked for, honestly, and without an exception."""

import json
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import language, profiles
from ingest.language import LanguageConfig, Verdict, detect, identify
from ingest.pipeline import process
from ingest.records import Cleaned, Document, Flag, LanguageSpan, RawPage, Reason, Rejected, Removal
from ingest.stages import PipelineConfig, build

SAMPLES = json.loads(Path(__file__).with_name("languages.json").read_text("utf-8"))
TOLD: dict[str, str] = SAMPLES["told"]
UNKNOWN: dict[str, tuple[str, str]] = {name: tuple(entry) for name, entry in SAMPLES["unknown"].items()}
ALL = [*TOLD.values(), *(text for _, text in UNKNOWN.values()), TOLD["en"][:90] + TOLD["de"][:90], "Pl" * 40, "", "١٢٣ 45"]

MEMORY = """
import json, sys
from dataclasses import asdict
from ingest.language import detect
print(json.dumps([asdict(detect(text)) for text in json.load(sys.stdin)]))
"""


def document(*blocks: str, cut: int | None = None, title: int | None = None, **fields) -> Document:
    """An article of these blocks, of which one may be cut and one the title."""
    starts = [sum(len(block) + 1 for block in blocks[:index]) for index in range(len(blocks))]
    spans = [(start, start + len(block)) for start, block in zip(starts, blocks, strict=True)]
    return Document(
        text="\n\n".join(block for index, block in enumerate(blocks) if index not in (cut, title)),
        source_text="\n".join(blocks),
        title=None if title is None else blocks[title],
        title_span=None if title is None else spans[title],
        removals=() if cut is None else (Removal(*spans[cut], Reason.PROMOTION, 0.9),),
        **fields,
    )


def identified(given: Document, **config) -> Document:
    found = identify(given, LanguageConfig(**config))
    assert isinstance(found, Document)
    return found


@pytest.mark.parametrize("name", TOLD)
def test_language_with_a_profile_is_told(name: str) -> None:
    found = detect(TOLD[name])
    assert found.language == name
    assert found.score > 0.99


@pytest.mark.parametrize("name", UNKNOWN)
def test_language_without_a_profile_is_und_with_its_script_never_a_neighbour(name: str) -> None:
    script, text = UNKNOWN[name]
    assert detect(text) == Verdict("und", 0.0, script)


SCRIPTS = {
    "zh": "Hani",
    "ja": "Jpan",
    "ko": "Hang",
    "th": "Thai",
    "el": "Grek",
    "he": "Hebr",
    "ar": "Arab",
    "hi": "Deva",
    "bn": "Beng",
    "ta": "Taml",
    "ru": "Cyrl",
    "vi": "Latn",
}


@pytest.mark.parametrize(("name", "script"), SCRIPTS.items())
def test_script_stands_beside_the_language(name: str, script: str) -> None:
    assert detect(TOLD[name]).script == script


def test_chinese_with_a_few_kana_is_chinese_and_japanese_with_few_kana_is_japanese() -> None:
    assert detect(TOLD["zh"] + "のり").language == "zh"
    assert detect("東京都知事選、新人十人が届け出へ").language == "ja"


def test_han_letters_of_japanese_count_towards_the_least_size() -> None:
    headline = "図書館が土曜に開館"
    assert detect(headline) == Verdict("ja", 1.0, "Jpan")
    assert detect(headline[:3]).language == "und"


def test_latin_names_in_a_text_of_another_script_change_nothing() -> None:
    for name in ("ko", "ja", "ru", "ar"):
        assert detect(TOLD[name] + " Anna Lindqvist, Harbour Museum").language == name


def test_letters_of_other_scripts_dont_hide_a_language() -> None:
    assert detect(TOLD["en"] + TOLD["ko"]).language == "en"
    assert detect(TOLD["ru"] + " " + UNKNOWN["ka"][1]).language == "ru"


@pytest.mark.parametrize("name", ["en", "de", "fr", "ru", "el"])
def test_text_in_capitals_is_told_as_its_lower_case_is(name: str) -> None:
    assert detect(TOLD[name].upper()).language == name


@pytest.fixture(scope="module")
def alone() -> list[Verdict]:
    """The verdicts on all samples, in their order."""
    return [detect(text) for text in ALL]


def test_order_changes_no_verdict(alone) -> None:
    order = random.Random(5).sample(range(len(ALL)), len(ALL))
    assert {index: detect(ALL[index]) for index in order} == dict(enumerate(alone))


def test_what_was_read_before_changes_no_verdict_of_a_doubtful_text() -> None:
    doubtful = [TOLD["da"][:40], TOLD["cs"][:40], TOLD["pt"][:40], TOLD["af"][:40], UNKNOWN["eo"][1]]
    before = {text: detect(text) for text in doubtful}
    for prefix in ALL[::6]:
        detect(prefix)
        random.seed(prefix)
        assert {text: detect(text) for text in doubtful} == before


def test_the_detector_keeps_its_own_chance_whatever_langdetect_is_told(alone, monkeypatch) -> None:
    from langdetect.detector_factory import DetectorFactory

    monkeypatch.setattr(DetectorFactory, "seed", 7)
    assert [detect(text) for text in ALL] == alone


def test_threads_change_no_verdict(alone) -> None:
    profiles.table_of.cache_clear()  # Profiles are loaded anew, by many threads at once.
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(detect, ALL * 2)) == alone * 2


def test_another_process_and_hash_seed_change_no_verdict(alone, root: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", MEMORY],
        input=json.dumps(ALL[::-1]),
        env={**os.environ, "PYTHONHASHSEED": "4711"},
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(told.stdout)[::-1] == [asdict(verdict) for verdict in alone]


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\x00", "1234 567.8", "…!?—", "\u200b\u200d\ufeff", "😀" * 50, "ⅷ" * 50, "\ud800\udfff" * 9]
)
def test_text_without_letters_is_und_without_a_script(text: str) -> None:
    assert detect(text) == Verdict("und", 0.0, None)


@pytest.mark.parametrize("text", ["The library", "Bibliothek", "도서관", "図書館", "مكتبة", "K", "é"])
def test_text_too_short_to_tell_is_und(text: str) -> None:
    assert detect(text).language == "und"


HOSTILE = [
    "a\u0301\u0302\u0303" * 3000,
    "\u202e" + "abc def " * 60,
    "http://x.example/a " * 80,
    "\udc80 text " * 100,
    "ﬁ" * 300,
    "Ａ" * 100,
    "ŉ" * 300,
    "\U0001d400" * 200,
    "\U00020000" * 60,
    "\uffa1" * 100,
    "ᚠᚢᚦ" * 40,
    "x" * 200_000,
    "<p>&nbsp;</p>" * 500,
    "".join(map(chr, range(0x20, 0x3000))),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_gets_a_verdict(text: str) -> None:
    found = detect(text)
    assert found.language in {"und", "zh", "ja", *language.ONLY_LANGUAGE.values(), *sum(language.PROFILES.values(), ())}
    assert (found.language == "und") == (found.score == 0.0)


@given(st.text(st.characters(), max_size=200), st.sampled_from(ALL))
@settings(max_examples=60, deadline=None)
def test_no_text_raises(noise: str, text: str) -> None:
    for mixed in (noise, noise + text, text[:50] + noise + text[50:]):
        found = detect(mixed)
        assert 0.0 <= found.score <= 1.0
        assert detect(mixed) == found


def test_even_halves_of_two_languages_are_not_called_one_with_confidence() -> None:
    found = detect(TOLD["en"] + "\n" + TOLD["de"])
    assert found.language == "und" or found.score < 0.99


def test_start_middle_and_end_of_a_long_text_count() -> None:
    numbers = "12 345 - " * 200
    for long in (numbers + TOLD["fr"] * 9, numbers + TOLD["fr"] * 9 + numbers, TOLD["fr"] * 9 + numbers):
        assert detect(long).language == "fr"


@pytest.mark.parametrize("name", ["cs", "hu", "lt", "tr"])
def test_wrongly_decoded_text_is_known_only_where_it_is_flagged(name: str) -> None:
    garbled = TOLD[name].encode().decode("windows-1252", "replace")
    assert identified(document(garbled)).language == "und"
    assert identified(document(garbled, flags=frozenset({Flag.MOJIBAKE}))).language == name


def test_german_block_in_an_english_article_is_named_with_its_span() -> None:
    found = identified(document(TOLD["en"], TOLD["de"], TOLD["en"] + " The end.", TOLD["en"] + " So it is."))
    start = len(TOLD["en"]) + 1
    assert found.language == "en"
    assert found.block_languages == (LanguageSpan(start, start + len(TOLD["de"]), "de"),)
    assert found.source_text[start : start + len(TOLD["de"])] == TOLD["de"]


def test_korean_block_in_an_english_article_is_named() -> None:
    found = identified(document(TOLD["en"] + " " + TOLD["en"], TOLD["ko"]))
    assert (found.language, [span.language for span in found.block_languages]) == ("en", ["ko"])


def test_blocks_in_the_documents_language_are_not_named() -> None:
    assert identified(document(*[TOLD["pl"]] * 4)).block_languages == ()


def test_cut_blocks_and_the_title_are_not_named() -> None:
    blocks = (TOLD["de"], TOLD["en"], TOLD["fr"], TOLD["en"] + " Again.")
    assert [span.language for span in identified(document(*blocks, title=0)).block_languages] == ["fr"]
    assert [span.language for span in identified(document(*blocks, title=0, cut=2)).block_languages] == []


def test_short_blocks_and_unknown_languages_are_not_named() -> None:
    quote = TOLD["de"][:70]
    found = identified(document(TOLD["en"], TOLD["en"] + " More.", quote, UNKNOWN["ka"][1]))
    assert (found.language, found.block_languages) == ("en", ())
    assert [span.language for span in identified(document(*[TOLD["en"]] * 3, quote), min_block_letters=40).block_languages] == [
        "de"
    ]


def test_unwanted_language_is_rejected_in_words() -> None:
    config = LanguageConfig(wanted=("de", "fr"))
    found = identify(document(TOLD["en"]), config)
    assert isinstance(found, Rejected)
    assert (found.stage, found.reason) == ("language", "not-wanted")
    assert "en" in found.detail
    assert isinstance(identify(document(TOLD["de"]), config), Document)
    assert isinstance(identify(document(UNKNOWN["ka"][1]), config), Rejected)


def page(lang: str, text: str) -> RawPage:
    body = f"<html lang='{lang}'><head><meta http-equiv=content-language content={lang}></head><body><article>"
    body += "".join(f"<p>{text} ({number})</p>" for number in range(3)) + "</article></body></html>"
    return RawPage("test", "page.html", "text/html; charset=utf-8", body.encode(), url="https://post.example/a")


@pytest.mark.parametrize(
    ("claimed", "text", "told"), [("de", TOLD["en"], "en"), ("en", TOLD["ko"], "ko"), ("en", UNKNOWN["ka"][1], "und")]
)
def test_what_the_markup_claims_never_decides(claimed: str, text: str, told: str) -> None:
    found = process(page(claimed, text), build(PipelineConfig()))
    assert isinstance(found, Cleaned)
    assert found.document.language == told
