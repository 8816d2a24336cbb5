"""Langdetect's detector and profiles, read as arrays: every n-gram of a text counts once, where langdetect draws some by chance.

The profiles of one script make one factory. Beside langdetect's own stand those of `language_profiles.json`, in its form: of
languages that it lacks, learned by `benchmarks/learn_language.py`. They are there to be refused.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import langdetect
import numpy as np
from langdetect.detector import Detector
from langdetect.detector_factory import DetectorFactory
from langdetect.utils.lang_profile import LangProfile
from langdetect.utils.ngram import NGram
from numpy.typing import NDArray

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
SCRIPT_OF: Mapping[str, str] = {name: script for script, names in PROFILES.items() for name in names} | {
    name: script for script, name in ONLY_LANGUAGE.items()
}
REFUSED = "language_profiles.json"
"""Script → profiles of languages that langdetect lacks."""
HEARD = 100
"""So many n-grams decide how probable a language is: they overlap, and a long text is no surer than its kind (langdetect's own
trials end about there). A language whose n-grams are the likelier by .046 each gets .99."""
PARTS, PART_CHARS = 3, 150
"""A text is also read in so many parts of at least so many characters: it may be in two languages."""
CERTAIN = 0.999
"""Probability from which a part speaks for itself."""
POINT_BITS = np.uint64(21)
NO_GRAM = -1

LAST_UPPER = 0x1FFFF
"""No capital lies beyond."""
Codes = NDArray[np.uint64]
Counts = NDArray[np.int64]
Refused = Mapping[str, Sequence[dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Grams:
    """The n-grams of some texts, as langdetect makes them."""

    codes: Codes
    """Code points, 21 bits each."""
    texts: Counts
    """Which text each stands in, ascending."""
    count: int
    """Texts."""

    @property
    def trigrams(self) -> "Grams":
        """The longest alone."""
        longest = self.codes >> POINT_BITS >> POINT_BITS != 0
        return Grams(self.codes[longest], self.texts[longest], self.count)


@dataclass(frozen=True, slots=True)
class Table:
    """The profiles of one script."""

    factory: DetectorFactory
    names: tuple[str, ...]
    """The languages in the order of the columns."""
    codes: Codes
    """All n-grams of the profiles, ascending."""
    logs: NDArray[np.float64]
    """N-grams × languages: logarithm of the smoothed share."""
    known: NDArray[np.bool_]
    """N-grams × languages: whether the profile has it."""

    def places(self, codes: Codes) -> Counts:
        """The row of each n-gram, NO_GRAM where no profile has it."""
        found = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        return np.where(self.codes[found] == codes, found, NO_GRAM)

    def sums(self, grams: Grams) -> tuple[NDArray[np.float64], Counts]:
        """Texts × languages: the sum over the n-grams that a profile has; and how many these are in each text."""
        places = self.places(grams.codes)
        texts, places = grams.texts[places != NO_GRAM], places[places != NO_GRAM]
        counts = np.bincount(texts, minlength=grams.count)
        sums = np.zeros((grams.count, len(self.names)))
        filled = np.flatnonzero(counts)
        if len(filled):
            starts = (np.cumsum(counts) - counts)[filled]
            sums[filled] = np.add.reduceat(self.logs[places], starts, axis=0)
        return sums, counts

    def share(self, grams: Grams, name: str) -> tuple[float, int]:
        """Share of the trigrams that a language's profile has; and their number."""
        trigrams = self.places(grams.trigrams.codes)
        hits = int((self.known[trigrams, self.names.index(name)] & (trigrams != NO_GRAM)).sum())
        return (hits / len(trigrams) if len(trigrams) else 0.0), len(trigrams)


class Reader(Detector):  # type: ignore[misc]  # langdetect has no types
    """Langdetect's detector, but for the trials in which it draws n-grams by chance until one language is sure."""

    def __init__(self, table: Table) -> None:
        super().__init__(table.factory)
        self._table = table
        self.agreed = 1.0
        """Share of the parts that are sure of a language whose language is the whole text's."""
        self.grams = grams_of([])
        """The n-grams that were read."""

    def _detect_block(self) -> None:
        parts = max(1, min(PARTS, len(self.text) // PART_CHARS))
        size = -(-len(self.text) // parts)
        self.grams = grams_of([self.text[at * size : (at + 1) * size] for at in range(parts)])
        sums, counts = self._table.sums(self.grams)
        whole, each = _shares(sums.sum(axis=0)[None], counts.sum()[None])[0], _shares(sums, counts)
        others = each.argmax(axis=1)[each.max(axis=1) > CERTAIN]
        self.agreed = float((others == whole.argmax()).mean()) if len(others) else 1.0
        self.langprob = whole.tolist() if counts.any() else [0.0] * len(whole)


def _shares(sums: NDArray[np.float64], counts: Counts) -> NDArray[np.float64]:
    """How probable each language is, as that many n-grams say."""
    weights = np.exp((sums - sums.max(axis=1, keepdims=True)) * np.minimum(1.0, HEARD / np.maximum(1, counts))[:, None])
    shares: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return shares


def grams_of(texts: Sequence[str]) -> Grams:
    """The n-grams of some texts; words in capitals have none, as in langdetect."""
    clean = [_spaced(text) for text in texts]
    line = " " + "".join(clean)
    lengths = np.array([len(text) for text in clean], np.int64)
    points = np.frombuffer(line.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    upper = _upper()[np.minimum(points, LAST_UPPER)]
    last, before = points[1:], points[:-1]
    heard = ~(upper[1:] & upper[:-1])
    is_letter, goes_on = heard & (last != ord(" ")), heard & (before != ord(" "))
    pairs = before << POINT_BITS | last
    threes = pairs[1:] | points[:-2] << POINT_BITS << POINT_BITS
    texts_of = np.repeat(np.arange(len(texts)), lengths)
    codes = np.concatenate([last[is_letter], pairs[heard & (is_letter | goes_on)], threes[goes_on[1:]]])
    owners = np.concatenate([texts_of[is_letter], texts_of[heard & (is_letter | goes_on)], texts_of[1:][goes_on[1:]]])
    if len(texts) > 1:
        order = np.argsort(owners, kind="stable")
        codes, owners = codes[order], owners[order]
    return Grams(codes, owners, len(texts))


@cache
def _upper() -> NDArray[np.bool_]:
    """Which code points are capitals."""
    return np.array([chr(point).isupper() for point in range(LAST_UPPER + 1)])


def coverage(text: str, language: str) -> tuple[float, int]:
    """Share of the text's trigrams, as langdetect makes them, that a language's profile knows; and their number."""
    return table_of(SCRIPT_OF[language]).share(grams_of([text]), language)


class _Normal(dict[int, str]):
    """What langdetect reads for each character."""

    def __missing__(self, point: int) -> str:
        self[point] = read = str(NGram.normalize(chr(point)))
        return read


_NORMAL = _Normal()


def _spaced(text: str) -> str:
    """The words of a text as langdetect reads them, each with one space behind it."""
    words = str(NGram.normalize_vi(text)).translate(_NORMAL).split(" ")
    return "".join([f"{word} " for word in words if word])


@cache
def table_of(script: str, *, refusing: bool = True) -> Table:
    """The profiles of a script: langdetect's own in a fixed order, then those to be refused unless they are left out."""
    own = PROFILES.get(script) or (ONLY_LANGUAGE[script],)
    folder = Path(langdetect.__file__).parent / "profiles"
    profiles = [LangProfile(**json.loads((folder / name).read_text("utf-8"))) for name in own]
    others = refused().get(script, []) if refusing else []
    return made_of([*profiles, *(LangProfile(**profile) for profile in others)])


def made_of(profiles: Sequence[LangProfile]) -> Table:
    """The table of some profiles of one script."""
    factory = DetectorFactory()
    for index, profile in enumerate(profiles):
        factory.add_profile(profile, index, len(profiles))
    grams = list(factory.word_lang_prob_map)
    codes, shares = np.array(list(map(_code, grams)), np.uint64), np.array(list(factory.word_lang_prob_map.values()))
    order = np.argsort(codes)
    shares = shares[order]
    logs = np.log(shares + Detector.ALPHA_DEFAULT / Detector.BASE_FREQ)
    return Table(factory, tuple(factory.langlist), codes[order], logs, shares > 0)


def learned(name: str, texts: Iterable[str]) -> LangProfile:
    """The profile of a language, made from texts as langdetect's own were."""
    profile = LangProfile(name)
    for text in texts:
        profile.update(text)
    profile.omit_less_freq()
    return profile


def _code(gram: str) -> int:
    code = 0
    for character in gram:
        code = code << int(POINT_BITS) | ord(character)
    return code


@cache
def refused() -> Refused:
    """The profiles to be refused, by script."""
    told: Refused = json.loads(files("ingest").joinpath(REFUSED).read_text("utf-8"))
    return told
