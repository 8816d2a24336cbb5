"""The language of a text: langdetect made deterministic, and honest about languages that it has no profile for.

Scripts are told first, by code points: most of them leave one language, or none that has a profile, and within a script
only its own profiles are asked. Then langdetect's detector decides on a bounded sample, reading all of its n-grams
(`ingest/profiles.py`), so that neither chance nor threads nor earlier texts can change the answer. A text that sounds like a
language kept only to be refused is `und`. Last, the share of the sample's trigrams that the winning profile knows must reach
what texts of that language have (`language_minimums.json`, learned by `benchmarks/learn_language.py`): a text that no profile
knows is `und`.
"""

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from ingest.profiles import ONLY_LANGUAGE, PROFILES, Reader, Table, grams_of, table_of
from ingest.records import Document, Flag, LanguageSpan, Rejected
from ingest.scripts import script_counts, script_of

UNKNOWN = "und"
MIN_KANA_SHARE = 0.05
"""Share of kana among Han and kana from which a text is Japanese: news has .3 to .7, Chinese text none but in names."""
MIN_SCORE = 0.9
"""Below it two profiles fit alike: of single sentences in langdetect's languages one in a hundred."""
MAX_CAPITAL_SHARE = 0.6
"""Share of capitals among cased letters from which a text is read in lower case: langdetect passes over words in capitals."""
DAMAGE_ALLOWANCE = 0.15
"""How far below its language's minimum a text may lie whose charset was mistaken: accented letters are lost, words are not."""
FULL_SAMPLE = 600
"""Trigrams from which a text's share scatters no more than those that the minimums were learned from."""


@dataclass(frozen=True, slots=True)
class LanguageConfig:
    """How languages are told, and which are wanted."""

    sample_chars: int = 1200
    """Characters that are looked at: a third each from the start, the middle and the end of the text."""
    min_letters: int = 12
    """Fewest letters of the main script for a guess; Han, kana, Hangul and Thai letters count triple."""
    min_block_letters: int = 80
    """Fewest letters of a block for it to be called a language other than its document's."""
    wanted: tuple[str, ...] = ()
    """Languages that enter the corpus, as ISO 639-1 codes; empty: all, `und` too."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What langdetect's best profile of a script says of a text."""

    language: str
    score: float
    """Its probability."""
    agreed: float
    """Of the text's parts, those that are in it."""
    share: float
    """Of the text's trigrams, those that the profile has."""
    trigrams: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What language a text is in."""

    language: str
    """As langdetect's profiles name it, `zh` for Chinese; `und` where it cannot be known."""
    score: float
    """Probability among the profiles of the script, less where parts are in other languages; 0 for `und`."""
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
    """What langdetect's own profiles say of a text within its script, whether or not the winner knows it."""
    script = _main_script(script_counts(text))
    if script is None or script not in PROFILES:
        return ONLY_LANGUAGE.get(script or "", UNKNOWN)
    return _ask(_sample(text, LanguageConfig().sample_chars), table_of(script, refusing=False)).language


def _weight(counts: Counter[str], script: str) -> int:
    """Letters of the script; those that say as much as a syllable or a word count triple."""
    letters = counts["Hani"] + counts["Kana"] if script in {"Hani", "Jpan"} else counts[script]
    return letters * (3 if script in {"Hani", "Jpan", "Hang", "Thai"} else 1)


def _own_letters(sample: str, script: str) -> str:
    """The sample without letters of other scripts, in lower case where it is in capitals: what a profile can know."""
    letters = Counter(sample)
    capitals = sum(times for letter, times in letters.items() if letter.isupper())
    small = sum(times for letter, times in letters.items() if letter.islower())
    if capitals > MAX_CAPITAL_SHARE * (capitals + small):
        sample = sample.lower()
    if script in {"Hani", "Jpan"}:
        return sample
    foreign = {ord(letter): " " for letter in set(sample) if letter.isalpha() and script_of(letter) != script}
    return sample.translate(foreign) if foreign else sample


def _within_script(sample: str, script: str, allowance: float) -> Verdict:
    if script in {"Hani", "Jpan"}:
        return Verdict("zh" if script == "Hani" else "ja", 1.0, script)
    if script not in ONLY_LANGUAGE and script not in PROFILES:
        return Verdict(UNKNOWN, 0.0, script)
    answer = _ask(sample, table_of(script))
    if answer.score < MIN_SCORE or not answer.agreed or not _is_known(answer, allowance):
        return Verdict(UNKNOWN, 0.0, script)
    return Verdict(answer.language, answer.score * answer.agreed, script)


def _is_known(answer: _Answer, allowance: float) -> bool:
    """Whether a text of that language could have so few trigrams that its profile knows; short texts scatter more."""
    minimums = _minimums()
    allowance += minimums.scatter * max(0.0, max(1, answer.trigrams) ** -0.5 - FULL_SAMPLE**-0.5)
    return answer.share >= minimums.share[answer.language] - allowance


def _ask(sample: str, table: Table) -> _Answer:
    """Langdetect's best language of a script."""
    reader = Reader(table)
    reader.append(sample)
    best = reader.get_probabilities()
    if not best or best[0].lang not in SPOKEN:
        return _Answer(UNKNOWN, 0.0, 0.0, 0.0, 0)
    return _Answer(best[0].lang, float(best[0].prob), reader.agreed, *table.share(reader.grams, best[0].lang))


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
    spans = list(_kept_blocks(document))
    blocks = [document.source_text[start:end] for start, end in spans]
    doubtful = _doubtful(blocks, whole, config)
    for (start, end), block in zip(spans, blocks, strict=True):
        if block in doubtful:
            verdict = detect(block, config)
            if verdict.language not in {UNKNOWN, whole.language} and verdict.score > CONFIDENT:
                yield LanguageSpan(start, end, verdict.language)


def _kept_blocks(document: Document) -> Iterator[tuple[int, int]]:
    """Where the blocks stand that are not cut whole, but for the title's."""
    removed = [(removal.start, removal.end) for removal in document.removals]
    if document.title_span is not None:
        removed.append(document.title_span)
    removed.sort()
    start = 0
    for block in document.source_text.split("\n"):
        end = start + len(block)
        last = bisect_right(removed, (start, len(document.source_text))) - 1
        if last < 0 or removed[last][1] < end:
            yield start, end
        start = end + 1


def _doubtful(blocks: Sequence[str], whole: Verdict, config: LanguageConfig) -> frozenset[str]:
    """The blocks large enough to be judged whose letters, or n-grams at a glance, are another language's."""
    found, alike = set(), []
    for block in blocks:
        counts = script_counts(block)
        if counts.total() >= config.min_block_letters:
            if whole.language != UNKNOWN and _main_script(counts) == whole.script:
                alike.append(block)
            else:
                found.add(block)
    if whole.script not in PROFILES:
        return frozenset(found)
    table = table_of(whole.script)
    for first in range(0, len(alike), GLANCED_TOGETHER):
        some = alike[first : first + GLANCED_TOGETHER]
        best = table.sums(grams_of([_sample(block, GLANCE_CHARS) for block in some]).trigrams)[0].argmax(axis=1)
        found.update(block for block, name in zip(some, best, strict=True) if table.names[name] != whole.language)
    return frozenset(found)


CONFIDENT = 0.99
"""Probability from which a block is said to be in another language than its document."""
GLANCE_CHARS, GLANCED_TOGETHER = 240, 64
"""Of so much of a block the trigrams are looked at before it is judged, and so many blocks at once."""
SPOKEN = frozenset({*ONLY_LANGUAGE.values(), *(name for names in PROFILES.values() for name in names)})
"""Languages that a text may be said to be in, beside Chinese and Japanese."""


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
