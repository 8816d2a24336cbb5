"""Brings the Delta tables from one commit of the log to the next; anyone may do so at any time, and several at once.

Files that a commit names are added as they are. In `documents`, whose rows are replaced, the live files that hold a row of a
document decided anew are written again without it; how many bytes of them at once is bounded by a budget.
"""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from storage import delta, files
from storage.commits import Commit, CommitLog, FileEntry
from storage.errors import DamagedError, KeyMissingError, StoreUnavailableError
from storage.handles import Handles
from storage.keys import RECORDS, TABLES, Table
from storage.objects import Bucket
from storage.pool import abreast

REWRITE_BYTES = 256 * 2**20
"""Of files of `documents` that one run may write again; the commits that would take more wait for `winnow maintain`."""
KEPT_PARTS = 5_000
"""Files that a commit rewrites are numbered from here, those that it brings from 0."""


@dataclass(slots=True)
class Budget:
    """What may still be written again; null: anything."""

    left: int | None = REWRITE_BYTES

    def pays(self, size: int) -> bool:
        """Whether so many bytes are left; takes them."""
        if self.left is None:
            return True
        if size > self.left:
            return False
        self.left -= size
        return True


def roll(handles: Handles, log: CommitLog, head: int, budget: Budget) -> None:
    """Brings every table to commit `head`; `documents` as far as the budget reaches."""
    for table in TABLES:
        if not handles.has_reached(table, head):
            roll_table(handles, log, table, head, budget)


def roll_table(handles: Handles, log: CommitLog, table: Table, head: int, budget: Budget) -> None:
    """Brings one table to commit `head`, or as far as the budget reaches."""
    with handles.opened(table, to_move=True) as handle:
        while handle.widen():
            handle.refresh()
        while handle.applied < head:
            commit = log.read(handle.applied + 1)
            moves = _moves(handles.bucket, handle, commit, budget)
            if moves is None:
                break
            before, moved = handle.version, handle.apply(commit, *moves)
            handle.refresh()
            if not moved and handle.version == before:
                raise StoreUnavailableError(f"the table {table} does not take commit {commit.seq}: run `winnow doctor`")
        if 0 < head == handle.applied and table in RECORDS:
            _require_whole(handle, log.read(head))
        handles.reached(table, handle.applied)


def _require_whole(handle: delta.Handle, newest: Commit) -> None:
    """Raises: DamagedError where files were added or lost by others: a run would decide on rows that are not those of the log."""
    wanted = newest.standing.get(handle.table)
    if wanted is not None and handle.count != wanted:
        raise DamagedError(
            f"the table {handle.table} holds {handle.count} files where commit {newest.seq} left it with {wanted}: "
            "somebody else has written to it, or its log was cut; `winnow rebuild` makes it anew"
        )


def _moves(
    bucket: Bucket, handle: delta.Handle, commit: Commit, budget: Budget
) -> tuple[list[FileEntry], list[delta.LiveFile]] | None:
    """The files that a table gets and loses by a commit; null where the budget does not reach."""
    named = list(commit.files.get(handle.table, ()))
    if handle.table != "documents":
        return named, _replaced(handle, commit)
    touched = _touched(bucket, handle, decided) if len(decided := _decided(bucket, commit)) else []
    if not budget.pays(sum(file.size for file in touched)):
        return None
    for number, file in enumerate(touched, KEPT_PARTS):
        rows = _read(bucket, file)
        rest = rows.filter(pc.invert(pc.is_in(rows["id"], decided)))
        named += files.stage(bucket, "documents", [rest], seq=commit.seq, first_part=number)
    return named, touched


def _read(bucket: Bucket, file: delta.LiveFile, columns: list[str] | None = None) -> pa.Table:
    """Rows of a live file of `documents`. Raises: DamagedError where it is gone: nothing else derives it anew."""
    try:
        return files.read(bucket, "documents", file.path, columns, file.size)
    except KeyMissingError as error:
        raise DamagedError(f"{error}, which the table documents names: `winnow rebuild` makes the table anew") from error


def _replaced(handle: delta.Handle, commit: Commit) -> list[delta.LiveFile]:
    """The live files whose rows a compaction has written into its own."""
    paths = set(commit.replaces.get(handle.table, ()))
    found = [file for file in handle.files() if file.path in paths] if paths else []
    if len(found) < len(paths):
        gone = min(paths - {file.path for file in found})
        raise DamagedError(f"commit {commit.seq} replaces {gone}, which the table {handle.table} does not hold: `winnow verify`")
    return found


def _decided(bucket: Bucket, commit: Commit) -> pa.Array:
    """The ids of which an older row may stand in `documents`."""
    decides_anew = commit.kind != "compaction" and not commit.is_all_new
    entries = commit.files.get("decisions", ()) if decides_anew else ()
    return files.read_all(bucket, "decisions", entries, ["id"])["id"].combine_chunks()


def _touched(bucket: Bucket, handle: delta.Handle, decided: pa.Array) -> list[delta.LiveFile]:
    """The live files that hold a row of a document that is decided on."""

    def holds(file: delta.LiveFile) -> bool:
        return bool(pc.any(pc.is_in(_read(bucket, file, ["id"])["id"], decided)).as_py())

    live = handle.files()
    return [file for file, is_touched in zip(live, abreast(holds, live), strict=True) if is_touched]
