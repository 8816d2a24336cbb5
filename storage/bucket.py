"""The door to the store: the protocol that every backend keeps, and which backend a path or URI names."""

from collections.abc import Callable, Mapping
from pathlib import Path

from storage.errors import NotACorpusError
from storage.local import LocalBucket
from storage.objects import Bucket, ObjectInfo

__all__ = ["SCHEMES", "Bucket", "ObjectInfo", "open_bucket"]


def open_bucket(uri: str) -> Bucket:
    """The bucket that a path or URI names; nothing is read or created. Raises: NotACorpusError."""
    scheme, separator, rest = uri.partition("://")
    if not separator:
        return _open_local(uri)
    if scheme not in SCHEMES:
        raise NotACorpusError(
            f"{uri}: no store speaks {scheme}://; known are a path and {', '.join(f'{name}://' for name in SCHEMES)}"
        )
    return SCHEMES[scheme](rest)


def _open_local(path: str) -> Bucket:
    return LocalBucket(Path(path))


def _open_s3(path: str) -> Bucket:
    # boto3 takes a third of a second to import, which who works on a directory need not wait for.
    from storage.s3 import S3Bucket  # noqa: PLC0415

    return S3Bucket.at(path)


SCHEMES: Mapping[str, Callable[[str], Bucket]] = {"file": _open_local, "s3": _open_s3}
"""What opens the rest of a URI, by its scheme."""
