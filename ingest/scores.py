"""How good cleaning is against gold data; every figure is a mean or a share of characters, pages or documents.

Labels of lines: K own body; D, S (another story) and C (furniture) are to go; T title, N and U are not scored.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ingest.gold import LanguageGold, LinesGold, MetadataGold, PageGold, SeedGold
from ingest.ledger import Entry, entries
from ingest.records import Document

Scores = dict[str, float]
Keep = Callable[[list[str]], Sequence[bool]]
"""Which lines of a plain-text document are its own."""

# fmt: off
PROFILES = frozenset([
    "af", "ar", "bg", "bn", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "gu", "he", "hi",
    "hr", "hu", "id", "it", "ja", "kn", "ko", "lt", "lv", "mk", "ml", "mr", "ne", "nl", "no", "pa", "pl", "pt", "ro",
    "ru", "sk", "sl", "so", "sq", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "vi", "zh",
])
# fmt: on
"""Languages that langdetect has a profile for."""
SAME_LANGUAGE = {"nb": "no", "nn": "no", "bs": "hr", "ms": "id"}
"""Languages that count as another one, too close to be told apart by profiles."""
SHINGLE_WORDS = 4
TITLE_LINES = 4
"""Lines at the head of a text that are dropped where they equal the page's title."""
FALSE_CUT_SHARE = 0.1
NATURAL_CUT_SHARE = 0.05
BAD_F1, CLEAN_F1 = 0.8, 0.98
_TOKEN = re.compile(r"[぀-ヿ㐀-鿿฀-๿က-႟]|\w+")
"""A word; in scripts without spaces, a character."""


@dataclass(frozen=True, slots=True)
class _Tally:
    """Characters by label."""

    total: Counter[str]
    gone: Counter[str]
    is_exact: bool = True
    """Whether every line of another story is gone and every own one is there, empty ones too."""

    def left(self, label: str) -> int:
        return self.total[label] - self.gone[label]


def _tally(gold: LinesGold, keep: Keep) -> _Tally:
    total: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    is_exact = True
    for line, label, is_kept in zip(gold.lines, gold.labels, keep(gold.lines), strict=True):
        total[label] += len(line)
        gone[label] += 0 if is_kept else len(line)
        is_exact = is_exact and label != ("S" if is_kept else "K")
    return _Tally(total, gone, is_exact)


def _sum(tallies: Iterable[_Tally]) -> _Tally:
    total: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for tally in tallies:
        total.update(tally.total)
        gone.update(tally.gone)
    return _Tally(total, gone)


def _share(part: float, whole: float) -> float:
    return part / max(1, whole)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def text(documents: Iterable[LinesGold], keep: Keep) -> Scores:
    """Plain-text dumps of pages; `macroF1` is the mean over documents of the F1 of kept characters."""
    tallies = [_tally(document, keep) for document in documents]
    whole = _sum(tallies)
    precision = _share(whole.left("K"), whole.left("K") + whole.left("D"))
    recall = _share(whole.left("K"), whole.total["K"])
    return {
        "docs": len(tallies),
        "removed": _share(whole.gone["D"], whole.total["D"]),
        "own_lost": 1 - recall,
        "P": precision,
        "R": recall,
        "F1": 2 * precision * recall / max(1e-9, precision + recall),
        "macroF1": _share(sum(_text_f1(tally) for tally in tallies), len(tallies)),
        "exact": _share(sum(not tally.gone["K"] and not tally.left("D") for tally in tallies), len(tallies)),
    }


def _text_f1(tally: _Tally) -> float:
    kept, kept_all = tally.left("K"), tally.left("K") + tally.left("D")
    precision = kept / kept_all if kept_all else 0.0
    recall = kept / tally.total["K"] if tally.total["K"] else 1.0
    return _f1(precision, recall)


def story(documents: Iterable[LinesGold], keep: Keep) -> Scores:
    """Documents with unrelated stories appended or inserted; `false_cut`: negatives that lost more than a tenth."""
    pairs = [(document.negative, _tally(document, keep)) for document in documents]
    whole = _sum(tally for _, tally in pairs)
    positives = [tally for negative, tally in pairs if not negative]
    negatives = [tally for negative, tally in pairs if negative]
    return {
        "docs": len(pairs),
        "removed": _share(whole.gone["S"], whole.total["S"]),
        "own_lost": _share(whole.gone["K"], whole.total["K"]),
        "exact": _share(sum(tally.is_exact for tally in positives), len(positives)),
        "false_cut": _share(sum(tally.gone["K"] > FALSE_CUT_SHARE * tally.total["K"] for tally in negatives), len(negatives)),
    }


def natural(documents: Iterable[LinesGold], keep: Keep) -> Scores:
    """Real documents with what extractors left in them; `negatives_cut`: those without leftovers that lost more than 5 %."""
    pairs = [(document.negative, _tally(document, keep)) for document in documents]
    tallies = [tally for _, tally in pairs]
    negatives = [tally for negative, tally in pairs if negative]
    whole = _sum(tallies)
    exact = sum(not tally.gone["K"] and not tally.left("S") and not tally.left("C") for tally in tallies)
    return {
        "docs": len(tallies),
        "stories_removed": _share(whole.gone["S"], whole.total["S"]),
        "furniture_removed": _share(whole.gone["C"], whole.total["C"]),
        "own_lost": _share(whole.gone["K"], whole.total["K"]),
        "macroF1": _share(sum(_natural_f1(tally) for tally in tallies), len(tallies)),
        "exact": _share(exact, len(tallies)),
        "negatives_cut": _share(
            sum(tally.gone["K"] > NATURAL_CUT_SHARE * tally.total["K"] for tally in negatives), len(negatives)
        ),
    }


def _natural_f1(tally: _Tally) -> float:
    kept = tally.left("K")
    precision = _share(kept, kept + tally.left("S") + tally.left("C"))
    recall = kept / tally.total["K"] if tally.total["K"] else 1.0
    return _f1(precision, recall)


def pages(documents: Iterable[PageGold], clean: Callable[[bytes, str], str]) -> Scores:
    """HTML pages: mean F1, precision and recall over word 4-grams, the title left out on both sides."""
    found = [_page(document, clean(document.html, document.url) or "") for document in documents]
    return {
        "docs": len(found),
        "F1": _share(sum(f1 for f1, _, _ in found), len(found)),
        "P": _share(sum(precision for _, precision, _ in found), len(found)),
        "R": _share(sum(recall for _, _, recall in found), len(found)),
        "bad": _share(sum(f1 < BAD_F1 for f1, _, _ in found), len(found)),
        "clean": _share(sum(f1 > CLEAN_F1 for f1, _, _ in found), len(found)),
    }


def _page(gold: PageGold, got: str) -> tuple[float, float, float]:
    want_shingles, got_shingles = (_shingles(_tokens(each, gold.titles)) for each in (gold.text, got))
    hit = (want_shingles & got_shingles).total()
    precision, recall = _share(hit, got_shingles.total()), _share(hit, want_shingles.total())
    return _f1(precision, recall) if hit else 0.0, precision, recall


def _tokens(text: str, titles: list[str]) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip()]
    same = {_normal(title).strip() for title in titles if title}
    lines = [line for place, line in enumerate(lines) if place >= TITLE_LINES or _normal(line).strip() not in same]
    return _TOKEN.findall(_normal("\n".join(lines)))


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _shingles(tokens: list[str]) -> Counter[tuple[str, ...]]:
    starts = range(max(1, len(tokens) - SHINGLE_WORDS + 1)) if tokens else range(0)
    return Counter(tuple(tokens[start : start + SHINGLE_WORDS]) for start in starts)


def metadata(documents: Iterable[MetadataGold], describe: Callable[[bytes, str], dict[str, Any]], today: date) -> Scores:
    """Title equal but for case, space and punctuation; authors by set F1; date right to one day, for time zones."""
    titles, authors, dates, found_dates = [], [], [], []
    count = 0
    for gold in documents:
        count += 1
        got = describe(gold.html, gold.url) or {}
        if gold.title:
            titles.append(_folded(got.get("title")) == _folded(gold.title))
        if gold.date:
            day = _day(got.get("date"))
            found_dates.append(day)
            dates.append(day is not None and abs((day - date.fromisoformat(gold.date)).days) <= 1)
        if gold.authors:
            authors.append(
                _set_f1({_folded(name) for name in gold.authors}, {_folded(name) for name in got.get("authors") or []})
            )
    return {
        "docs": count,
        "title": _share(sum(titles), len(titles)),
        "authorsF1": _share(sum(authors), len(authors)),
        "date": _share(sum(dates), len(dates)),
        "future_dates": sum(day is not None and day > today for day in found_dates),
    }


def _folded(text: str | None) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text or "").casefold()))


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _set_f1(a: set[str], b: set[str]) -> float:
    return 2 * len(a & b) / (len(a) + len(b))


def language(documents: Iterable[LanguageGold], detect: Callable[[str], str]) -> Scores:
    """Share right of the languages with a profile; of the others the share that got a label instead of `und`."""
    right, mislabelled = [], []
    for gold in documents:
        got = (detect(gold.text) or "und").split("-")[0]
        want = SAME_LANGUAGE.get(gold.language, gold.language)
        if want in PROFILES:
            right.append(SAME_LANGUAGE.get(got, got) == want)
        else:
            mislabelled.append(got not in ("und", gold.language))
    return {
        "docs": len(right) + len(mislabelled),
        "right": _share(sum(right), len(right)),
        "mislabelled_unsupported": _share(sum(mislabelled), len(mislabelled)),
    }


def seeds(documents: Iterable[SeedGold], read: Callable[[SeedGold], Document | None]) -> Scores:
    """Raw files with their exact result: shares of files with right title, text, language, and of blocks with right fate."""
    pairs = [(gold, read(gold)) for gold in documents]
    wanted = [(gold, got) for gold, got in pairs if got is not None]
    blocks = [is_right for gold, got in wanted for is_right in _right_blocks(gold, got)]
    n_blocks = sum(len(gold.blocks) for gold, _ in pairs)
    return {
        "docs": len(pairs),
        "title": _share(sum(got.title == gold.title for gold, got in wanted), len(pairs)),
        "text": _share(sum(got.text == gold.text for gold, got in wanted), len(pairs)),
        "language": _share(sum(got.language == gold.language for gold, got in wanted), len(pairs)),
        "blocks": _share(sum(blocks), n_blocks),
    }


def _right_blocks(gold: SeedGold, got: Document) -> list[bool]:
    found = entries(got.source_text, got.title_span, got.removals)
    return [
        (block.line, block.is_title, block.kept, block.cut) == _fate(entry)
        for block, entry in zip(gold.blocks, found, strict=False)
    ]


def _fate(entry: Entry) -> tuple[str, bool, str, str | None]:
    reasons = sorted({removal.reason.value for removal in entry.removals})
    return entry.line, entry.is_title, entry.kept, None if entry.is_title else "+".join(reasons) or None
