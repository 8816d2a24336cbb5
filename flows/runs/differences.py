"""What two versions of a document, or two states of the corpus, differ in."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.errors import NotFoundError
from flows.runs.reading import origin_of
from flows.view.changes import Pair, pair
from flows.view.document import VersionNote
from storage.changes import KINDS, Kind, between, grouped, with_versions
from storage.files import Between
from storage.rows import document_of, latest
from storage.tables import Corpus

OF_SAMPLES = ("url", "title", "language", "site")
NOWHERE = "–"
"""Stands for the site of documents that have none."""


@dataclass(frozen=True, slots=True)
class Edition:
    """Two versions of a document and what they differ in."""

    id: str
    before: int
    after: int
    pair: Pair
    notes: tuple[VersionNote, VersionNote]
    """Where each comes from."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A document that differs between two states."""

    id: str
    change: Kind
    version: int | None
    """In the other state; null where it is not live there."""
    was_version: int | None
    """In the one state."""
    duplicate_of: str | None
    was_duplicate_of: str | None
    cluster: str | None
    """In the other state; null where it is not live there."""
    url: str | None
    title: str | None
    language: str
    site: str | None


Counts = dict[Kind, int]


@dataclass(frozen=True, slots=True)
class StateDifference:
    """What the state at one commit and the state at another differ in."""

    one: int
    """The commit's number; 0: before all of them."""
    other: int
    documents: tuple[int, int]
    """Live ones in each state."""
    counts: Counts
    """inserted: live in the other alone; withdrawn: live in the one alone."""
    by_language: dict[str, Counts]
    """Most changes first."""
    by_site: dict[str, Counts]
    samples: tuple[Changed, ...]
    """Of each kind the first by id, which is as good as chance."""


def edition(corpus: Corpus, id_: str, before: int | None = None, after: int | None = None) -> Edition:
    """Two versions of a document; by default the newest, and the one before. Raises: NotFoundError where one is not there."""
    numbers = sorted(corpus.handles.at_once("versions", ["version"], pc.field("id") == id_)["version"].to_pylist())
    if not numbers:
        raise NotFoundError(f"document {id_} has no version: every input of it was rejected or failed")
    after = numbers[-1] if after is None else after
    before = after - 1 if before is None else before
    if (before, after) == (0, 1):
        raise NotFoundError(f"version 1 is the first of document {id_}: there is nothing to compare it with")
    for number in (before, after):
        if number not in numbers:
            raise NotFoundError(f"document {id_} has no version {number}: it has 1 to {numbers[-1]}")
    where = (pc.field("id") == id_) & pc.field("version").isin([before, after])
    rows = {row["version"]: row for row in corpus.handles.at_once("versions", None, where).to_pylist()}
    made = pair(id_, f"version {before} and version {after}", document_of(rows[before]), document_of(rows[after]))
    return Edition(id_, before, after, made, (version_note(rows[before]), version_note(rows[after])))


def version_note(row: Mapping[str, Any], changes: Pair | None = None, *, is_current: bool = False) -> VersionNote:
    """Where the version of a whole row of `versions` comes from."""
    document, origin = document_of(row), origin_of(row)
    return VersionNote(
        number=origin.version,
        run=origin.run_id,
        when=f"{origin.fetched_at:%Y-%m-%d %H:%M} UTC" if origin.fetched_at else "",
        words=document.n_words,
        chars_cut=sum(removal.end - removal.start for removal in document.removals),
        made_by=f"winnow {origin.code}, settings {origin.config_id}",
        is_current=is_current,
        changes=changes,
    )


def states(corpus: Corpus, one: int, other: int, samples: int) -> StateDifference:
    """What two states differ in, counted by language and site, with some documents of each kind."""
    changes = between(corpus, one, other)
    languages: dict[str, Counter[Kind]] = {}
    sites: dict[str, Counter[Kind]] = {}
    for rows in grouped(corpus, changes, ("language", "site")):
        _count(languages, rows, "language")
        _count(sites, rows, "site")
    counts: Counter[Kind] = Counter(changes["change"].to_pylist())
    few = pa.concat_tables(changes.filter(pc.equal(changes["change"], kind)).slice(0, samples) for kind in KINDS)
    standing = latest(corpus.handles.at_once("decisions", ["id", "seq", "status"], None, Between(until=one)))
    there = pc.sum(pc.equal(standing["status"], "live")).as_py() or 0
    return StateDifference(
        one=one,
        other=other,
        documents=(there, there + counts["inserted"] - counts["withdrawn"]),
        counts=_plain(counts),
        by_language=_ranked(languages),
        by_site=_ranked(sites),
        samples=tuple(_changed(row) for rows in with_versions(corpus, few, OF_SAMPLES) for row in rows.to_pylist()),
    )


def _changed(row: Mapping[str, Any]) -> Changed:
    return Changed(**{name: row[name] for name in Changed.__dataclass_fields__})


def _count(groups: dict[str, Counter[Kind]], rows: pa.Table, column: str) -> None:
    for group in rows.group_by([column, "change"]).aggregate([([], "count_all")]).to_pylist():
        groups.setdefault(group[column] or NOWHERE, Counter())[group["change"]] += group["count_all"]


def _ranked(groups: Mapping[str, Counter[Kind]]) -> dict[str, Counts]:
    ordered = sorted(groups, key=lambda name: (-groups[name].total(), name))
    return {name: _plain(groups[name]) for name in ordered}


def _plain(counts: Mapping[Kind, int]) -> Counts:
    return {kind: counts.get(kind, 0) for kind in KINDS}


def of_kind(samples: Iterable[Changed], kind: Kind) -> Sequence[Changed]:
    """Those samples that changed so."""
    return [each for each in samples if each.change == kind]
