"""Columns for the model: the shape of each line, its cues, and whether it looks like its neighbours."""

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from statistics import median

import numpy as np
from numpy.typing import NDArray

from ingest.clean import cues
from ingest.clean.lines import BULLET, QUOTE, REMEMBERED, SENTENCE_END, TRAILS_OFF, Line
from ingest.clean.outline import Outline
from ingest.clean.pages import Pages
from ingest.clean.words import WIDE

Column = NDArray[np.float32]
CUE_NAMES = (*cues.NAMES, "dateline", "wire_end")
CUE_PLACE = {name: place for place, name in enumerate(CUE_NAMES)}
CUE_COLUMNS = tuple(f"cue_{name}" for name in CUE_NAMES)
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
FORMS = (len(WIDTHS) + 1) << 5
"""A width and five traits."""
LIKE_STEPS = (1, -1, 2, -2, 3, -3, 4, -4)
"""How far a line is compared with others of its form: lists repeat every so many lines."""
USUAL_WIDTH = 100.0
"""Of a paragraph, on a page without any."""
COMMON_WORDS, SHORT_WORD = 40, 5


def cue_table(lines: Sequence[Line]) -> NDArray[np.bool_]:
    """Lines × CUE_NAMES: which line shows which cue."""
    table = np.zeros((len(lines), len(CUE_NAMES)), np.bool_)
    found = [row * len(CUE_NAMES) + CUE_PLACE[name] for row, line in enumerate(lines) for name in line.cues]
    table.ravel()[found] = True
    return table


def shape_columns(pages: Pages, shown: NDArray[np.bool_]) -> dict[str, Column]:
    """One column per trait, one value per line; `shown` is the lines' cue table."""
    packed = b"".join([_packed(line.text, line.tokens) for line in pages.lines])
    table = np.frombuffer(packed, np.float32).reshape(len(pages.lines), len(TRAITS))
    columns: dict[str, Column] = dict(zip(TRAITS, table.T, strict=True))
    columns["width"] = pages.width.astype(np.float32)
    columns["ends"] = pages.ends.astype(np.float32)
    columns["dense"] = pages.dense.astype(np.float32)
    columns["repeats"] = _by_page(_repeats, pages)
    medians: Column = np.array([_median(page) for page in pages.outlines], np.float32)
    columns["width_to_median"] = columns["width"] / pages.on_page(medians)
    columns["grammar"] = _by_page(_grammar, pages)
    columns["of_title"] = _by_page(_of_title, pages)
    columns["cues"] = shown.sum(axis=1).astype(np.float32)
    columns |= dict(zip(CUE_COLUMNS, shown.T.astype(np.float32), strict=True))
    return columns | _likeness(pages, columns, shows(shown, FURNITURE))


def _by_page(values: Callable[[Outline], Iterable[float]], pages: Pages) -> Column:
    return np.array([value for page in pages.outlines for value in values(page)], np.float32)


def _repeats(page: Outline) -> list[int]:
    """How often each line stands on the page."""
    keys = [line.key for line in page.lines]
    repeats = Counter(keys)
    return [repeats[key] for key in keys]


def _median(page: Outline) -> float:
    """The width of a paragraph."""
    return float(median([page.lines[index].width for index in page.paragraphs])) if page.paragraphs else USUAL_WIDTH


def shows(shown: NDArray[np.bool_], names: Iterable[str]) -> NDArray[np.bool_]:
    """Which lines show one of some cues."""
    return np.asarray(shown[:, [CUE_PLACE[name] for name in names]].any(axis=1))


def _grammar(page: Outline) -> list[float]:
    """Which share of each line's words are among the short ones that the document's paragraphs use most."""
    count: Counter[str] = Counter()
    for index in page.paragraphs:
        count.update([word for word in page.lines[index].folded if len(word) <= SHORT_WORD])
    common = {word for word, _ in count.most_common(COMMON_WORDS)}
    return [sum(map(common.__contains__, line.folded)) / max(1, len(line.tokens)) for line in page.lines]


@lru_cache(maxsize=REMEMBERED)
def _packed(text: str, tokens: tuple[str, ...]) -> bytes:
    """The traits of a line as numpy stores them."""
    return array("f", traits_of(text, tokens)).tobytes()


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
        len([token for token in capitals if len(token) > 1 and token.isupper()]) / n,
        sum(map(str.isdigit, tokens)) / n,
        len([token for token in tokens if len(token) > 2]) - len([token for token in capitals if len(token) > 2]),
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


def _of_title(page: Outline) -> list[float]:
    """Which share of each line's words the title has."""
    if page.title is None:
        return [0.0] * len(page.lines)
    title = set(page.lines[page.title].folded)
    own = [set(line.folded) for line in page.lines]
    return [len(title & words) / max(1, len(words)) for words in own]


def _likeness(pages: Pages, columns: dict[str, Column], furniture: NDArray[np.bool_]) -> dict[str, Column]:
    """Whether the lines some steps away have the same form, and how many of all have."""
    form = np.digitize(columns["width"], WIDTHS).astype(np.int64)
    for trait in (pages.ends, columns["capitals"] > 0.5, columns["digits"] > 0, furniture, columns["bullet"] > 0):
        form = 2 * form + trait
    own = pages.rows.of * FORMS + form
    share = np.bincount(own)[own] / pages.on_page(pages.rows.counts)
    found: dict[str, Column] = {"form_share": share.astype(np.float32)}
    like = (pages.rows.shifted(form, LIKE_STEPS, -1) == form).astype(np.float32)
    return found | {f"like_{step:+d}": values for step, values in zip(LIKE_STEPS, like, strict=True)}
