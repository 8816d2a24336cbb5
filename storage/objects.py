"""What a store of objects keeps to; every other module of this package reads and writes through it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from storage.errors import RefusedError

KEY_PATTERN = re.compile(r"[A-Za-z0-9_=+@,~-][A-Za-z0-9._=+@,~-]*(/[A-Za-z0-9_=+@,~-][A-Za-z0-9._=+@,~-]*)*")
"""Relative plain-ASCII keys whose segments never start with a dot: no `..`, no `//`, nothing that any store rewrites."""
MAX_SEGMENT = 200
"""Longest segment; file systems stop at 255 bytes."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What a listing says of one object."""

    key: str
    size: int
    """Bytes."""
    modified_at: datetime
    """UTC, by the store's clock."""


class Bucket(Protocol):
    """A store of whole objects under plain-ASCII keys.

    Every method raises StoreUnavailableError where the store does not answer, and RefusedError for a malformed key.
    """

    @property
    def uri(self) -> str:
        """What `open_bucket` opens again."""
        ...

    def get(self, key: str) -> bytes:
        """The object's bytes. Raises: KeyMissingError."""
        ...

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`. Raises: KeyMissingError; DamagedError where the object ends before."""
        ...

    def put(self, key: str, data: bytes) -> None:
        """Writes or replaces an object: readers see the old or the new bytes whole; durable on return."""
        ...

    def create(self, key: str, data: bytes) -> bool:
        """Writes an object where none stands, durably; of any number of callers one gets True, the others False."""
        ...

    def head(self, key: str) -> ObjectInfo | None:
        """Size and time of an object, or null where none stands."""
        ...

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """The whole objects whose keys start with `prefix`, in key order."""
        ...

    def delete(self, key: str) -> None:
        """Removes an object; absent is fine."""
        ...

    def sweep_partial(self, before: datetime) -> int:
        """Removes what writers that died before then left half-written, which no listing shows; the count."""
        ...

    def delta(self, key: str) -> tuple[str, dict[str, str]]:
        """Table URI and storage options by which deltalake opens the folder `key`."""
        ...


def check_key(key: str) -> str:
    """The key itself. Raises: RefusedError where some store could not hold it as spelled."""
    if not KEY_PATTERN.fullmatch(key) or max(map(len, key.split("/"))) > MAX_SEGMENT:
        raise RefusedError(f"malformed key {key!r}")
    return key
