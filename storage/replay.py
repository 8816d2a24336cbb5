"""What the commit log alone says the tables consist of."""

from collections.abc import Iterable
from dataclasses import replace

from storage.commits import Commit, FileEntry
from storage.keys import RECORDS, Table

Live = dict[Table, dict[str, FileEntry]]
"""Append-only table → path → the file, with the commits of its rows."""


def replay(commits: Iterable[Commit]) -> Live:
    """The files of the append-only tables after these commits, which are all from the first on."""
    live: Live = {table: {} for table in RECORDS}
    for commit in commits:
        for table in RECORDS:
            for path in commit.replaces.get(table, ()):
                live[table].pop(path, None)
            live[table].update((entry.path, dated(entry, commit.seq)) for entry in commit.files.get(table, ()))
    return live


def dated(entry: FileEntry, seq: int) -> FileEntry:
    """The entry with the commits of its rows spelled out."""
    return entry if entry.min_seq is not None else replace(entry, min_seq=seq, max_seq=seq)
