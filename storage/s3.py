"""A bucket below a prefix of an S3 store.

Every write carries a write id: where the answer to one is lost, or says that something stands there already, the object is
asked whose it is. A store's client repeats requests by itself, so that one's own first try can look like another writer.
"""

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    FlexibleChecksumError,
    IncompleteReadError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ReadTimeoutError,
    ResponseStreamingError,
    SSLError,
)

from storage.botoerrors import of_boto, status_of
from storage.connection import ATTEMPTS, Client, Connection
from storage.errors import DamagedError, KeyMissingError, NotACorpusError
from storage.objects import KEY_PATTERN, ObjectInfo, check_key

WRITE_ID = "winnow-write-id"
DIGEST = "winnow-sha256"
"""Metadata of every object: who wrote it, and what."""
PART_BYTES = 32 * 2**20
MULTIPART_BYTES = 2 * PART_BYTES
"""From this size an object goes up in parts, each of which is repeated by itself where it is lost."""
BROKEN_BODY = (IncompleteReadError, ReadTimeoutError, ResponseStreamingError, FlexibleChecksumError)
"""An answer that broke off, or was changed on the way, after its head had come: not repeated by boto3."""
NEVER_SENT = (NoCredentialsError, PartialCredentialsError, ParamValidationError, SSLError)
DOUBTFUL = frozenset({404, 409, 412, 500, 502, 503, 504})
"""Answers to a write after which it may have happened all the same. 404: an upload that is gone since it was completed."""


class S3Bucket:
    """Objects of an S3 bucket whose keys start with a prefix."""

    def __init__(self, bucket: str, prefix: str = "") -> None:
        self.connection = Connection(bucket)
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""

    @classmethod
    def at(cls, path: str) -> "S3Bucket":
        """The bucket of what follows `s3://`. Raises: NotACorpusError where that is no bucket and prefix."""
        bucket, _, prefix = path.partition("/")
        prefix = prefix.strip("/")
        if not bucket:
            raise NotACorpusError(f"s3://{path}: name a bucket: s3://bucket or s3://bucket/prefix")
        if prefix and not KEY_PATTERN.fullmatch(prefix):
            raise NotACorpusError(
                f"s3://{path}: the prefix may hold letters, digits and ._=+@,~- only, and no part starts with a dot"
            )
        return cls(bucket, prefix)

    def __reduce__(self) -> tuple[type["S3Bucket"], tuple[str, str]]:
        return type(self), (self._bucket, self._prefix.rstrip("/"))

    @property
    def uri(self) -> str:
        """`s3://bucket/prefix`."""
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    def get(self, key: str) -> bytes:
        """The object's bytes, checked against the digest that they were written with."""
        data, metadata = self._read(key)
        if metadata.get(DIGEST, _digest(data)) != _digest(data):
            raise DamagedError(f"{key} is not what was written: the object is damaged")
        return data

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`."""
        end = offset + length
        found, _ = self._read(key, f"bytes={offset}-{end - 1}") if length else (b"", {})
        if len(found) != length:
            raise DamagedError(f"{key} ends at byte {offset + len(found)}, expected {end}: the object is damaged")
        return found

    def put(self, key: str, data: bytes) -> None:
        """Writes or replaces an object."""
        write_id = uuid.uuid4().hex
        try:
            self._write(key, data, write_id)
        except (ClientError, BotoCoreError) as error:
            if not _is_doubtful(error) or self._writer(key) != write_id:
                raise of_boto(self._place(key), error) from error

    def create(self, key: str, data: bytes) -> bool:
        """Writes an object where none stands; whether this caller did, though the answer be lost."""
        write_id = uuid.uuid4().hex
        for left in reversed(range(ATTEMPTS)):
            try:
                self._write(key, data, write_id, only_new=True)
            except (ClientError, BotoCoreError) as error:
                stands = self._writer(key) if _is_doubtful(error) else None
                if stands is not None:
                    return stands == write_id
                # Nothing stands there: it never arrived, or somebody deleted what was in its way.
                if not (left and _is_doubtful(error)):
                    raise of_boto(self._place(key), error) from error
            else:
                break
        return True

    def head(self, key: str) -> ObjectInfo | None:
        """Size and time of an object, or null where none stands."""
        answer = self._head(key)
        return None if answer is None else ObjectInfo(key, answer["ContentLength"], answer["LastModified"].astimezone(UTC))

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """The objects whose keys start with `prefix`, in key order: not every store lists in it, so all are read first."""
        found = []
        with self._translated(prefix):
            pages = self.connection.client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            for item in (item for page in pages for item in page.get("Contents", ())):
                key = item["Key"].removeprefix(self._prefix)
                if not _is_hidden(key):
                    found.append(ObjectInfo(key, item["Size"], item["LastModified"].astimezone(UTC)))
        yield from sorted(found, key=lambda info: info.key)

    def delete(self, key: str) -> None:
        """Removes an object."""
        with self._translated(key):
            self.connection.client.delete_object(**self.address(key))

    def sweep_partial(self, before: datetime) -> int:
        """Gives up uploads in parts that were begun before then; the count, 0 where the store cannot list them."""
        with self._translated(""):
            try:
                stale = [upload for upload in self._uploads() if upload["Initiated"] < before]
            except ClientError as error:
                if status_of(error) in {405, 501}:
                    return 0
                raise
            for upload in stale:
                self._give_up({"Bucket": self._bucket, "Key": upload["Key"], "UploadId": upload["UploadId"]})
        return len(stale)

    def _uploads(self) -> Iterator[dict[str, Any]]:
        pages = self.connection.client.get_paginator("list_multipart_uploads").paginate(Bucket=self._bucket, Prefix=self._prefix)
        for page in pages:
            yield from (upload for upload in page.get("Uploads", ()) if upload["Key"].startswith(self._prefix))

    def delta(self, key: str) -> tuple[str, dict[str, str]]:
        """The folder's URI, and how to reach it with the credentials of this moment."""
        return f"s3://{self._bucket}/{self._prefix}{check_key(key)}", self.connection.delta_options()

    def address(self, key: str) -> dict[str, str]:
        """How boto3 names an object."""
        return {"Bucket": self._bucket, "Key": self._prefix + check_key(key)}

    def _place(self, key: str) -> str:
        return f"{self.uri}/{key}" if key else self.uri

    def _read(self, key: str, part: str | None = None) -> tuple[bytes, Mapping[str, str]]:
        """Bytes and metadata of an object; read again where the connection breaks off in the middle."""
        asked = self.address(key) | ({"Range": part} if part else {})
        with self._translated(key):
            for left in reversed(range(ATTEMPTS)):
                try:
                    return _whole(self.connection.client.get_object(**asked))
                except BROKEN_BODY:
                    if not left:
                        raise
                except ClientError as error:
                    if status_of(error) != 416:  # the range starts behind the end
                        raise
                    break
        return b"", {}

    def _write(self, key: str, data: bytes, write_id: str, *, only_new: bool = False) -> None:
        condition = {"IfNoneMatch": "*"} if only_new else {}
        target = self.address(key)
        told = {"Metadata": {WRITE_ID: write_id, DIGEST: _digest(data)}}
        if len(data) < MULTIPART_BYTES:
            self.connection.client.put_object(**target, **told, **condition, Body=data)
        else:
            self._write_parts(target, told, data, condition)

    def _write_parts(self, target: Mapping[str, str], told: Mapping[str, Any], data: bytes, condition: Mapping[str, str]) -> None:
        client: Client = self.connection.client
        upload = {**target, "UploadId": client.create_multipart_upload(**target, **told)["UploadId"]}
        try:
            parts = []
            for number, start in enumerate(range(0, len(data), PART_BYTES), 1):
                answer = client.upload_part(**upload, PartNumber=number, Body=data[start : start + PART_BYTES])
                parts.append(
                    {"PartNumber": number} | {name: answer[name] for name in ("ETag", "ChecksumCRC32") if name in answer}
                )
            client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, **condition)
        except (ClientError, BotoCoreError):
            self._give_up(upload)
            raise

    def _give_up(self, upload: Mapping[str, str]) -> None:
        try:
            self.connection.client.abort_multipart_upload(**upload)
        except (ClientError, BotoCoreError):
            return  # swept later; what made the upload fail is told instead

    def _writer(self, key: str) -> str | None:
        """Write id of the object that stands at a key; null where none stands, empty where it bears none."""
        answer = self._head(key)
        return None if answer is None else answer["Metadata"].get(WRITE_ID, "")

    def _head(self, key: str) -> dict[str, Any] | None:
        with self._translated(key):
            try:
                return dict(self.connection.client.head_object(**self.address(key)))
            except ClientError as error:
                if status_of(error) == 404:
                    return None
                if status_of(error) < 500:
                    self._ask_why(key)
                raise

    def _ask_why(self, key: str) -> None:
        """An answer to HEAD has no body that says what is wrong; the same question by GET has."""
        _whole(self.connection.client.get_object(**self.address(key), Range="bytes=0-0"))

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        """Turns boto3's errors into this package's."""
        try:
            yield
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "NoSuchKey":
                raise KeyMissingError(key) from error
            raise of_boto(self._place(key), error) from error
        except FlexibleChecksumError as error:
            raise DamagedError(f"{key} is not what was written: the object is damaged") from error
        except BotoCoreError as error:
            raise of_boto(self._place(key), error) from error


def _whole(answer: Mapping[str, Any]) -> tuple[bytes, Mapping[str, str]]:
    # Not `with body`: that would hand out what it wraps, which does not count the bytes.
    with closing(answer["Body"]) as body:
        return body.read(), answer["Metadata"]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _is_doubtful(error: ClientError | BotoCoreError) -> bool:
    """Whether the write may have happened, or something stands in its way."""
    return status_of(error) in DOUBTFUL if isinstance(error, ClientError) else not isinstance(error, NEVER_SENT)


def _is_hidden(key: str) -> bool:
    """What no writer of ours makes: markers of folders, and names that start with a dot."""
    return key.endswith("/") or any(part.startswith(".") for part in key.split("/"))
