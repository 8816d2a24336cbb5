"""What a person can choose from in the forms: sites, languages, reasons and runs that a corpus holds, and plans to approve."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow.compute as pc

from flows.runs.wiring import open_corpus
from storage import keys
from storage.bucket import Bucket
from storage.errors import StorageError
from storage.tables import Corpus

PLANS = "clean/plans/"
MOST = 1_000
"""Entries of a list: the server refuses forms beyond 512 KiB, and nobody reads on."""
MOST_RUNS = 100
RECORD = re.compile(r"([^./]+)\.json")


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists for the forms; an empty one means that anything may be typed."""

    sites: tuple[str, ...] = ()
    """Most documents first; empty beyond `MOST`, for a list that lacks some would refuse them."""
    languages: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why inputs were rejected, `stage/reason`."""
    runs: tuple[str, ...] = ()
    """Newest first, the last `MOST_RUNS`."""
    plans: tuple[str, ...] = ()
    """Newest first."""


def lists_of(location: str) -> Lists:
    """What the corpus there offers; nothing where there is none yet, or where the store does not answer."""
    try:
        corpus = open_corpus(location, create=False)
        return _of(corpus) if corpus else Lists()
    except StorageError:
        return Lists()


def _of(corpus: Corpus) -> Lists:
    documents = corpus.scan("documents", ["site", "language"])
    rejected = corpus.scan("outcomes", ["stage", "reason"], pc.field("outcome") == "rejected")
    stages, reasons = (rejected[name].to_pylist() for name in ("stage", "reason"))
    return Lists(
        sites=_common(documents["site"].to_pylist()),
        languages=_common(documents["language"].to_pylist()),
        reasons=_common(f"{stage}/{reason}" for stage, reason in zip(stages, reasons, strict=True)),
        runs=_records(corpus.bucket, keys.RUNS)[:MOST_RUNS],
        plans=_records(corpus.bucket, PLANS)[:MOST_RUNS],
    )


def _common(values: Iterable[str | None]) -> tuple[str, ...]:
    counts = Counter(value for value in values if value)
    ordered = sorted(counts, key=lambda value: (-counts[value], value))
    return tuple(ordered) if len(ordered) <= MOST else ()


def _records(bucket: Bucket, prefix: str) -> tuple[str, ...]:
    """Names of the records below a prefix; they begin with a time, so that the newest come first."""
    found = (RECORD.fullmatch(info.key.removeprefix(prefix)) for info in bucket.list(prefix))
    return tuple(sorted((match[1] for match in found if match), reverse=True))
