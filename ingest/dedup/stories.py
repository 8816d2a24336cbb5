"""Duplicate search on plain values: two texts, or documents as dicts."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time

from ingest.dedup.config import DedupConfig
from ingest.dedup.decide import decide
from ingest.dedup.search import Entry
from ingest.dedup.sketch import sketch
from ingest.dedup.verify import Text, compare, utc

Day = str | date | datetime | None


def same_story(a_text: str, b_text: str, a_date: Day = None, b_date: Day = None) -> str:
    """What two texts are to each other: a kind of edge, or `different`; the same either way round."""
    a, b = Text(a_text, as_datetime(a_date)), Text(b_text, as_datetime(b_date))
    return compare(a, b, DedupConfig()).kind


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
