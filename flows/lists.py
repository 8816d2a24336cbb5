"""What a person can choose from in the forms: what the corpus holds now, and the plans that wait for approval."""

from dataclasses import dataclass

from flows.runs import previews
from flows.runs.choices import choices
from flows.runs.reading import open_corpus
from storage import keys
from storage.bucket import Bucket
from storage.errors import StorageError
from storage.tables import Corpus

MOST = 1_000
"""Entries of a list: the server refuses forms beyond 512 KiB, and nobody reads on."""
MOST_PLANS = 100


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists for the forms; an empty one means that anything may be typed, and is checked when the run begins."""

    sites: tuple[str, ...] = ()
    """Most documents first; none where there are more than `MOST`, for a list that lacks some would refuse them; so with all."""
    languages: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why inputs were rejected, or text was cut."""
    runs: tuple[str, ...] = ()
    """Newest first."""
    plans: tuple[str, ...] = ()
    """That were not carried out, newest first."""


def lists_of(location: str) -> Lists:
    """What the corpus there offers; nothing where there is none yet, or where the store does not answer."""
    try:
        return _of(open_corpus(location))
    except StorageError:
        return Lists()


def _of(corpus: Corpus) -> Lists:
    found = choices(corpus)
    return Lists(
        sites=_whole(found.sites, MOST),
        languages=_whole(found.languages, MOST),
        reasons=_whole(found.all_reasons, MOST),
        runs=_whole(found.runs, MOST),
        plans=tuple(_waiting(corpus.bucket))[:MOST_PLANS],
    )


def _whole(values: tuple[str, ...], most: int) -> tuple[str, ...]:
    return values if len(values) <= most else ()


def _waiting(bucket: Bucket) -> list[str]:
    """Plans without a run of their id."""
    done = {info.key for info in bucket.list(keys.RUNS)}
    return [plan for plan in previews.known(bucket) if keys.run_record(plan) not in done]
