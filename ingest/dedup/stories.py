"""Duplicate search on plain values: two texts, or documents as dicts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from itertools import pairwise

import numpy as np

from ingest.dedup.config import DedupConfig
from ingest.dedup.decide import decide
from ingest.dedup.search import Entry
from ingest.dedup.shingles import WIDTH
from ingest.dedup.sketch import sketch
from ingest.dedup.verify import Text, compare, utc

Day = str | date | datetime | None


# Of 925 real articles .5 % share fewer of their opening's rare words with their rest; of as many pairs of strangers 38 %.
_STRANGE = 0.03
_MIN_RARE = 30
"""Rare words from which that share says anything."""


def same_story(a_text: str, b_text: str, a_date: Day = None, b_date: Day = None) -> str:
    """What two texts are to each other: a kind of edge, or `different`; the same either way round.

    A round-up is told from such a pair alone only where the rest of the longer text plainly has another subject; among
    documents it is told from all of its parts.
    """
    a, b = Text(a_text, as_datetime(a_date)), Text(b_text, as_datetime(b_date))
    kind = compare(a, b, DedupConfig()).kind
    small, large = sorted((a, b), key=lambda text: len(text.sequence))
    return "round-up" if kind == "contained" and _is_one_of_several(small, large) else kind


def _is_one_of_several(small: Text, large: Text) -> bool:
    """Whether a text that holds another is twice as long and has hardly any of its rare words elsewhere."""
    if len(large.tokens) < 2 * len(small.tokens):
        return False
    inside = np.flatnonzero(np.isin(large.sequence, small.shingles))
    rest = large.tokens[: inside[0]] + large.tokens[inside[-1] + WIDTH :]
    rare = _rare_words(small.tokens)
    is_telling = len(rare) >= _MIN_RARE and len(rest) >= len(small.tokens)
    return is_telling and len(rare & _rare_words(rest)) < _STRANGE * len(rare)


def _rare_words(tokens: Sequence[str]) -> set[str]:
    """Long words, and pairs of characters of scripts without spaces: those that tell a subject."""
    pairs = {a + b for a, b in pairwise(tokens) if len(a) == len(b) == 1 and min(a, b) > "\u2fff"}
    return pairs | {token for token in tokens if len(token) >= 6}


def cluster_documents(documents: Iterable[Mapping[str, object]]) -> dict[str, str]:
    """The cluster of each document, by id; the dicts have `id`, `text` and perhaps `url` and `published_at`."""
    rows = {str(row["id"]): row for row in documents}
    texts = {one: str(row.get("text") or "") for one, row in rows.items()}
    entries = [_entry(one, row, texts[one]) for one, row in rows.items()]
    decided = decide((), entries, {}, lambda ids: {one: texts[one] for one in ids}, DedupConfig())
    return {decision.id: decision.cluster or decision.id for decision in decided}


def as_datetime(day: object) -> datetime | None:
    """A date in any of its usual forms, in UTC; null where it is none."""
    if isinstance(day, str):
        try:
            day = datetime.fromisoformat(day.strip())
        except ValueError:
            return None
    if isinstance(day, datetime):
        return utc(day)
    return datetime.combine(day, time(), UTC) if isinstance(day, date) else None


def _entry(one: str, row: Mapping[str, object], text: str) -> Entry:
    """One document of an evaluation."""
    url = row.get("url")
    return Entry(one, 1, sketch(text), as_datetime(row.get("published_at")), str(url) if url else None, len(text), 0)
