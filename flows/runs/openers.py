"""Opens inputs where they lie: the local disk, or objects of S3; which, says the location."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO

from ingest.errors import SourceError
from ingest.sources.opener import LOCAL, Listing, Opener

if TYPE_CHECKING:
    from storage.incoming import IncomingBucket

S3 = "s3://"


class S3Opener:
    """Objects of S3 as files: what stands between slashes is a folder, and names are the same as on a disk."""

    def open(self, location: str) -> BinaryIO:
        """The bytes of an object, fetched as they are read."""
        bucket, key = _split(location)
        return _bucket(bucket).open(key)

    def list(self, location: str) -> Listing:
        """The object at a location, else all below it but hidden ones; with a slash at the end, only those below it."""
        bucket, key = _split(location)
        store = _bucket(bucket)
        if key and not key.endswith("/") and store.exists(key):
            folder, _, name = f"{bucket}/{key}".rpartition("/")
            return Listing(folder.rpartition("/")[2], ((name, location),), is_folder=False)
        prefix = f"{key.rstrip('/')}/" if key else ""
        names = sorted(found.removeprefix(prefix) for found in store.keys(prefix))
        if not names:
            raise SourceError(location, "there is no such file or folder")
        shown = [name for name in names if not any(part.startswith(".") for part in name.split("/"))]
        files = tuple((name, f"{S3}{bucket}/{prefix}{name}") for name in shown)
        return Listing(f"{bucket}/{key}".rstrip("/").rpartition("/")[2], files, is_folder=True)


OPENERS: Mapping[str, Opener] = {S3: S3Opener()}
"""Start of a location → what opens it; all others are paths."""


def opener_of(location: str) -> Opener:
    """What lists and opens a location."""
    return next((opener for start, opener in OPENERS.items() if location.startswith(start)), LOCAL)


class AnyOpener:
    """Opens every location by the opener that it calls for."""

    def __init__(self, choose: Callable[[str], Opener] = opener_of) -> None:
        self._choose = choose

    def open(self, location: str) -> BinaryIO:
        """The bytes of a file or object from its start."""
        return self._choose(location).open(location)

    def list(self, location: str) -> Listing:
        """What lies at a location."""
        return self._choose(location).list(location)


ANYWHERE = AnyOpener()


@lru_cache(maxsize=8)
def _bucket(name: str) -> "IncomingBucket":
    # Whoever reads local files alone need not wait for boto3.
    from storage.incoming import IncomingBucket  # noqa: PLC0415

    return IncomingBucket(name)


def _split(location: str) -> tuple[str, str]:
    bucket, _, key = location.removeprefix(S3).partition("/")
    if not bucket:
        raise SourceError(location, "name a bucket: s3://bucket/folder")
    return bucket, key
