"""What a form or a command can offer: the values that the corpus has, counted from narrow columns."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from flows.runs.publish import CODE
from ingest.urls import site_of
from storage.rows import latest
from storage.tables import Corpus


@dataclass(frozen=True, slots=True)
class Choices:
    """Values to choose from, the most frequent first; runs by time, the newest first."""

    sites: tuple[str, ...]
    languages: tuple[str, ...]
    runs: tuple[str, ...]
    """Every run that committed."""
    outcomes: tuple[str, ...]
    """How documents stand."""
    reasons: tuple[str, ...]
    """Why inputs were rejected (`stage/reason`), then why text was cut."""
    code: str = CODE
    """Version of the code that runs."""

    @property
    def all_reasons(self) -> tuple[str, ...]:
        """The reasons, rejections also without their stage."""
        short = (reason.rpartition("/")[2] for reason in self.reasons)
        return tuple(dict.fromkeys([*self.reasons, *short]))


def choices(corpus: Corpus) -> Choices:
    """What the corpus has now; reads no text."""
    outcomes = corpus.scan("outcomes", ["run_id", "stage", "reason", "url", "site", "language", "outcome", "chars_cut"])
    versions = corpus.scan("versions", ["site", "language"])
    standing = _column(latest(corpus.scan("decisions", ["id", "seq", "status", "duplicate_of"])), "status", "duplicate_of")
    stages = _column(outcomes, "stage", "reason")
    sites = [site or (site_of(url) if url else None) for site, url in _column(outcomes, "site", "url")]
    cuts = Counter(cut["reason"] for row in outcomes["chars_cut"].to_pylist() for cut in row or ())
    stands = ["withdrawn" if status != "live" else "duplicate" if copy else "kept" for status, copy in standing]
    return Choices(
        sites=_frequent([*sites, *versions["site"].to_pylist()]),
        languages=_frequent([*outcomes["language"].to_pylist(), *versions["language"].to_pylist()]),
        runs=tuple(sorted(set(outcomes["run_id"].to_pylist()), reverse=True)),
        outcomes=_frequent([*stands, *(one for one in outcomes["outcome"].to_pylist() if one in {"rejected", "failed"})]),
        reasons=(*_frequent(f"{stage}/{reason}" for stage, reason in stages if reason), *_most_first(cuts)),
    )


def _column(table: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def _frequent(values: Iterable[str | None]) -> tuple[str, ...]:
    return _most_first(Counter(value for value in values if value is not None))


def _most_first(counts: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(counts, key=lambda value: (-counts[value], value)))
