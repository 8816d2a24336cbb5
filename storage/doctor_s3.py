"""What is tried out on S3 alone: what a server does with ETags, damaged data and forged requests."""

import base64
from collections.abc import Callable, Mapping

from botocore.exceptions import BotoCoreError, ClientError

from storage.botoerrors import of_boto, status_of
from storage.errors import RefusedError, StoreUnavailableError
from storage.probes import WRITERS, Finding, Ground, Probe, race
from storage.s3 import S3Bucket


def _replaces_once(ground: Ground) -> Finding:
    bucket, key = _s3(ground), ground.key("etag")
    target = bucket.address(key)
    client = bucket.connection.client
    etag = client.put_object(**target, Body=b"old")["ETag"]
    won = race(lambda who: _is_accepted(lambda: client.put_object(**target, Body=bytes([who]), IfMatch=etag), (404, 409, 412)))
    if len(won) == 1:
        return Finding(
            "conditional replace", "fine", f"of {WRITERS} writers of one ETag, one won", "objects can be swapped safely"
        )
    seen = f"of {WRITERS} writers of one ETag, {len(won)} were told that they had won"
    return Finding("conditional replace", "note", seen, "nothing of ours needs it today")


def _refuses_damage(ground: Ground) -> Finding:
    bucket = _s3(ground)
    target, client = bucket.address(ground.key("damage")), bucket.connection.client
    wrong_md5 = base64.b64encode(bytes(16)).decode("ascii")
    wrong: Mapping[str, Callable[[], object]] = {
        "CRC-32": lambda: client.put_object(**target, Body=b"damaged", ChecksumCRC32="AAAAAA=="),
        "MD5": lambda: client.put_object(**target, Body=b"damaged", ContentMD5=wrong_md5),
    }
    accepted = [name for name, put in wrong.items() if _is_accepted(put, (400,))]
    if not accepted:
        return Finding("checksums", "fine", "data with a wrong checksum are refused", "damage on the way to the store is noticed")
    seen = f"data with a wrong checksum ({', '.join(accepted)}) are accepted"
    return Finding("checksums", "note", seen, "damage on the way is noticed only when an object is read")


def _refuses_forgery(ground: Ground) -> Finding:
    bucket = _s3(ground)
    forger = bucket.connection.second(secret="not-the-secret")  # noqa: S106 - that is the point
    try:
        is_accepted = _is_accepted(lambda: forger.put_object(**bucket.address(ground.key("forged")), Body=b""), (400, 401, 403))
    finally:
        forger.close()
    if is_accepted:
        seen = "a request with a wrong secret key was accepted"
        return Finding(
            "signature", "missing", seen, "anybody who reaches the store can change the corpus: keep it off the network"
        )
    return Finding("signature", "fine", "a request with a wrong secret key was refused", "only who knows the key can write")


PROBES: Mapping[str, Probe] = {
    "conditional replace": _replaces_once,
    "checksums": _refuses_damage,
    "signature": _refuses_forgery,
}


def _s3(ground: Ground) -> S3Bucket:
    if not isinstance(ground.bucket, S3Bucket):
        raise RefusedError(f"{ground.bucket.uri} is not reached by boto3")
    return ground.bucket


def _is_accepted(put: Callable[[], object], refusals: tuple[int, ...]) -> bool:
    """Whether a write succeeds. Raises: StoreUnavailableError where it fails otherwise than by one of the given statuses."""
    try:
        put()
    except ClientError as error:
        if status_of(error) in refusals:
            return False
        raise of_boto("the probe", error) from error
    except BotoCoreError as error:
        raise StoreUnavailableError(str(of_boto("the probe", error))) from error
    return True
