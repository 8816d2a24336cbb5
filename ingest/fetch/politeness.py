"""One request at a time to a host, and a gap between two: in this process, between processes, and across restarts.

Per host there is a file whose lock is held during a request, and one that says when the host was last asked. The first frees
itself when its process dies, the second is written before a request starts: a run that is killed owes the gap all the same.
"""

import asyncio
import fcntl
import hashlib
import json
import os
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from ingest.errors import FetchError
from ingest.records import Failed

MAX_HOLD_S = 86_400.0
"""Longest that a `Retry-After` holds."""
POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class HostState:
    """What is remembered of a host; times in seconds since 1970, by this machine's clock."""

    host: str
    asked_at: float = 0.0
    """When the last request to it ended, or started if it has not ended."""
    held_until: float = 0.0
    """When it may be asked again, as it said itself."""


@dataclass(slots=True)
class Turn:
    """The right to make one request."""

    hold_s: float = 0.0
    """Set by the holder: seconds for which the host asks to be left alone."""


class Politeness:
    """Hands out turns."""

    def __init__(self, folder: Path, max_wait_s: float, clock: Callable[[], float] = time.time) -> None:
        """`folder` is where the state of hosts is kept; it is made when it is needed."""
        self._folder = folder
        self._max_wait_s = max_wait_s
        self._clock = clock
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def turn(self, host: str, gap_s: float) -> AsyncIterator[Turn]:
        """The next turn at a host, at least `gap_s` after the last one ended.

        Raises: FetchError where the host asked for more patience than a run has.
        """
        turn = Turn()
        async with self._locks[host], self._alone(host):
            await self._wait(host, gap_s)
            self._remember(host, turn)
            try:
                yield turn
            finally:
                self._remember(host, turn)

    @asynccontextmanager
    async def _alone(self, host: str) -> AsyncIterator[None]:
        """While no other process is at the host."""
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path(host, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            while not _locked(descriptor):
                await asyncio.sleep(POLL_S)
            yield
        finally:
            os.close(descriptor)

    async def _wait(self, host: str, gap_s: float) -> None:
        left = self._left(host, gap_s)
        if left > max(gap_s, self._max_wait_s):
            raise FetchError(Failed("told-to-wait", f"{host} asks to be left alone for {left:.0f} more seconds.", "fetch"))
        # Once is enough: the lock is held, so nobody else asks meanwhile.
        until = time.monotonic() + left
        while (left := until - time.monotonic()) > 0:
            await asyncio.sleep(left)

    def _left(self, host: str, gap_s: float) -> float:
        """Seconds until the host may be asked; a clock that was set back makes nobody wait longer than was meant."""
        state, now = self._state(host), self._clock()
        gap = min(state.asked_at, now) + gap_s - now
        return max(gap, min(state.held_until - now, MAX_HOLD_S))

    def _state(self, host: str) -> HostState:
        try:
            told = json.loads(self._path(host, "json").read_text("utf-8"))
            return HostState(host, float(told["asked_at"]), float(told["held_until"]))
        except FileNotFoundError:
            return HostState(host)
        except (ValueError, KeyError, TypeError):
            # A damaged file: as if the host had been asked just now.
            return HostState(host, self._clock())

    def _remember(self, host: str, turn: Turn) -> None:
        """Write the state anew, whole or not at all; the lock is held."""
        now = self._clock()
        held = max(self._state(host).held_until, now + min(turn.hold_s, MAX_HOLD_S) if turn.hold_s else 0.0)
        fresh = self._path(host, "new")
        fresh.write_text(json.dumps(asdict(HostState(host, now, held))), "utf-8")
        fresh.replace(self._path(host, "json"))

    def _path(self, host: str, suffix: str) -> Path:
        return self._folder / f"{hashlib.sha256(host.encode()).hexdigest()[:32]}.{suffix}"


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
