"""What stands in for processes in tests of runs: judges that need none, and a bucket whose process dies at a call."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ingest.isolate import judge_safely
from storage.local import LocalBucket


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the code may handle it."""


class Dying(LocalBucket):
    """A bucket whose process dies before its n-th call that changes something; 0: never."""

    calls = 0
    dies_at = 0

    def _step(self) -> None:
        Dying.calls += 1
        if Dying.calls == Dying.dies_at:
            raise Killed

    def put(self, key: str, data: bytes) -> None:
        self._step()
        super().put(key, data)

    def create(self, key: str, data: bytes) -> bool:
        self._step()
        return super().create(key, data)

    def delete(self, key: str) -> None:
        self._step()
        super().delete(key)


class HereJudges:
    """Judges in this process."""

    def __init__(self, build: Callable[[], Any], **_: object) -> None:
        self._judge = build()
        self.cpu_s = 0.0

    def __enter__(self) -> "HereJudges":
        return self

    def __exit__(self, *_: object) -> None: ...

    def judge(self, pages: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
        return ((tag, judge_safely([page], self._judge)[0]) for tag, page in pages)
