"""Makes the tables anew from the commit log and the files that it names: for logs of tables that were lost, damaged or moved."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from storage import asof, delta, files, keys
from storage.commits import FileEntry
from storage.errors import DamagedError, KeyMissingError
from storage.files import Between
from storage.keys import RECORDS, TABLES, Table
from storage.objects import Bucket
from storage.replay import replay
from storage.tables import Corpus

WINDOW_ROWS = 50_000
"""Documents that are read at once: those of neighbouring commits, so that files of `documents` stay ordered by age."""
REBUILT_PARTS = 100_000
"""Files of `documents` that a rebuild writes are numbered from here."""

Tell = Callable[[Table], None]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did."""

    seq: int
    """The commit at which every table stands."""
    reset: tuple[Table, ...] = ()
    """Tables whose own log could not be read and was begun anew."""
    added: int = 0
    """Files that the log names and a table of record lacked."""
    dropped: int = 0
    """Files that a table of record held and the log does not name."""
    documents: int = 0
    """Rows of `documents`, all written anew."""


def rebuild(bucket: Bucket, tell: Tell = lambda _table: None) -> Rebuilt:
    """Every table as the commit log has it; readers see the old or the new state of each. Raises: StorageError.

    Only a table's own log and the files of `documents` are derived: a file of the other tables that is gone stops it.
    """
    Corpus.peek(bucket)
    reset = tuple(table for table in TABLES if _is_reset(bucket, table))
    corpus = Corpus.open(bucket)
    added, dropped = 0, 0
    for table in RECORDS:
        tell(table)
        more, less = _match(corpus, table)
        added, dropped = added + more, dropped + less
    tell("documents")
    seq, documents = _write_documents(corpus)
    return Rebuilt(seq, reset, added, dropped, documents)


def _is_reset(bucket: Bucket, table: Table) -> bool:
    """Whether a table's own log could not be read; then nothing of it is left."""
    if not delta.exists(bucket, table):
        return True
    try:
        delta.Handle(bucket, table).files()
    except DamagedError:
        for info in list(bucket.list(f"{keys.table(table)}/_delta_log/")):
            bucket.delete(info.key)
        return True
    return False


def _match(corpus: Corpus, table: Table) -> tuple[int, int]:
    """Makes an append-only table hold exactly the files that the log names; files added and dropped."""
    while True:
        handle = delta.Handle(corpus.bucket, table)
        head = corpus.log.head()  # asked after the table was opened: never behind it
        wanted = replay(corpus.log.since(0, head))[table]
        held = {file.path: file for file in handle.files()}
        more = [entry for path, entry in wanted.items() if path not in held]
        less = [file for path, file in held.items() if path not in wanted]
        for entry in more:
            _require(corpus.bucket, table, entry)
        if (not more and not less and handle.applied == head) or handle.restate(head, more, less):
            return len(more), len(less)


def _require(bucket: Bucket, table: Table, entry: FileEntry) -> None:
    key = keys.table_file(table, entry.path)
    info = bucket.head(key)
    if info is None:
        raise KeyMissingError(key)
    if info.size != entry.size:
        raise DamagedError(f"{key} has {info.size} bytes where its commit says {entry.size}: the object is damaged")


def _write_documents(corpus: Corpus) -> tuple[int, int]:
    """The commit at which `documents` stands, and its rows."""
    while True:
        handle = delta.Handle(corpus.bucket, "documents")
        # What the tables of record hold, not what the log promises: a writer may have committed and not rolled yet.
        head = min(delta.Handle(corpus.bucket, table).applied for table in RECORDS)
        decisions = asof.decisions_at(corpus, head)
        most = files.rows_of_documents(len(decisions))
        rows = (
            batch for window in _windows(corpus, head) for batch in asof.documents_of(corpus, decisions, head, between=window)
        )
        made = files.stage(corpus.bucket, "documents", rows, seq=head, first_part=REBUILT_PARTS, most_rows=most)
        held, named = {file.path: file for file in handle.files()}, {entry.path for entry in made}
        more = [entry for entry in made if entry.path not in held]
        less = [file for path, file in held.items() if path not in named]
        if handle.restate(head, more, less):
            return head, sum(entry.rows for entry in made)


def _windows(corpus: Corpus, head: int) -> Iterator[Between]:
    """Neighbouring commits whose versions are few enough to be read at once."""
    counts = corpus.scan("versions", ["seq"], between=Between(until=head)).group_by("seq").aggregate([("seq", "count")])
    after, total, last = 0, 0, 0
    for row in counts.sort_by("seq").to_pylist():
        if total and total + row["seq_count"] > WINDOW_ROWS:
            yield Between(after, last)
            after, total = last, 0
        last, total = row["seq"], total + row["seq_count"]
    if total:
        yield Between(after, last)
