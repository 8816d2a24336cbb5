"""What a probe of a store is, and what it may find."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from storage import keys
from storage.objects import Bucket

WRITERS = 8
"""That compete in a race."""

Verdict = Literal["fine", "note", "missing"]
"""note: worth knowing, nothing of ours breaks; missing: something that we rely on."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one probe found."""

    probe: str
    verdict: Verdict
    seen: str
    follows: str
    """What the user should do or may rely on."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where one examination writes."""

    bucket: Bucket
    name: str

    def key(self, name: str) -> str:
        """A key of this examination."""
        return keys.probe(self.name, name)


Probe = Callable[[Ground], Finding]


def race(work: Callable[[int], bool]) -> list[int]:
    """The numbers of those who say that they won, of several who start at once."""
    start = threading.Barrier(WRITERS)

    def run(who: int) -> bool:
        start.wait()
        return work(who)

    with ThreadPoolExecutor(WRITERS) as pool:
        return [who for who, has_won in enumerate(pool.map(run, range(WRITERS))) if has_won]
