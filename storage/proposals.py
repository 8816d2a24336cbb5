"""What a run proposes to add, what that must hold before it may become a commit, and what follows from it for `documents`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage import files, keys
from storage.commits import FileEntry, Kind
from storage.errors import RefusedError
from storage.handles import Handles
from storage.keys import Table
from storage.objects import Bucket
from storage.pool import abreast
from storage.schema import SCHEMAS

OF_DECISIONS = ("seq", "duplicate_of", "cluster")
"""Columns of `documents` that a decision gives; all others are the version's."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a run would add to the corpus at the state that it was decided on; its files are staged."""

    run: str
    seq: int
    """`Corpus.roll()` + 1, asked before anything was read to decide on; its rows carry it."""
    created_at: datetime
    config_id: str
    versions: Sequence[FileEntry] = ()
    decisions: Sequence[FileEntry] = ()
    """At most one row per id; every id whose version, status, cluster or canonical document changes."""
    outcomes: Sequence[FileEntry] = ()
    sketches: FileEntry | None = None
    summary: Mapping[str, int] = field(default_factory=dict)
    engines: Mapping[str, str] = field(default_factory=dict)
    kind: Kind = "run"
    undoes: str | None = None
    """The run that a rollback undoes."""
    head_at_plan: int = 0
    """Head when the run was planned: its commit, if it has one, is a later one."""


class Staged:
    """The files of a proposal, each read once; their texts stay unread."""

    def __init__(self, handles: Handles, proposal: Proposal) -> None:
        self.handles = handles
        self.proposal = proposal

    @cached_property
    def decisions(self) -> pa.Table:
        """What is decided, without evidence."""
        columns = ["id", "version", "status", *OF_DECISIONS]
        return files.read_all(self.handles.bucket, "decisions", self.proposal.decisions, columns)

    @cached_property
    def versions(self) -> pa.Table:
        """Ids and numbers of the versions that are added."""
        return files.read_all(self.handles.bucket, "versions", self.proposal.versions, ["id", "version"])


def check(staged: Staged) -> None:
    """Raises: RefusedError where the commit would break a law of the corpus."""
    run = staged.proposal.run
    _check_objects(staged.handles.bucket, staged.proposal)
    decided = pc.value_counts(staged.decisions["id"])
    twice = decided.field("values").filter(pc.greater(decided.field("counts"), 1))
    if len(twice):
        raise RefusedError(f"run {run} decides twice on document {twice[0]}")
    undecided = staged.versions["id"].filter(pc.invert(pc.is_in(staged.versions["id"], decided.field("values"))))
    if len(undecided):
        raise RefusedError(f"run {run} adds versions of document {pc.min(undecided)} and does not decide on it")
    _check_versions(staged)


def is_all_new(staged: Staged) -> bool:
    """Whether every document that is decided on comes with its first version."""
    first = staged.versions.filter(pc.equal(staged.versions["version"], 1))["id"]
    return bool(pc.all(pc.is_in(staged.decisions["id"], first.combine_chunks())).as_py())


def documents(staged: Staged) -> Iterator[pa.Table]:
    """The rows of `documents` that the proposal's decisions ask for, in portions: live documents' versions, new and old.

    Raises: RefusedError where a decision names a version that does not exist.
    """
    live = staged.decisions.filter(pc.equal(staged.decisions["status"], "live"))
    names = _names(live)
    is_found = np.zeros(len(names), dtype=bool)
    for rows in _candidates(staged, names):
        at = pc.index_in(_names(rows), names)
        is_meant = pc.is_valid(at)
        at = at.filter(is_meant)
        if len(at):
            is_found[at.to_numpy()] = True
            yield decided(rows.filter(is_meant), live.take(at))
    missing = live.filter(pa.array(~is_found))
    if len(missing):
        row = missing.sort_by("id").slice(0, 1).to_pylist()[0]
        raise RefusedError(
            f"run {staged.proposal.run} decides on version {row['version']} of document {row['id']}, which does not exist"
        )


def decided(rows: pa.Table, decisions: pa.Table, columns: Sequence[str] | None = None) -> pa.Table:
    """Rows of `versions` as rows of `documents`: each with the decision in the same place."""
    names = SCHEMAS["documents"].names if columns is None else columns
    found = [(decisions if name in OF_DECISIONS else rows)[name] for name in names]
    return pa.table(found, schema=pa.schema([SCHEMAS["documents"].field(name) for name in names]))


def _names(rows: pa.Table) -> pa.Array:
    """One string for a document and a version of it."""
    return pc.binary_join_element_wise(rows["id"], rows["version"].cast(pa.string()), "/").combine_chunks()


def _candidates(staged: Staged, wanted: pa.Array) -> Iterator[pa.Table]:
    """Rows of `versions` among which the wanted ones stand: the proposal's own, then older ones."""
    columns = [column for column in SCHEMAS["documents"].names if column not in OF_DECISIONS]
    bucket = staged.handles.bucket
    for entry in staged.proposal.versions:
        yield files.read(bucket, "versions", entry.path, columns, entry.size)
    old = wanted.filter(pc.invert(pc.is_in(wanted, _names(staged.versions))))
    if len(old):
        ids = pc.list_element(pc.split_pattern(old, "/"), 0)
        yield from staged.handles.live("versions", columns, pc.field("id").isin(ids))


def _check_versions(staged: Staged) -> None:
    """Versions of a document go on by one from those that stand."""
    ids = staged.versions["id"].unique()
    if not len(ids):
        return
    old = staged.handles.of_ids("versions", ["id", "version"], ids)
    newest = old.group_by("id").aggregate([("version", "max")])
    new = staged.versions.sort_by([("id", "ascending"), ("version", "ascending")])
    stood = newest["version_max"].take(pc.index_in(new["id"], newest["id"].combine_chunks()))
    before = pc.fill_null(stood, 0).to_numpy().copy()
    numbers, names = new["version"].to_numpy(), new["id"].combine_chunks()
    follows = pc.equal(names[1:], names[:-1]).to_numpy(zero_copy_only=False)
    before[1:][follows] = numbers[:-1][follows]
    for at in np.flatnonzero(numbers != before + 1)[:1]:
        raise RefusedError(
            f"run {staged.proposal.run} adds version {numbers[at]} of document {names[at]} after version {before[at]}"
        )


def _check_objects(bucket: Bucket, proposal: Proposal) -> None:
    tables: tuple[tuple[Table, Sequence[FileEntry]], ...] = (
        ("versions", proposal.versions),
        ("decisions", proposal.decisions),
        ("outcomes", proposal.outcomes),
    )
    expected = [(keys.table_file(table, entry.path), entry.size) for table, entries in tables for entry in entries]
    if proposal.sketches is not None:
        expected.append((proposal.sketches.path, proposal.sketches.size))
    infos = abreast(bucket.head, [key for key, _ in expected])
    for (key, size), info in zip(expected, infos, strict=True):
        if info is None or info.size != size:
            raise RefusedError(f"run {proposal.run} names {key}, which is not what was staged")
