"""What a run proposes to add, what that must hold before it may become a commit, and what follows from it for `documents`."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from storage import files, keys, parquet
from storage.commits import FileEntry, Kind
from storage.errors import RefusedError
from storage.keys import Table
from storage.objects import Bucket
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


def check(bucket: Bucket, proposal: Proposal) -> None:
    """Raises: RefusedError where the commit would break a law of the corpus."""
    decided = Counter(files.read_all(bucket, "decisions", proposal.decisions, ["id"])["id"].to_pylist())
    twice = [id_ for id_, count in decided.items() if count > 1]
    if twice:
        raise RefusedError(f"run {proposal.run} decides twice on document {twice[0]}")
    new = files.read_all(bucket, "versions", proposal.versions, ["id", "version"])
    undecided = set(new["id"].to_pylist()) - decided.keys()
    if undecided:
        raise RefusedError(f"run {proposal.run} adds versions of document {min(undecided)} and does not decide on it")
    _check_versions(bucket, proposal.run, new)
    _check_objects(bucket, proposal)


def is_all_new(bucket: Bucket, proposal: Proposal) -> bool:
    """Whether every document that is decided on comes with its first version."""
    new = files.read_all(bucket, "versions", proposal.versions, ["id", "version"])
    first = new.filter(pc.equal(new["version"], 1))["id"]
    decided = files.read_all(bucket, "decisions", proposal.decisions, ["id"])["id"]
    return bool(pc.all(pc.is_in(decided, first.combine_chunks())).as_py())


def documents(bucket: Bucket, proposal: Proposal) -> Iterator[pa.Table]:
    """The rows of `documents` that the proposal's decisions ask for, in portions: live documents' versions, new and old.

    Raises: RefusedError where a decision names a version that does not exist.
    """
    decisions = files.read_all(bucket, "decisions", proposal.decisions, ["id", "version", "status", *OF_DECISIONS])
    live = decisions.filter(pc.equal(decisions["status"], "live"))
    wanted = {(row["id"], row["version"]): at for at, row in enumerate(live.select(["id", "version"]).to_pylist())}
    columns = [column for column in SCHEMAS["documents"].names if column not in OF_DECISIONS]
    for rows in _candidates(bucket, proposal, live, columns):
        found = list(zip(rows["id"].to_pylist(), rows["version"].to_pylist(), strict=True))
        matches = [(index, wanted.pop(name)) for index, name in enumerate(found) if name in wanted]
        if matches:
            yield decided(rows.take([match[0] for match in matches]), live.take([match[1] for match in matches]))
    if wanted:
        id_, version = min(wanted)
        raise RefusedError(f"run {proposal.run} decides on version {version} of document {id_}, which does not exist")


def decided(rows: pa.Table, decisions: pa.Table, columns: Sequence[str] | None = None) -> pa.Table:
    """Rows of `versions` as rows of `documents`: each with the decision in the same place."""
    names = SCHEMAS["documents"].names if columns is None else columns
    found = [(decisions if name in OF_DECISIONS else rows)[name] for name in names]
    return pa.table(found, schema=pa.schema([SCHEMAS["documents"].field(name) for name in names]))


def _candidates(bucket: Bucket, proposal: Proposal, live: pa.Table, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Rows of `versions` among which the live ones stand: the proposal's own, then older ones."""
    fresh: set[tuple[str, int]] = set()
    for entry in proposal.versions:
        rows = files.read(bucket, "versions", entry.path, columns)
        fresh.update(zip(rows["id"].to_pylist(), rows["version"].to_pylist(), strict=True))
        yield rows
    pairs = zip(live["id"].to_pylist(), live["version"].to_pylist(), strict=True)
    old = [id_ for id_, version in pairs if (id_, version) not in fresh]
    if old:
        yield from files.live(bucket, "versions", columns, pc.field("id").isin(old))


def _check_versions(bucket: Bucket, run: str, new: pa.Table) -> None:
    ids = new["id"].unique()
    old = _old(bucket, ids) if len(ids) else new.slice(0, 0)
    newest = dict.fromkeys(ids.to_pylist(), 0) | {
        row["id"]: row["version_max"] for row in old.group_by("id").aggregate([("version", "max")]).to_pylist()
    }
    for row in new.sort_by([("id", "ascending"), ("version", "ascending")]).to_pylist():
        if row["version"] != newest[row["id"]] + 1:
            raise RefusedError(
                f"run {run} adds version {row['version']} of document {row['id']} after version {newest[row['id']]}"
            )
        newest[row["id"]] += 1


def _old(bucket: Bucket, ids: pa.Array) -> pa.Table:
    columns = ["id", "version"]
    return parquet.concat(files.live(bucket, "versions", columns, pc.field("id").isin(ids)), SCHEMAS["versions"], columns)


def _check_objects(bucket: Bucket, proposal: Proposal) -> None:
    tables: tuple[tuple[Table, Sequence[FileEntry]], ...] = (
        ("versions", proposal.versions),
        ("decisions", proposal.decisions),
        ("outcomes", proposal.outcomes),
    )
    expected = {keys.table_file(table, entry.path): entry.size for table, entries in tables for entry in entries}
    if proposal.sketches is not None:
        expected[proposal.sketches.path] = proposal.sketches.size
    for key, size in expected.items():
        info = bucket.head(key)
        if info is None or info.size != size:
            raise RefusedError(f"run {proposal.run} names {key}, which is not what was staged")
