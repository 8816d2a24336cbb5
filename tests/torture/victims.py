"""Processes that die by SIGKILL before or after a chosen call of the store, forked from one warm process."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from flows.errors import FlowError
from storage import delta, local
from storage.errors import StorageError
from storage.local import LocalBucket
from storage.s3 import S3Bucket
from tests.torture import scene

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.torture.warm"])


PATIENCE_S = 180


@dataclass(frozen=True, slots=True)
class Order:
    """What a victim is to do, and when it dies; 0: never."""

    operation: str
    folder: Path
    place: str
    dies_at: int


class Moments:
    """Counts the moments before and after every call that writes, and dies at the chosen one."""

    def __init__(self, dies_at: int) -> None:
        self.count = 0
        self._dies_at = dies_at

    def arm(self) -> None:
        """Watches buckets, tables, and what a directory does between writing a file aside and putting it in place."""
        for kind in (LocalBucket, S3Bucket):
            for name in ("put", "create", "delete"):
                setattr(kind, name, self._around(getattr(kind, name)))
        delta.Handle._move = self._around(delta.Handle._move)  # type: ignore[method-assign]
        delta.create = self._around(delta.create)
        local.os.link, local.os.replace = self._around(os.link), self._around(os.replace)

    def _around(self, call: Callable) -> Callable:
        def watched(*args: object, **named: object) -> object:
            self._pass()
            done = call(*args, **named)
            self._pass()
            return done

        return watched

    def _pass(self) -> None:
        self.count += 1
        if self.count == self._dies_at:
            os.kill(os.getpid(), signal.SIGKILL)


def _live(order: Order, environment: dict[str, str], told: Connection) -> None:
    os.environ.update(environment)
    scene.here()
    moments = Moments(order.dies_at)
    moments.arm()
    try:
        scene.perform(order.operation, order.folder, order.place)
    except (StorageError, FlowError) as error:
        told.send(f"{type(error).__name__}: {error}")
    else:
        told.send(moments.count)


def run(operation: str, folder: Path, place: str, dies_at: int = 0) -> int | None:
    """How many moments the operation had; null where it died at the chosen one. Any other end is an error."""
    told = attempt(operation, folder, place, dies_at)
    assert not isinstance(told, str), f"{operation}, to be killed at {dies_at}: {told}"
    return told


def attempt(operation: str, folder: Path, place: str, dies_at: int = 0) -> int | str | None:
    """The same; or the error with which it ended, as a user would read it."""
    here, there = CONTEXT.Pipe(duplex=False)
    # The server that forks has the environment of when it started.
    environment = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    victim = CONTEXT.Process(target=_live, args=(Order(operation, folder, place, dies_at), environment, there))
    victim.start()
    there.close()
    victim.join(PATIENCE_S)
    if victim.exitcode is None:
        victim.kill()
        raise AssertionError(f"{operation} did not end, to be killed at {dies_at}")
    if victim.exitcode == -signal.SIGKILL:
        return None
    assert victim.exitcode == 0, f"{operation} ended with {victim.exitcode}, to be killed at {dies_at}"
    told: int | str = here.recv()
    return told
