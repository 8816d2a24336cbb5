"""Fetches many pages, hosts side by side, in a thread of its own; the caller takes them as they come.

Each host's pages come in their order. What is fetched and not yet taken is bounded, so that a slow caller costs no memory.
"""

import asyncio
import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Self
from urllib.parse import urlsplit

from ingest.fetch.client import Client
from ingest.fetch.config import FetchConfig
from ingest.fetch.politeness import Politeness
from ingest.fetch.verdict import Order, Validators
from ingest.fetch.visit import Fetched, Visits
from ingest.urls import canonical_url

READY = 16
"""Pages that may wait to be taken before requests pause; those that are under way then come on top."""

Ready = queue.SimpleQueue[tuple[Order, Fetched] | None]
Known = Callable[[Order], Validators | None]
"""What is known of a page from before; called in a thread, just before the page is asked for."""


class Backlog:
    """The pages that wait to be taken; lives in the fetcher's loop."""

    def __init__(self) -> None:
        self._waiting = 0
        self._is_short = asyncio.Event()
        self._is_short.set()

    def change(self, pages: int) -> None:
        """Count pages that came (positive) or were taken (negative)."""
        self._waiting += pages
        if self._waiting < READY:
            self._is_short.set()
        else:
            self._is_short.clear()

    async def is_short(self) -> None:
        """Returns once few enough wait."""
        await self._is_short.wait()


class Fetcher:
    """Fetches as sites allow it; a context manager, since its thread must not outlive the run."""

    def __init__(self, config: FetchConfig) -> None:
        """Raises: ConfigError where the config names no contact."""
        self._config = config.with_contact()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fetcher", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> None:
        self._backlog = Backlog()
        self._client = await Client(self._config, self._backlog.is_short).__aenter__()
        self._visits = Visits(self._config, self._client, Politeness(self._config.folder, self._config.max_wait_s))

    async def _close(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._client.__aexit__()
        await self._loop.shutdown_default_executor()

    def fetch(self, orders: Iterable[Order], known: Known = lambda _order: None) -> Iterator[tuple[Order, Fetched]]:
        """What comes of each order, in the order in which it comes."""
        ready: Ready = queue.SimpleQueue()
        job = asyncio.run_coroutine_threadsafe(self._all(list(orders), known, ready), self._loop)
        try:
            while (found := ready.get()) is not None:
                self._loop.call_soon_threadsafe(self._backlog.change, -1)
                yield found
            job.result()
        finally:
            job.cancel()

    async def _all(self, orders: list[Order], known: Known, ready: Ready) -> None:
        tasks = [asyncio.create_task(self._host(of_host, known, ready)) for of_host in _by_host(orders)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            ready.put(None)

    async def _host(self, orders: list[Order], known: Known, ready: Ready) -> None:
        for order in orders:
            validators = await asyncio.to_thread(known, order)
            found = await self._visits.visit(order, validators)
            self._backlog.change(1)
            ready.put((order, found))


def _by_host(orders: Iterable[Order]) -> list[list[Order]]:
    found: dict[str, list[Order]] = defaultdict(list)
    for order in orders:
        found[urlsplit(canonical_url(order.url) or "").hostname or ""].append(order)
    return list(found.values())
