"""The Delta tables as their own logs have them, against the commit log."""

from collections.abc import Sequence

from storage import delta, keys
from storage.commits import Commit
from storage.errors import DamagedError
from storage.keys import RECORDS, Table
from storage.objects import Bucket
from storage.replay import replay
from storage.verification.report import Fault, Listed, Verified


def check(bucket: Bucket, table: Table, whole: Sequence[Commit], listed: Listed, found: Verified) -> delta.Handle | None:
    """The table as it stands; null where it cannot be opened, which is a fault."""
    folder = keys.table(table)
    try:
        handle = delta.Handle(bucket, table) if delta.exists(bucket, table) else None
    except DamagedError as error:
        found.derived(folder, str(error))
        return None
    if handle is None:
        found.derived(folder, "the table has no log of its own")
    elif handle.applied > len(whole):
        what = f"the table stands at commit {handle.applied}, the log is whole up to {len(whole)}"
        found.faults.append(Fault(folder, what, "commits were lost: restore them from a copy of the bucket"))
    elif table in RECORDS:
        _compare(handle, set(replay(whole[: handle.applied])[table]), found)
    else:
        found.behind = len(whole) - handle.applied
        _files(handle, listed, found)
    return handle


def _compare(handle: delta.Handle, wanted: set[str], found: Verified) -> None:
    held = {file.path for file in handle.files()}
    for paths, what in (
        (wanted - held, "lacks a file that the log names"),
        (held - wanted, "holds a file that the log does not name"),
    ):
        if paths:
            more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            found.derived(keys.table(handle.table), f"the table {what}: {min(paths)}{more}")


def _files(handle: delta.Handle, listed: Listed, found: Verified) -> None:
    """Files of `documents`, which the commit log does not name."""
    for file in handle.files():
        key = keys.table_file(handle.table, file.path)
        info = listed.get(key)
        if info is None:
            found.derived(key, "the object is missing")
        elif info.size != file.size:
            found.derived(key, f"the object has {info.size} bytes where the table says {file.size}")
