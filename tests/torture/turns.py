"""Writers that take turns in an order that a test forces: each stands still before every call that others could get between.

The writers are threads, of which one runs at a time; which goes on next is what the schedule says. So every order of their
calls can be played, and played again.
"""

import threading
from collections.abc import Callable, Iterator, Sequence

from storage import delta
from storage.bucket import Bucket
from storage.keys import COMMITS
from tests.storage.faults import WrappedBucket

PATIENCE_S = 60


class Turns:
    """Lets one of several writers go on at a time."""

    def __init__(self, schedule: Sequence[int]) -> None:
        """`schedule`: which of the writers that still have something to do goes on, modulo their number; then the first."""
        self._schedule = list(schedule)
        self._turn = threading.Condition()
        self._waiting: dict[int, bool] = {}
        self._runs: int | None = None
        self._mine = threading.local()
        self.taken: list[int] = []
        """How many could have gone on, at each choice: what a search over all schedules needs."""

    def play(self, writers: Sequence[Callable[[], object]]) -> list[BaseException | None]:
        """Runs all writers to their ends; what each has raised."""
        ended: list[BaseException | None] = [None] * len(writers)
        threads = [threading.Thread(target=self._run, args=(n, each, ended), daemon=True) for n, each in enumerate(writers)]
        with self._turn:
            self._waiting = dict.fromkeys(range(len(writers)), False)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
            assert not thread.is_alive(), "a writer stands still for ever"
        return ended

    def here(self) -> None:
        """A writer is at a call that others could get between: it waits until it is its turn."""
        number = getattr(self._mine, "number", None)
        if number is None:
            return  # the test itself
        with self._turn:
            self._waiting[number] = True
            if self._runs == number:
                self._runs = None
            self._choose()
            self._turn.wait_for(lambda: self._runs == number, PATIENCE_S)
            self._waiting[number] = False

    def _run(self, number: int, work: Callable[[], object], ended: list[BaseException | None]) -> None:
        self._mine.number = number
        try:
            self.here()
            work()
        except Exception as error:  # noqa: BLE001 - handed to the test
            ended[number] = error
        finally:
            with self._turn:
                del self._waiting[number]
                if self._runs == number:
                    self._runs = None
                self._choose()

    def _choose(self) -> None:
        """Picks who goes on, once everybody waits."""
        if self._runs is not None or not self._waiting or not all(self._waiting.values()):
            return
        able = sorted(self._waiting)
        pick = self._schedule.pop(0) % len(able) if self._schedule else 0
        self.taken.append(len(able))
        self._runs = able[pick]
        self._turn.notify_all()


def watched(bucket: Bucket, turns: Turns) -> WrappedBucket:
    """A bucket that waits for its writer's turn before it looks for or creates a commit."""

    def around(verb: str, key: str, write: Callable[[], object]) -> object:
        if verb == "create" and key.startswith(COMMITS):
            turns.here()
        return write()

    return WrappedBucket(bucket, around)


def watch_tables(monkeypatch, turns: Turns) -> None:
    """Every transaction of a table waits for its writer's turn, with the table's state already read."""
    move = delta.Handle._move

    def waits(*args: object, **named: object) -> bool:
        turns.here()
        return move(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(delta.Handle, "_move", waits)


def schedules(writers: int, depth: int) -> Iterator[tuple[int, ...]]:
    """Every order of `depth` choices among so many writers."""
    for number in range(writers**depth):
        yield tuple(number // writers**place % writers for place in range(depth))
