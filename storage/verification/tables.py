"""The Delta tables as their own logs have them, against the commit log."""

from collections.abc import Sequence

from storage import delta, keys
from storage.commits import Commit
from storage.errors import DamagedError
from storage.keys import RECORDS, Table
from storage.objects import Bucket
from storage.replay import replay
from storage.verification.report import Fault, Listed, Verified


def opened(bucket: Bucket, table: Table, found: Verified) -> delta.Handle | None:
    """The table as it stands; null where it cannot be opened, which is a fault."""
    try:
        if delta.exists(bucket, table):
            return delta.Handle(bucket, table)
    except DamagedError as error:
        found.derived(keys.table(table), str(error))
    else:
        found.derived(keys.table(table), "the table has no log of its own")
    return None


def check(bucket: Bucket, handle: delta.Handle, whole: Sequence[Commit], listed: Listed, found: Verified) -> None:
    """Compares the table with the log, which was read after it was opened."""
    if handle.applied > len(whole):
        what = f"the table stands at commit {handle.applied}, the log is whole up to {len(whole)}"
        found.faults.append(Fault(keys.table(handle.table), what, "commits were lost: restore them from a copy of the bucket"))
    elif handle.table in RECORDS:
        _compare(handle, set(replay(whole[: handle.applied])[handle.table]), found)
    else:
        found.behind = len(whole) - handle.applied
        _files(bucket, handle, listed, found)


def _compare(handle: delta.Handle, wanted: set[str], found: Verified) -> None:
    held = {file.path for file in handle.files()}
    for paths, what in (
        (wanted - held, "lacks a file that the log names"),
        (held - wanted, "holds a file that the log does not name"),
    ):
        if paths:
            more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            found.derived(keys.table(handle.table), f"the table {what}: {min(paths)}{more}")


def _files(bucket: Bucket, handle: delta.Handle, listed: Listed, found: Verified) -> None:
    """Files of `documents`, which the commit log does not name."""
    for file in handle.files():
        key = keys.table_file(handle.table, file.path)
        info = listed.get(key) or bucket.head(key)
        if info is None:
            found.derived(key, "the object is missing")
        elif info.size != file.size:
            found.derived(key, f"the object has {info.size} bytes where the table says {file.size}")
