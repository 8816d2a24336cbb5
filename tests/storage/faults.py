"""Buckets that fail or are overtaken at a chosen moment."""

from collections.abc import Callable, Iterator
from datetime import datetime

from storage import delta
from storage.bucket import Bucket, ObjectInfo
from storage.errors import StoreUnavailableError


class Killed(BaseException):
    """The process ends here: nothing handles it."""


class WrappedBucket:
    """A bucket that calls `around` for each write, with its name, its key and the write itself."""

    def __init__(self, inner: Bucket, around: Callable[[str, str, Callable[[], object]], object]) -> None:
        self._inner = inner
        self._around = around

    @property
    def uri(self) -> str:
        return self._inner.uri

    def get(self, key: str) -> bytes:
        return self._inner.get(key)

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        return self._inner.get_range(key, offset, length)

    def put(self, key: str, data: bytes) -> None:
        self._around("put", key, lambda: self._inner.put(key, data))

    def create(self, key: str, data: bytes) -> bool:
        return bool(self._around("create", key, lambda: self._inner.create(key, data)))

    def head(self, key: str) -> ObjectInfo | None:
        return self._inner.head(key)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        return self._inner.list(prefix)

    def delete(self, key: str) -> None:
        self._around("delete", key, lambda: self._inner.delete(key))

    def sweep_partial(self, before: datetime) -> int:
        return self._inner.sweep_partial(before)

    def delta(self, key: str) -> tuple[str, dict[str, str]]:
        return self._inner.delta(key)


class Killer:
    """Raises Killed at the nth moment before or after a write of the bucket or a transaction of a table."""

    def __init__(self, at: int = 0) -> None:
        self.at = at
        self.moments = 0

    def around(self, _verb: str, _key: str, write: Callable[[], object]) -> object:
        self._moment()
        done = write()
        self._moment()
        return done

    def install(self, monkeypatch) -> None:
        """Counts tables' transactions and creations too."""
        apply, create = delta.Handle.apply, delta.create
        monkeypatch.setattr(delta.Handle, "apply", lambda *args: self.around("apply", "", lambda: apply(*args)))
        monkeypatch.setattr(delta, "create", lambda *args: self.around("create", "", lambda: create(*args)))

    def _moment(self) -> None:
        self.moments += 1
        if self.moments == self.at:
            raise Killed


def overtaken(inner: Bucket, prefix: str, by: Callable[[], object]) -> WrappedBucket:
    """A bucket where, just before the first creation of a key with the prefix, somebody else is quicker."""
    left = [by]

    def around(verb: str, key: str, write: Callable[[], object]) -> object:
        if verb == "create" and key.startswith(prefix) and left:
            left.pop()()
        return write()

    return WrappedBucket(inner, around)


def unanswered(inner: Bucket, prefix: str, *, written: bool) -> WrappedBucket:
    """A bucket that does not answer the creation of such keys: they are written, or are not, and nobody says which."""

    def around(verb: str, key: str, write: Callable[[], object]) -> object:
        if verb != "create" or not key.startswith(prefix):
            return write()
        if written:
            write()
        raise StoreUnavailableError(f"no answer for {key}")

    return WrappedBucket(inner, around)
