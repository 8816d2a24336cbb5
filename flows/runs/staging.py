"""Where a run keeps its judged shards until it is decided: in the bucket, or in memory for a dry run."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import pyarrow as pa

from flows.runs.shards import Shard
from storage import staged
from storage.bucket import Bucket


class Staged(Protocol):
    """Judged shards as deciding sees them."""

    @property
    def skipped(self) -> int:
        """Pages that were skipped as unchanged."""
        ...

    @property
    def cpu_s(self) -> float:
        """CPU seconds that the workers took."""
        ...

    def tables(self, columns: Sequence[str] | None = None) -> Iterator[tuple[int, pa.Table]]:
        """Number and rows of each shard that has any, one at a time; the same rows in the same order at every call."""
        ...

    def table(self, number: int, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of one shard."""
        ...


class Staging:
    """The judged shards of one run."""

    def __init__(self, bucket: Bucket | None, run: str) -> None:
        self.bucket = bucket
        """Null in a dry run."""
        self.skipped = 0
        """Pages that were skipped as unchanged."""
        self.cpu_s = 0.0
        """CPU seconds that the workers took."""
        self.notes: list[str] = []
        """Sentences for the user on what was not as it should be, though it ended no input."""
        self._run = run
        self._numbers: list[int] = []
        self._held: dict[int, pa.Table] = {}

    def add(self, shard: Shard) -> None:
        """Take a shard that has just been judged, and staged unless this is a dry run."""
        self.skipped += shard.skipped
        if shard.table.num_rows:
            self._numbers.append(shard.number)
            if self.bucket is None:
                self._held[shard.number] = shard.table

    @property
    def is_empty(self) -> bool:
        """Whether no page had to be judged."""
        return not self._numbers

    def tables(self, columns: Sequence[str] | None = None) -> Iterator[tuple[int, pa.Table]]:
        """Number and rows of each shard that has any, one at a time."""
        for number in self._numbers:
            yield number, self.table(number, columns)

    def table(self, number: int, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of one shard."""
        if self.bucket is None:
            held = self._held[number]
            return held if columns is None else held.select(list(columns))
        return staged.read_table(self.bucket, self._run, number, columns)
