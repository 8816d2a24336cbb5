"""The tables of a corpus, each kept open between uses: bringing one up to date costs a tenth of opening it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.compute as pc

from storage import keys, parquet
from storage.delta import Handle, LiveFile
from storage.files import EVER, Between
from storage.keys import Table
from storage.objects import Bucket
from storage.pool import abreast
from storage.schema import SCHEMAS


class Handles:
    """Hands out the tables of a corpus; whoever takes one has it alone, as no two may move one handle."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self._idle: dict[Table, Handle] = {}
        self._reached: dict[Table, int] = {}

    @contextmanager
    def opened(self, table: Table, *, to_move: bool = False) -> Iterator[Handle]:
        """The newest version of a table; kept unless an error comes up. `to_move`: looks whether its log was begun anew."""
        handle = self._idle.pop(table, None)
        if handle is None or not handle.refresh() or (to_move and not handle.stands()):
            handle = Handle(self.bucket, table)
        yield handle
        self._idle[table] = handle

    def applied(self, table: Table) -> int:
        """Number of the newest commit that the table holds, 0 without any."""
        with self.opened(table) as handle:
            return handle.applied

    def files(self, table: Table, between: Between = EVER) -> list[LiveFile]:
        """The files that count, of those that may hold rows of certain commits."""
        with self.opened(table) as handle:
            return [file for file in handle.files() if file.overlaps(between.after, between.until)]

    def has_reached(self, table: Table, seq: int) -> bool:
        """Whether the table is known to hold a commit, without a look at it: it holds it for ever then."""
        return self._reached.get(table, -1) >= seq

    def reached(self, table: Table, seq: int) -> None:
        """Notes that the table holds a commit."""
        self._reached[table] = seq

    def live(
        self,
        table: Table,
        columns: Sequence[str] | None = None,
        where: pc.Expression | None = None,
        between: Between = EVER,
    ) -> Iterator[pa.Table]:
        """Rows of a table as it stands, file by file; rows of one id and commit keep their order. Other files stay unread."""
        for file in self.files(table, between):
            yield self._read(table, file, columns, _narrowed(file, where, between))

    def at_once(
        self,
        table: Table,
        columns: Sequence[str] | None = None,
        where: pc.Expression | None = None,
        between: Between = EVER,
    ) -> pa.Table:
        """The same in one table, the files read at once: for answers that are small beside it."""

        def read(file: LiveFile) -> pa.Table:
            return self._read(table, file, columns, _narrowed(file, where, between))

        found = abreast(read, self.files(table, between))
        return parquet.concat(found, SCHEMAS[table], columns)

    def of_ids(self, table: Table, columns: Sequence[str], ids: pa.Array) -> pa.Table:
        """Rows of some documents, the files read at once; `columns` has the id. For columns that are small, such as numbers."""

        def read(file: LiveFile) -> pa.Table:
            rows = self._read(table, file, columns, None)
            return rows.filter(pc.is_in(rows["id"], ids))

        return parquet.concat(abreast(read, self.files(table)), SCHEMAS[table], columns)

    def _read(self, table: Table, file: LiveFile, columns: Sequence[str] | None, where: pc.Expression | None) -> pa.Table:
        return parquet.read(self.bucket, keys.table_file(table, file.path), SCHEMAS[table], columns, where, file.size)


def _narrowed(file: LiveFile, where: pc.Expression | None, between: Between) -> pc.Expression | None:
    """The condition on a file's rows: none of commits where all are of those that are asked for."""
    return where if file.lies_within(between.after, between.until) else between.within(where)
