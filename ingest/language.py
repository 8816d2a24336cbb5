"""The language of a text: langdetect made deterministic, and honest about languages that it has no profile for.

Scripts are told first, by code points: most of them leave one language, or none that has a profile, and within a script
only its own profiles are asked. Then langdetect decides on a bounded sample with a fresh detector whose seed is its own,
so that neither threads nor earlier texts can change the answer. Last, the share of the sample's trigrams that the winning
profile knows must reach what texts of that language have (`language_minimums.json`, learned by
`benchmarks/learn_language.py`): a text that no profile knows is `und`.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import langdetect
from langdetect.detector import Detector
from langdetect.detector_factory import DetectorFactory
from langdetect.lang_detect_exception import LangDetectException
from langdetect.utils.ngram import NGram

from ingest.records import Document, Flag, LanguageSpan, Rejected
from ingest.scripts import script_counts, script_of

UNKNOWN = "und"
ONLY_LANGUAGE: Mapping[str, str] = {
    "Beng": "bn",
    "Grek": "el",
    "Gujr": "gu",
    "Guru": "pa",
    "Hang": "ko",
    "Hebr": "he",
    "Knda": "kn",
    "Mlym": "ml",
    "Taml": "ta",
    "Telu": "te",
    "Thai": "th",
}
"""Scripts in which one language alone has a profile; the profile must still know the text (Assamese, Yiddish)."""
PROFILES: Mapping[str, tuple[str, ...]] = {
    "Arab": ("ar", "fa", "ur"),
    "Cyrl": ("bg", "mk", "ru", "uk"),
    "Deva": ("hi", "mr", "ne"),
    "Latn": (
        *("af", "ca", "cs", "cy", "da", "de", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt"),
        *("lv", "nl", "no", "pl", "pt", "ro", "sk", "sl", "so", "sq", "sv", "sw", "tl", "tr", "vi"),
    ),
}
"""Languages of langdetect's profiles that share a script."""
MIN_KANA_SHARE = 0.05
"""Share of kana among Han and kana from which a text is Japanese: news has .3 to .7, Chinese text none but in names."""
MIN_SCORE = 0.9
"""Below it langdetect's trials disagreed: texts in its languages get .99 and more, Esperanto and Latin .57 to .86."""
MAX_CAPITAL_SHARE = 0.6
"""Share of capitals among cased letters from which a text is read in lower case: langdetect passes over words in capitals."""
DAMAGE_ALLOWANCE = 0.15
"""How far below its language's minimum a text may lie whose charset was mistaken: accented letters are lost, words are not."""
SEED = 20261124
FULL_SAMPLE = 600
"""Trigrams from which a text's share scatters no more than those that the minimums were learned from."""


@dataclass(frozen=True, slots=True)
class LanguageConfig:
    """How languages are told, and which are wanted."""

    sample_chars: int = 1200
    """Characters that are looked at: a third each from the start, the middle and the end of the text."""
    min_letters: int = 20
    """Fewest letters of the main script for a guess; Han, kana, Hangul and Thai letters count triple."""
    min_block_letters: int = 80
    """Fewest letters of a block for it to be called a language other than its document's."""
    wanted: tuple[str, ...] = ()
    """Languages that enter the corpus, as ISO 639-1 codes; empty: all, `und` too."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What language a text is in."""

    language: str
    """As langdetect's profiles name it, `zh` for Chinese; `und` where it cannot be known."""
    score: float
    """Probability among the profiles of the script, 0 for `und`."""
    script: str | None
    """ISO 15924 of most letters; `Jpan` for Japanese, `Kore` never: Korean is `Hang`. Null without letters."""


def identify(document: Document, config: LanguageConfig) -> Document | Rejected:
    """The document with its language, and the blocks whose language differs."""
    verdict = detect(document.text, config, is_damaged=Flag.MOJIBAKE in document.flags)
    if config.wanted and verdict.language not in config.wanted:
        return Rejected("language", "not-wanted", f"its language is {verdict.language}, language.wanted names others")
    return replace(
        document,
        language=verdict.language,
        language_score=round(verdict.score, 4),
        script=verdict.script,
        block_languages=tuple(_other_languages(document, verdict, config)),
    )


def detect(text: str, config: LanguageConfig | None = None, *, is_damaged: bool = False) -> Verdict:
    """The language of a text; never raises. A text that was decoded wrongly may have fewer trigrams that a profile knows."""
    config = config or LanguageConfig()
    sample = _sample(text, config.sample_chars)
    counts = script_counts(sample)
    script = _main_script(counts)
    if script is None:
        return Verdict(UNKNOWN, 0.0, None)
    if _weight(counts, script) < config.min_letters:
        return Verdict(UNKNOWN, 0.0, script)
    return _within_script(_own_letters(sample, script), script, DAMAGE_ALLOWANCE if is_damaged else 0.0)


def guess(text: str) -> str:
    """What langdetect says of a text within its script, whether or not the profile knows it."""
    script = _main_script(script_counts(text))
    if script is None or script not in PROFILES:
        return ONLY_LANGUAGE.get(script or "", UNKNOWN)
    return _ask(_sample(text, LanguageConfig().sample_chars), script)[0]


def coverage(text: str, language: str) -> tuple[float, int]:
    """Share of the text's trigrams, as langdetect makes them, that a language's profile knows; and their number."""
    known = _trigrams(language)
    ngram, seen, hits = NGram(), 0, 0
    for character in NGram.normalize_vi(text):
        ngram.add_char(character)
        if ngram.capitalword or len(ngram.grams) < NGram.N_GRAM:
            continue
        seen += 1
        hits += ngram.grams in known
    return (hits / seen if seen else 0.0), seen


def _weight(counts: Counter[str], script: str) -> int:
    """Letters of the script; those that say as much as a syllable or a word count triple."""
    letters = counts["Hani"] + counts["Kana"] if script in {"Hani", "Jpan"} else counts[script]
    return letters * (3 if script in {"Hani", "Jpan", "Hang", "Thai"} else 1)


def _own_letters(sample: str, script: str) -> str:
    """The sample without letters of other scripts, in lower case where it is in capitals: what a profile can know."""
    cased = sum(character.isupper() or character.islower() for character in sample)
    if sum(map(str.isupper, sample)) > MAX_CAPITAL_SHARE * cased:
        sample = sample.lower()
    if script in {"Hani", "Jpan"}:
        return sample
    foreign = {ord(letter): " " for letter in set(sample) if letter.isalpha() and script_of(letter) != script}
    return sample.translate(foreign)


def _within_script(sample: str, script: str, allowance: float) -> Verdict:
    if script in {"Hani", "Jpan"}:
        return Verdict("zh" if script == "Hani" else "ja", 1.0, script)
    if script in ONLY_LANGUAGE:
        language, score = ONLY_LANGUAGE[script], 1.0
    elif script in PROFILES:
        language, score = _ask(sample, script)
    else:
        return Verdict(UNKNOWN, 0.0, script)
    if score < MIN_SCORE or not _is_known(sample, language, allowance):
        return Verdict(UNKNOWN, 0.0, script)
    return Verdict(language, score, script)


def _is_known(sample: str, language: str, allowance: float) -> bool:
    """Whether a text of that language could have so few trigrams that its profile knows; short texts scatter more."""
    share, trigrams = coverage(sample, language)
    minimums = _minimums()
    allowance += minimums.scatter * max(0.0, max(1, trigrams) ** -0.5 - FULL_SAMPLE**-0.5)
    return share >= minimums.share[language] - allowance


def _ask(sample: str, script: str) -> tuple[str, float]:
    """Langdetect's best language of a script, with its probability."""
    detector: Detector = _factory().create()
    detector.seed = SEED
    detector.set_prior_map(dict.fromkeys(PROFILES[script], 1.0))
    detector.append(sample)
    try:
        best = detector.get_probabilities()
    except LangDetectException:
        return UNKNOWN, 0.0
    return (best[0].lang, float(best[0].prob)) if best else (UNKNOWN, 0.0)


def _sample(text: str, size: int) -> str:
    if len(text) <= size:
        return text
    third, middle = size // 3, len(text) // 2
    return " ".join((text[:third], text[middle - third // 2 : middle + third // 2], text[-third:]))


def _main_script(counts: Counter[str]) -> str | None:
    """The script of most letters; Han with enough kana is Japanese."""
    if not counts:
        return None
    east = counts["Hani"] + counts["Kana"]
    others = {script: count for script, count in counts.items() if script not in {"Hani", "Kana"}}
    script, most = max(others.items(), key=lambda entry: (entry[1], entry[0]), default=("", 0))
    # An ideograph says as much as two or three letters of an alphabet.
    if 2 * east >= most and east:
        return "Jpan" if counts["Kana"] >= MIN_KANA_SHARE * east else "Hani"
    return script


def _other_languages(document: Document, whole: Verdict, config: LanguageConfig) -> Iterator[LanguageSpan]:
    removed = sorted([(removal.start, removal.end) for removal in document.removals] + [document.title_span or (0, 0)])
    start = passed = 0
    for block in document.source_text.split("\n"):
        end = start + len(block)
        # Removals never overlap: of those that end behind this block's start only the first can hold it.
        while passed < len(removed) and removed[passed][1] <= start:
            passed += 1
        is_kept = passed == len(removed) or not (removed[passed][0] <= start and end <= removed[passed][1])
        if is_kept and sum(script_counts(block).values()) >= config.min_block_letters:
            verdict = detect(block, config)
            if verdict.language not in {UNKNOWN, whole.language} and verdict.score > CONFIDENT:
                yield LanguageSpan(start, end, verdict.language)
        start = end + 1


CONFIDENT = 0.99
"""Probability from which a block is said to be in another language than its document."""


@dataclass(frozen=True, slots=True)
class Minimums:
    """What share of trigrams a text must have that its language's profile knows."""

    share: Mapping[str, float]
    scatter: float
    """How far below a text of n trigrams may lie, times 1/√n less that of a full sample."""


@cache
def _minimums() -> Minimums:
    told = json.loads(files("ingest").joinpath("language_minimums.json").read_text("utf-8"))
    return Minimums(told["share"], told["scatter"])


@cache
def _factory() -> DetectorFactory:
    """All profiles, in a fixed order: langdetect's own loader takes the file system's."""
    folder = Path(langdetect.__file__).parent / "profiles"
    factory = DetectorFactory()
    factory.load_json_profile([path.read_text("utf-8") for path in sorted(folder.iterdir()) if not path.name.startswith(".")])
    return factory


@cache
def _trigrams(language: str) -> frozenset[str]:
    factory = _factory()
    index = factory.get_lang_list().index(language)
    return frozenset(gram for gram, shares in factory.word_lang_prob_map.items() if len(gram) == NGram.N_GRAM and shares[index])
