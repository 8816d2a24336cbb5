"""Columns for the model: the shape of each line, its cues, and whether it looks like its neighbours."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ingest.clean import cues
from ingest.clean.lines import BULLET, QUOTE, REMEMBERED, SENTENCE_END, TRAILS_OFF
from ingest.clean.outline import Outline
from ingest.clean.words import WIDE

Column = NDArray[np.float32]
CUE_NAMES = (*cues.NAMES, "dateline", "wire_end")
CUE_PLACE = {name: place for place, name in enumerate(CUE_NAMES)}
FURNITURE = frozenset(
    {
        "related",
        "age",
        "legal",
        "subscribe",
        "cookie",
        "comments",
        "tags",
        "share",
        "ad",
        "inline",
        "nav",
        "junk",
        "feedback",
        "translation",
        "paywall",
    }
)
"""Cues that speak for a line's being none of the article's."""
MARKS = re.compile(r"[^\w\s]")
LOUD = re.compile(r"[!?]{2,}|\.{2,}|…")
CARELESS = re.compile(r"[.,!?][^\W\d_]|\s[.,!?]|[.!?]\s+[a-zа-яё]")
"""How readers write who comment: no space after a stop, one before it, a sentence without a capital."""
READ_CHARS = 2000
"""Marks and sentences are counted in so much of a line."""
WIDE_CHARS = 200
WIDTHS = (15, 35, 70, 130, 250)
"""Where widths part in a line's signature."""
STEPS = (1, 2, 3, 4)
"""How far a line is compared with others of its form: lists repeat every so many lines."""
COMMON_WORDS, SHORT_WORD = 40, 5


def cue_table(page: Outline) -> NDArray[np.bool_]:
    """Lines × CUE_NAMES: which line shows which cue."""
    table = np.zeros((len(page.lines), len(CUE_NAMES)), np.bool_)
    found = [(row, CUE_PLACE[name]) for row, line in enumerate(page.lines) for name in line.cues]
    if found:
        table[tuple(np.array(found).T)] = True
    return table


def shape_columns(page: Outline, shown: NDArray[np.bool_]) -> dict[str, Column]:
    """One column per trait, one value per line; `shown` is the page's cue table."""
    table = np.array([traits_of(line.text, line.tokens) for line in page.lines], np.float32)
    columns: dict[str, Column] = dict(zip(TRAITS, table.T, strict=True))
    repeats = Counter(line.key for line in page.lines)
    widths = [page.lines[index].width for index in page.paragraphs]
    columns["width"] = np.array([line.width for line in page.lines], np.float32)
    columns["ends"] = np.array([line.ends for line in page.lines], np.float32)
    columns["dense"] = np.array([line.dense for line in page.lines], np.float32)
    columns["repeats"] = np.array([repeats[line.key] for line in page.lines], np.float32)
    columns["width_to_median"] = columns["width"] / np.float32(np.median(widths) if widths else 100.0)
    columns["grammar"] = _grammar(page)
    columns["of_title"] = _of_title(page)
    columns["cues"] = shown.sum(axis=1).astype(np.float32)
    columns |= {f"cue_{name}": shown[:, place].astype(np.float32) for name, place in CUE_PLACE.items()}
    return columns | _likeness(columns, shows(shown, FURNITURE))


def shows(shown: NDArray[np.bool_], names: Iterable[str]) -> NDArray[np.bool_]:
    """Which lines show one of some cues."""
    return np.asarray(shown[:, [CUE_PLACE[name] for name in names]].any(axis=1))


def _grammar(page: Outline) -> Column:
    """Which share of each line's words are among the short ones that the document's paragraphs use most."""
    count: Counter[str] = Counter()
    for index in page.paragraphs:
        count.update([word for word in page.lines[index].folded if len(word) <= SHORT_WORD])
    common = {word for word, _ in count.most_common(COMMON_WORDS)}
    shares = [sum(map(common.__contains__, line.folded)) / max(1, len(line.tokens)) for line in page.lines]
    return np.array(shares, np.float32)


@lru_cache(maxsize=REMEMBERED)
def traits_of(text: str, tokens: tuple[str, ...]) -> tuple[float, ...]:
    """The TRAITS of a line, which its text alone decides."""
    text, n = text[:READ_CHARS], max(1, len(tokens))
    length = max(1, len(text))
    capitals = [token for token in tokens if token[0].isupper()]
    marks = Counter(MARKS.findall(text))
    stops = _count(marks, ".!?…")
    return (
        len(tokens),
        length / n if tokens else 0.0,
        len(capitals) / n,
        sum(token.isupper() and len(token) > 1 for token in capitals) / n,
        sum(map(str.isdigit, tokens)) / n,
        sum(len(token) > 2 for token in tokens) - sum(len(token) > 2 for token in capitals),
        marks.total() / length,
        _count(marks, ",،、，") / n,
        min(4, _count(marks, '"“”„«»')),
        text.rstrip().endswith((":", "：")),
        _count(marks, "?？") > 0,
        min(4, _count(marks, "!！")),
        min(4, len(LOUD.findall(text))) if stops else 0,
        min(5, len(CARELESS.findall(text))) / n if stops or "," in marks else 0.0,
        TRAILS_OFF.search(text[-12:]) is not None,
        BULLET.match(text) is not None,
        QUOTE.match(text) is not None,
        text[:1].islower(),
        text[:1].isdigit(),
        min(5, len(SENTENCE_END.findall(text))) if stops or _count(marks, "。！？।؟۔") else 0,
        len(set(tokens)) / n,
        0.0 if text.isascii() else len(WIDE.findall(text[:WIDE_CHARS])) / min(length, WIDE_CHARS),
    )


def _count(marks: Mapping[str, int], wanted: str) -> int:
    """How many marks are among those wanted."""
    return sum([marks[mark] for mark in wanted if mark in marks])


TRAITS = (
    "words",
    "word_length",
    "capitals",
    "shouting",
    "digits",
    "lower_words",
    "marks",
    "commas",
    "quotes",
    "colon",
    "question",
    "exclaims",
    "loud",
    "careless",
    "trails_off",
    "bullet",
    "opens_quote",
    "lower_start",
    "digit_start",
    "sentences",
    "variety",
    "wide_script",
)


def _of_title(page: Outline) -> Column:
    """Which share of each line's words the title has."""
    if page.title is None:
        return np.zeros(len(page.lines), np.float32)
    title = set(page.lines[page.title].folded)
    own = [set(line.folded) for line in page.lines]
    return np.array([len(title & words) / max(1, len(words)) for words in own], np.float32)


def _likeness(columns: dict[str, Column], furniture: NDArray[np.bool_]) -> dict[str, Column]:
    """Whether the lines some steps away have the same form, and how many of all have."""
    form = np.digitize(columns["width"], WIDTHS).astype(np.int64)
    for trait in (columns["ends"] > 0, columns["capitals"] > 0.5, columns["digits"] > 0, furniture, columns["bullet"] > 0):
        form = 2 * form + trait
    counts = np.bincount(form)
    found: dict[str, Column] = {"form_share": (counts[form] / len(form)).astype(np.float32)}
    for step in STEPS:
        same = (form[:-step] == form[step:]).astype(np.float32)
        edge = np.zeros(min(step, len(form)), np.float32)
        found[f"like_+{step}"] = np.concatenate([same, edge])
        found[f"like_-{step}"] = np.concatenate([edge, same])
    return found
