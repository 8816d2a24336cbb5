"""The commit log: create-only numbered objects; writing one is what makes a run real, and their order is the truth."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from storage import keys
from storage.errors import DamagedError, KeyMissingError, RefusedError, StoreUnavailableError
from storage.keys import RECORDS, Table
from storage.objects import Bucket

FORMAT = 3
"""Of a commit's JSON; a reader knows all up to its own, and refuses newer ones."""

RECENT = 16

Kind = Literal["run", "rollback", "compaction"]
"""run: rows from inputs · rollback: rows that restore what stood before a run · compaction: the same rows in other files."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One Parquet file that a commit adds."""

    path: str
    """Within its table's folder; a sketch segment's whole key."""
    size: int
    """Bytes."""
    rows: int
    sha256: str
    min_id: str | None = None
    """Null where the file has no row."""
    max_id: str | None = None
    min_seq: int | None = None
    """Of its rows; null where all are of the commit itself."""
    max_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """Everything that one run adds to the corpus."""

    seq: int
    """From 1 without gaps."""
    run: str
    write_id: str
    """Of this attempt: tells whether an unanswered write was ours."""
    created_at: datetime
    """When its run was planned."""
    config_id: str
    files: Mapping[Table, tuple[FileEntry, ...]]
    """Ids named by its `decisions` files are replaced in `documents` by its `documents` files; other tables only grow."""
    sketches: FileEntry | None = None
    """Null where no version is added."""
    summary: Mapping[str, int] = field(default_factory=dict)
    """Counts that listings show: inputs, kept …"""
    engines: Mapping[str, str] = field(default_factory=dict)
    """Package → version, of what made and wrote the rows."""
    kind: Kind = "run"
    replaces: Mapping[Table, tuple[str, ...]] = field(default_factory=dict)
    """Paths within each table's folder of the files whose rows stand in this commit's files now."""
    undoes: str | None = None
    """The run that a rollback undoes."""
    is_all_new: bool = False
    """Whether no document that it decides on was in `documents` before: then nothing there has to be looked for."""
    committed_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When it was about to be written, by the writer's clock; `CommitLog.append` sees to it that times ascend."""
    follows: str | None = None
    """Write id of the commit before it; null for the first, and for commits of versions that did not record it."""
    standing: Mapping[Table, int] = field(default_factory=dict)
    """Append-only table → files that count in it once this commit is applied; empty where versions did not record it."""

    def to_json(self) -> bytes:
        """The commit as its object holds it."""
        times = {"created_at": self.created_at.isoformat(), "committed_at": self.committed_at.isoformat()}
        says = asdict(self) | {"format": FORMAT} | times
        return json.dumps(says, indent=1, sort_keys=True).encode("ascii")

    @classmethod
    def from_json(cls, data: bytes, key: str) -> "Commit":
        """The commit of an object. Raises: DamagedError, naming the key."""
        try:
            says: dict[str, Any] = json.loads(data)
            if says.pop("format") > FORMAT:
                raise DamagedError(f"{key} was written by a newer Winnow: upgrade, then run the same command again")
            says["committed_at"] = datetime.fromisoformat(says.get("committed_at", says["created_at"]))
            says["created_at"] = datetime.fromisoformat(says["created_at"])
            says["files"] = {table: tuple(FileEntry(**entry) for entry in says["files"][table]) for table in says["files"]}
            says["replaces"] = {table: tuple(paths) for table, paths in says.get("replaces", {}).items()}
            says["sketches"] = FileEntry(**says["sketches"]) if says["sketches"] else None
            return cls(**says)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise DamagedError(f"{key} is not a commit: the object is damaged") from error


def after(before: Commit, commit: Commit) -> Commit:
    """The commit as it stands in the log behind another one."""
    later = max(commit.committed_at, before.committed_at + timedelta(microseconds=1))
    standing = _standing(before.standing, commit) if before.standing else {}
    return replace(commit, committed_at=later, follows=before.write_id, standing=standing)


def _standing(before: Mapping[Table, int], commit: Commit) -> dict[Table, int]:
    return {
        table: before.get(table, 0) + len(commit.files.get(table, ())) - len(commit.replaces.get(table, ())) for table in RECORDS
    }


class CommitLog:
    """The corpus's commits, 1, 2, 3 …; a number once taken never changes."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._head = 0
        self._runs: dict[int, str] = {}
        self._recent: dict[int, Commit] = {}

    @property
    def is_known(self) -> bool:
        """Whether a commit is known here: then `head` needs nobody to tell it of one."""
        return self._head > 0

    def head(self, at_least: int = 0) -> int:
        """Number of the newest commit, 0 without any.

        Probes forward from the highest number known, here or by the caller; lists only where none is.
        Raises: DamagedError where the commit that the caller knows of is gone.
        """
        if at_least > self._head and self._bucket.head(keys.commit(at_least)) is None:
            raise DamagedError(f"{keys.commit(at_least)} is missing, though its rows are in the tables: the log is damaged")
        known = max(self._head, at_least)
        if known == 0:
            known = max(keys.commit_seqs(info.key for info in self._bucket.list(keys.COMMITS)), default=0)
        while self._bucket.head(keys.commit(known + 1)) is not None:
            known += 1
        self._head = known
        return known

    def read(self, seq: int) -> Commit:
        """One commit. Raises: KeyMissingError, DamagedError."""
        if commit := self._recent.get(seq):
            return commit
        key = keys.commit(seq)
        commit = Commit.from_json(self._bucket.get(key), key)
        self._keep(commit)
        return commit

    def _keep(self, commit: Commit) -> None:
        """Holds the last few: each is asked for by every table that is rolled."""
        self._runs[commit.seq] = commit.run
        self._recent[commit.seq] = commit
        for seq in list(self._recent)[:-RECENT]:  # several threads may read at once
            self._recent.pop(seq, None)

    def since(self, seq: int, head: int) -> Iterator[Commit]:
        """The commits after `seq` up to `head`, in order."""
        return (self.read(number) for number in range(seq + 1, head + 1))

    def of_run(self, run: str, *, after: int = 0, head: int | None = None) -> int | None:
        """Number of the run's commit, null where it has none; looks at those after `after`, newest first, up to the head."""
        for seq in range(head or self.head(after), after, -1):
            if (self._runs.get(seq) or self.read(seq).run) == run:
                return seq
        return None

    def append(self, commit: Commit) -> bool:
        """Whether this commit has its number now; False: another writer took it, nothing is visible.

        Where the store's answer is lost, or says that the number is taken, what stands there is asked for its write id.
        Its time is never before that of the commit that it follows, whatever the clock says: followers ask by time.
        Raises: RefusedError for a number that would leave a gap; DamagedError where the commit before it cannot be read.
        """
        if commit.seq > 1:
            try:
                before = self.read(commit.seq - 1)
            except KeyMissingError as error:
                raise RefusedError(f"commit {commit.seq} would leave a gap in the log") from error
            commit = after(before, commit)
        else:
            commit = replace(commit, standing=_standing({}, commit))
        key = keys.commit(commit.seq)
        try:
            if self._bucket.create(key, commit.to_json()):
                self._keep(commit)
                return True
        except StoreUnavailableError:
            try:
                return self.read(commit.seq).write_id == commit.write_id
            except KeyMissingError:
                pass
            raise
        return self.read(commit.seq).write_id == commit.write_id
