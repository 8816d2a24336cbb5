"""Objects of S3 that others wrote: listed and read under whatever names they bear, never written."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError

from storage.botoerrors import code_of, of_boto, status_of
from storage.connection import ATTEMPTS, Connection
from storage.errors import StoreUnavailableError
from storage.s3 import BROKEN_BODY

BUFFER = 1 << 18


class IncomingBucket:
    """A bucket that inputs are read from."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket
        self._connection = Connection(bucket)

    def exists(self, key: str) -> bool:
        """Whether an object stands at the key."""
        with self._translated(key):
            try:
                self._connection.client.head_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if status_of(error) == 404:
                    return False
                # An answer to HEAD has no body that says what is wrong; one to listing has.
                next(self.keys(key), None)
                raise
        return True

    def keys(self, prefix: str) -> Iterator[str]:
        """The keys that start with the prefix, in the store's order; markers of folders are left out."""
        with self._translated(prefix):
            pages = self._connection.client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            for page in pages:
                yield from (item["Key"] for item in page.get("Contents", ()) if not item["Key"].endswith("/"))

    def open(self, key: str) -> BinaryIO:
        """The bytes of an object from its start, fetched as they are read.

        Raises: OSError where it is gone or may not be read; StorageError where the store fails.
        """
        return io.BufferedReader(_Stream(self, key), BUFFER)

    def body(self, key: str, offset: int, etag: str | None) -> tuple[Any, str]:
        """What is left of an object from an offset, and its ETag; an object that is not of the given ETag is refused."""
        asked = {"Bucket": self._bucket, "Key": key}
        asked |= {"Range": f"bytes={offset}-"} if offset else {}
        asked |= {"IfMatch": etag} if etag else {}
        with self._translated(key):
            answer = self._connection.client.get_object(**asked)
        return answer["Body"], answer["ETag"]

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        place = f"s3://{self._bucket}/{key}"
        try:
            yield
        except ClientError as error:
            if code_of(error) == "NoSuchKey":
                raise FileNotFoundError(f"there is no object at {place}") from error
            if status_of(error) == 412:
                raise OSError(f"{place} was replaced while it was read") from error
            if code_of(error) == "AccessDenied":
                raise PermissionError(f"the credentials may not read {place}") from error
            raise of_boto(place, error) from error
        except BotoCoreError as error:
            raise of_boto(place, error) from error


class _Stream(io.RawIOBase):
    """An object's bytes in order; where the connection breaks off, the rest is asked for again."""

    def __init__(self, bucket: IncomingBucket, key: str) -> None:
        self._bucket = bucket
        self._key = key
        self._at = 0
        self._body, self._etag = bucket.body(key, 0, None)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - whatever can be written to
        for left in reversed(range(ATTEMPTS)):
            try:
                data = self._body.read(len(buffer))
                break
            except BROKEN_BODY as error:
                self._body.close()
                if not left:
                    raise StoreUnavailableError(
                        f"{self._key}: breaks off at byte {self._at}; run the same command again"
                    ) from error
                self._body, _ = self._bucket.body(self._key, self._at, self._etag)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._body.close()
        super().close()
