"""Worker processes in which pages are judged, so that a poisonous page costs itself and nothing else.

A page that makes its worker crash, run out of CPU time or of memory ends as a `Rejected("isolate", …)`; the worker is replaced.
Pages are judged in groups; one that ends badly is judged again page by page, so that nothing but the poisonous page suffers.
Limits are on CPU time; wall time is a loose backstop, since a loaded machine stretches it (60 s of wall were 4 s of CPU).
"""

import ctypes
import logging
import multiprocessing
import resource
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as WallTimeoutError
from dataclasses import dataclass
from typing import Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from ingest.records import Cleaned, Failed, RawPage, Rejected

log = logging.getLogger(__name__)

Judged = Cleaned | Rejected | Failed
Judge = Callable[[Sequence[RawPage]], Sequence[Cleaned | Rejected]]
"""Judges several pages, each as it would be judged alone."""
Tag = TypeVar("Tag")
Result = TypeVar("Result")

PR_SET_PDEATHSIG = 1
"""From <sys/prctl.h>."""
GROUPS_AHEAD = 2
"""Groups of pages handed out per worker before the first result is awaited: hides the pipe's latency, bounds memory."""
TOGETHER, TOGETHER_BYTES = 16, 4 << 20
"""So many pages at most, of so many bytes, are judged at once, which costs less than one by one. A limit that a group breaks is
taken for no page's fault: each is then judged alone."""


@dataclass(frozen=True, slots=True)
class IsolationConfig:
    """What one page may cost before it is given up.

    Pages are judged in groups; a group that breaks a limit is judged again page by page, so that each page has the limits to
    itself.
    """

    cpu_s: int = 15
    """CPU seconds for one page."""
    memory_mb: int = 3000
    """Address space of a worker in MiB; libraries map about 1,000 before the first page."""
    wall_s: int = 300
    """Wall seconds for one page: the backstop for a worker that hangs without computing."""
    recycle_after: int = 2000
    """Pages after which a worker is replaced, against leaks in libraries."""


_judge: Judge | None = None
_cpu_s = 0


def _start_worker(build: Callable[[], Judge], config: IsolationConfig) -> None:
    global _judge  # noqa: PLW0603 - a worker's own state
    _start_limited(config)
    _judge = build()


def _start_limited(config: IsolationConfig) -> None:
    global _cpu_s  # noqa: PLW0603 - a worker's own state
    _die_with_parent()
    limit = config.memory_mb << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _cpu_s = config.cpu_s


def _die_with_parent() -> None:
    """A worker ends when the run that started it is killed; on systems other than Linux it ends with its pipe."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _judge_group(pages: Sequence[RawPage]) -> tuple[list[Judged], float]:
    """What the judge says of each, and the CPU seconds that it took."""
    if _judge is None:
        raise RuntimeError("the worker was not started by _start_worker")
    _limit_cpu()
    before = time.process_time()
    return judge_safely(pages, _judge), time.process_time() - before


def judge_safely(pages: Sequence[RawPage], judge: Judge) -> list[Judged]:
    """What `judge` says of each page; an error of our own becomes a `Failed` that names the error, never the text.

    Where it fails on several pages, they are judged one by one: the others get what they would have got alone.
    """
    try:
        return list(judge(pages))
    except MemoryError:
        failed: Judged = Rejected("isolate", "too-much-memory", "cleaning it needed more memory than isolation.memory_mb allows")
    except Exception as error:
        if len(pages) == 1:
            log.warning("page failed name=%s error=%s", pages[0].name, type(error).__name__, exc_info=True)
        failed = Failed("internal-error", f"{type(error).__name__} while it was cleaned; please report this")
    return [failed] if len(pages) == 1 else [judged for page in pages for judged in judge_safely([page], judge)]


def bounded(call: Callable[[], Result], config: IsolationConfig) -> Result | Rejected:
    """What a picklable call returns in a process of its own, or which limit it broke there; lets its exceptions through."""
    pool = ProcessPool(max_workers=1, initializer=_start_limited, initargs=[config], context=_context())
    with pool:
        future = pool.schedule(_call_one, args=[call], timeout=config.wall_s)
        try:
            result: Result = future.result()
        except WallTimeoutError:
            return Rejected("isolate", "too-slow", f"reading it took more than isolation.wall_s = {config.wall_s} seconds")
        except ProcessExpired as expired:
            return _end_of_worker(expired.exitcode, config)
        except MemoryError:
            return Rejected("isolate", "too-much-memory", "reading it needed more memory than isolation.memory_mb allows")
        finally:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()
    return result


def _call_one(call: Callable[[], Result]) -> Result:
    _limit_cpu()
    return call()


def _limit_cpu() -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    # The kernel counts whole seconds from the start of the process and sends SIGXCPU, which ends it.
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + _cpu_s + 1, hard))


class Judges:
    """Worker processes for one run; a context manager, since they must not outlive it."""

    def __init__(self, build: Callable[[], Judge], *, workers: int, config: IsolationConfig) -> None:
        """Nothing starts before `__enter__`; `build` makes the judge inside each worker and must be picklable."""
        self.cpu_s = 0.0
        """CPU seconds that the pages judged so far have taken."""
        self._config = config
        self._ahead = workers * GROUPS_AHEAD
        # A page takes less than a second: no group of ordinary pages breaks the limit of one.
        self._together = max(1, min(TOGETHER, config.cpu_s, config.recycle_after))
        self._pool = ProcessPool(
            max_workers=workers,
            max_tasks=config.recycle_after // self._together,
            initializer=_start_worker,
            initargs=[build, config],
            context=_context(),
        )

    def __enter__(self) -> Self:
        """Workers start with the first page."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Ends the workers: at once where the run was interrupted."""
        if kind is None:
            self._pool.close()  # type: ignore[no-untyped-call]
        else:
            self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def judge(self, pages: Iterable[tuple[Tag, RawPage]]) -> Iterator[tuple[Tag, Judged]]:
        """What the judge says of tagged pages, in the order of the pages."""
        waiting: deque[tuple[list[Tag], list[RawPage], Future[tuple[list[Judged], float]]]] = deque()
        for group in _groups(pages, self._together):
            tags, members = [tag for tag, _ in group], [page for _, page in group]
            waiting.append((tags, members, self._schedule(members)))
            if len(waiting) >= self._ahead:
                yield from self._next(*waiting.popleft())
        while waiting:
            yield from self._next(*waiting.popleft())

    def _schedule(self, pages: Sequence[RawPage]) -> "Future[tuple[list[Judged], float]]":
        found: Future[tuple[list[Judged], float]] = self._pool.schedule(_judge_group, args=[pages], timeout=self._config.wall_s)
        return found

    def _next(
        self, tags: Sequence[Tag], pages: Sequence[RawPage], future: "Future[tuple[list[Judged], float]]"
    ) -> Iterator[tuple[Tag, Judged]]:
        try:
            judged, cpu_s = future.result()
        except WallTimeoutError:
            detail = f"cleaning it took more than isolation.wall_s = {self._config.wall_s} seconds"
            ended = Rejected("isolate", "too-slow", detail)
        except ProcessExpired as expired:
            ended = _end_of_worker(expired.exitcode, self._config)
        else:
            self.cpu_s += cpu_s
            yield from zip(tags, judged, strict=True)
            return
        if len(pages) == 1:
            yield tags[0], ended
            return
        # Which of them it was shows once each has the limits to itself.
        alone = [self._schedule([page]) for page in pages]
        for tag, page, again in zip(tags, pages, alone, strict=True):
            yield from self._next([tag], [page], again)


def _groups(pages: Iterable[tuple[Tag, RawPage]], most: int) -> Iterator[list[tuple[Tag, RawPage]]]:
    """The pages in lists of at most so many, and of bounded size."""
    group: list[tuple[Tag, RawPage]] = []
    size = 0
    for tag, page in pages:
        if group and (len(group) == most or size + len(page.body) > TOGETHER_BYTES):
            yield group
            group, size = [], 0
        group.append((tag, page))
        size += len(page.body)
    if group:
        yield group


def _end_of_worker(exitcode: int, config: IsolationConfig) -> Rejected:
    if exitcode == -signal.SIGXCPU:
        return Rejected("isolate", "too-slow", f"cleaning it took more than isolation.cpu_s = {config.cpu_s} CPU seconds")
    return Rejected("isolate", "crashed", f"the worker process ended with code {exitcode} while cleaning it")


def _context() -> multiprocessing.context.BaseContext:
    # Forking a process that runs Arrow's and delta-rs's threads can deadlock; the fork server is forked before they start
    # and has the heavy imports done once for all workers.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ingest.stages"])
    return context
