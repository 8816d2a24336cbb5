"""The Delta tables as deltalake sees them: created once, then moved from one commit of the log to the next.

Each table's application transaction `winnow` names the commit that it stands at. deltalake does not compare that number by
itself, but of two transactions that start from one table version only one gets through: so a handle applies exactly the
commit after the one that it was opened at.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Schema, Transaction
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction, RemoveAction

from storage import answers, keys
from storage.commits import Commit, FileEntry
from storage.keys import Table
from storage.objects import Bucket, ObjectInfo
from storage.parquet import STATISTICS
from storage.schema import SCHEMAS

APP = "winnow"
READABLE_H = 7 * 24
"""Hours for which files that were replaced stay: a reader that is behind must still find those of the version it opened."""
CONFIGURATION: dict[str, str | None] = {
    "delta.dataSkippingStatsColumns": ",".join(STATISTICS),
    "delta.deletedFileRetentionDuration": f"interval {READABLE_H // 24} days",
}


def create(bucket: Bucket, table: Table) -> None:
    """Makes the table where it does not exist; any number of callers may do so at once."""
    if exists(bucket, table):
        return
    uri, options = bucket.delta(keys.table(table))
    with _translated(bucket, table):
        try:
            DeltaTable.create(uri, SCHEMAS[table], mode="error", configuration=CONFIGURATION, storage_options=options)
        except (DeltaError, OSError):
            if not exists(bucket, table):
                raise


@dataclass(frozen=True, slots=True)
class LiveFile:
    """A data file as a version of a table names it."""

    path: str
    """Within the table's folder."""
    size: int
    """Bytes."""
    rows: int | None = None
    min_seq: int | None = None
    """Of its rows; null where another writer has named the file without."""
    max_seq: int | None = None

    def overlaps(self, after: int, until: int | None) -> bool:
        """Whether it may hold rows of the commits after one, up to another (included; null: the newest)."""
        too_old = self.max_seq is not None and self.max_seq <= after
        return not (too_old or (until is not None and self.min_seq is not None and self.min_seq > until))

    def lies_within(self, after: int, until: int | None) -> bool:
        """Whether all its rows are of these commits."""
        if self.min_seq is None or self.max_seq is None:
            return after == 0 and until is None
        return self.min_seq > after and (until is None or self.max_seq <= until)


class Handle:
    """One version of one table; `apply` moves the table on, `refresh` the handle."""

    def __init__(self, bucket: Bucket, table: Table) -> None:
        uri, self._options = bucket.delta(keys.table(table))
        self.table: Table = table
        self._bucket = bucket
        self._applied: tuple[int, int] | None = None
        self._first = self._begun()
        with _translated(bucket, table):
            self._delta = DeltaTable(uri, storage_options=self._options)

    def refresh(self) -> bool:
        """Brings this to the newest version; False: the table must be opened anew, by other credentials, or its log is gone."""
        if self._bucket.delta(keys.table(self.table))[1] != self._options:
            return False
        try:
            self._delta.update_incremental()
        except (DeltaError, OSError):
            return False
        return True

    def stands(self) -> bool:
        """Whether the log is the one that was opened: what a rebuild has begun anew must not be gone on with."""
        return self._begun() == self._first

    def _begun(self) -> ObjectInfo | None:
        return self._bucket.head(_entry(self.table, 0))

    @property
    def applied(self) -> int:
        """Number of the newest commit that the table holds, 0 without any."""
        # Looked up in the log each time by deltalake, which takes milliseconds on S3.
        if self._applied is None or self._applied[0] != self.version:
            self._applied = self.version, self._delta.transaction_version(APP) or 0
        return self._applied[1]

    @property
    def version(self) -> int:
        """Delta's own number of this version."""
        return self._delta.version()

    @property
    def protocol(self) -> tuple[int, int]:
        """Reader and writer versions that the table asks for."""
        protocol = self._delta.protocol()
        return protocol.min_reader_version, protocol.min_writer_version

    def files(self) -> list[LiveFile]:
        """The files that count in this version, in the order of the commits of their rows."""
        actions = pa.table(self._delta.get_add_actions(flatten=True))
        known = set(actions.column_names)
        names = [name for name in ("path", "size_bytes", "num_records", "min.seq", "max.seq") if name in known]
        rows = zip(*(actions[name].to_pylist() for name in names), strict=True)
        return sorted((LiveFile(*row) for row in rows), key=lambda file: (file.min_seq or 0, file.max_seq or 0, file.path))

    @property
    def count(self) -> int:
        """How many files count in this version."""
        return len(pa.table(self._delta.get_add_actions()))

    def tombstones(self) -> set[str]:
        """Paths of files that were replaced less than `READABLE_H` ago: whoever opened an older version may be at them."""
        replaced, over = (
            self._delta.vacuum(retention_hours=hours, dry_run=True, enforce_retention_duration=False) for hours in (0, READABLE_H)
        )
        return set(replaced) - set(over)

    def widen(self) -> bool:
        """Adds the columns that the schema got after the table was made, null in older rows; False: there are none."""
        known = {field.name for field in self._delta.schema().fields}
        fresh = [field for field in SCHEMAS[self.table] if field.name not in known]
        if not fresh:
            return False
        with _translated(self._bucket, self.table):
            try:
                self._delta.alter.add_columns(Schema.from_arrow(pa.schema(fresh)).fields)
            except CommitFailedError:
                # Someone else moved the table meanwhile; the next look tells whether columns are missing still.
                return True
        return True

    def apply(self, commit: Commit, adds: Sequence[FileEntry], removes: Sequence[LiveFile]) -> bool:
        """Moves the table to the next commit; False: it has moved since this handle was opened."""
        return self._move(commit.seq, commit.run, adds, removes, changes=commit.kind != "compaction")

    def exchange(self, adds: Sequence[FileEntry], removes: Sequence[LiveFile]) -> bool:
        """Puts files in the place of others that hold the same rows; False: the table has moved since this was opened."""
        return self._move(self.applied, "", adds, removes, changes=False)

    def restate(self, seq: int, adds: Sequence[FileEntry], removes: Sequence[LiveFile]) -> bool:
        """Makes the table stand at a commit with these files more and less, whatever it stood at."""
        return self._move(seq, "", adds, removes, changes=True)

    def _move(self, seq: int, run: str, adds: Sequence[FileEntry], removes: Sequence[LiveFile], *, changes: bool) -> bool:
        # When a file was replaced counts from now: readers may be at it, however old the run's plan is.
        now = int(time.time() * 1000)
        actions: list[AddAction | RemoveAction] = [_add(entry, seq, now, changes) for entry in adds]
        actions += [RemoveAction(file.path, changes, now, file.size, {}) for file in removes]
        properties = CommitProperties(
            app_transactions=[Transaction(APP, seq)], max_commit_retries=0, custom_metadata={"run": run} if run else None
        )
        with _translated(self._bucket, self.table):
            try:
                self._delta.create_write_transaction(actions, "append", SCHEMAS[self.table], commit_properties=properties)
            except CommitFailedError:
                return False
        return True


def race(bucket: Bucket, key: str, run: Callable[[Callable[[int], bool]], list[int]]) -> list[int]:
    """Those of `run`'s competitors whose transaction on one version of a new table was accepted: for trying out a store."""
    uri, options = bucket.delta(key)
    schema = pa.schema([("id", pa.string())])

    def transact(_who: int) -> bool:
        handle = DeltaTable(uri, version=0, storage_options=options)
        try:
            handle.create_write_transaction([], "append", schema, commit_properties=CommitProperties(max_commit_retries=0))
        except CommitFailedError:
            return False
        return True

    try:
        DeltaTable.create(uri, schema, storage_options=options)
        return run(transact)
    except (DeltaError, OSError) as error:
        raise answers.of_delta(f"{bucket.uri}/{key}", error) from error


def _add(entry: FileEntry, seq: int, when: int, changes: bool) -> AddAction:  # noqa: FBT001 - Delta's own field
    least = {"id": entry.min_id, "seq": seq if entry.min_seq is None else entry.min_seq}
    most = {"id": entry.max_id, "seq": seq if entry.max_seq is None else entry.max_seq}
    stats = {"numRecords": entry.rows, "nullCount": {"id": 0, "seq": 0}, "minValues": least, "maxValues": most}
    return AddAction(entry.path, entry.size, {}, when, changes, json.dumps(stats))


def exists(bucket: Bucket, table: Table) -> bool:
    """Whether the table's log has begun; its first entry may have been cleaned up. deltalake would look with Python halted."""
    return bucket.head(_entry(table, 0)) is not None or any(bucket.list(f"{keys.table(table)}/_delta_log/"))


def _entry(table: Table, version: int) -> str:
    return f"{keys.table(table)}/_delta_log/{version:020d}.json"


@contextmanager
def _translated(bucket: Bucket, table: Table) -> Iterator[None]:
    try:
        yield
    except (DeltaError, OSError) as error:
        raise answers.of_delta(f"{bucket.uri}: the table {table}", error) from error
