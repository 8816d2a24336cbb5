"""What a store's refusals mean to a user: one sentence for each, whichever client they come through."""

import re
from collections.abc import Mapping

from storage.errors import AccessError, DamagedError, StoreUnavailableError
from storage.local import ADVICE

EXPIRED = "the session token has expired or is not valid: get new credentials and run the same command again"
UNKNOWN_KEY = "the store does not know the access key: check AWS_ACCESS_KEY_ID or the profile"
CLOCK = "this machine's clock and the store's are too far apart: set the clock and run the same command again"
REGION = "the bucket is in another region: set AWS_REGION to it"
DENIED = "the credentials may not do this: they need to list, read, write and delete below it (docs/storage.md has the policy)"
NO_PROFILE = "there is no profile of that name in the AWS configuration: check AWS_PROFILE"
NO_CREDENTIALS = "no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give a role"

REFUSED: Mapping[str, str] = {
    "NoSuchBucket": "there is no such bucket: create it, or name another",
    "InvalidBucketName": "the store does not accept this name for a bucket: name another",
    "SignatureDoesNotMatch": "the secret key does not fit the access key: check AWS_SECRET_ACCESS_KEY or the profile",
    "InvalidAccessKeyId": UNKNOWN_KEY,
    "InvalidClientTokenId": UNKNOWN_KEY,
    "ExpiredToken": EXPIRED,
    "ExpiredTokenException": EXPIRED,
    "InvalidToken": EXPIRED,
    "TokenRefreshRequired": EXPIRED,
    "RequestTimeTooSkewed": CLOCK,
    "RequestExpired": CLOCK,
    "AuthorizationHeaderMalformed": REGION,
    "PermanentRedirect": REGION,
    "IllegalLocationConstraintException": REGION,
    "301": REGION,
    "AccessDenied": DENIED,
    "AllAccessDisabled": DENIED,
    "Forbidden": DENIED,
    "403": DENIED,
    "NotImplemented": "the store lacks a function that we rely on: `winnow doctor` says which",
    "XAmzContentSHA256Mismatch": "the data arrived at the store damaged: run the same command again",
    "BadDigest": "the data arrived at the store damaged: run the same command again",
}
"""A code of an S3 error → what is wrong and what to do."""

BUSY: Mapping[str, str] = {
    "SlowDown": "the store is overloaded: run the same command again later",
    "ServiceUnavailable": "the store is overloaded or starting: run the same command again later",
    "QuotaExceeded": "the store is full: free some space and run the same command again",
    "InsufficientStorage": "the store is full: free some space and run the same command again",
    "XMinioStorageFull": "the store is full: free some space and run the same command again",
}
"""The same for what may be over soon."""

UNREACHABLE = "cannot be reached: check the network and the endpoint (AWS_ENDPOINT_URL)"
UNTRUSTED = "the store's certificate is not trusted: set AWS_CA_BUNDLE to the file of the authority that signed it"

CODE = re.compile(r"<Code>(\w+)</Code>")
STATUS = re.compile(r"\b([345]\d\d) [A-Z][a-z]+")
OVER_HTTP = re.compile(r"https?://|HTTP error")
NO_ANSWER = re.compile(r"error sending request|timed out|connect|dns error|connection", re.IGNORECASE)
OS_ERROR = re.compile(r"\(os error (\d+)\)")
CERTIFICATE = re.compile(r"certificate|UnknownIssuer", re.IGNORECASE)
OWN_LOG = re.compile(r"kernel error", re.IGNORECASE)
"""What deltalake says of a table whose log is gone, cut, damaged or has a gap."""
TRACE = re.compile(r"( \d+: <unknown>)+.*$")
"""Addresses of its functions, which tell a user nothing."""
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def of_code(place: str, code: str, message: str = "") -> StoreUnavailableError:
    """The error for an S3 code or HTTP status; `place` is a URI or key."""
    if code in REFUSED:
        return AccessError(f"{place}: {REFUSED[code]}")
    said = BUSY.get(code) or f"the store answered {code}{f' ({message})' if message else ''}: run the same command again later"
    return StoreUnavailableError(f"{place}: {said}")


def of_delta(place: str, error: Exception) -> StoreUnavailableError | DamagedError:
    """The error for what deltalake raised: its text holds the store's answer, on several coloured lines."""
    text = TRACE.sub("", " ".join(COLOUR.sub("", str(error)).replace("↳", " ").split()))
    code = CODE.search(text) or STATUS.search(text)
    if not OVER_HTTP.search(text):
        return _of_file_system(place, text)
    if code:
        return of_code(place, code[1])
    if CERTIFICATE.search(text):
        return AccessError(f"{place}: {UNTRUSTED}")
    if NO_ANSWER.search(text):
        return StoreUnavailableError(f"{place}: {UNREACHABLE}")
    return StoreUnavailableError(f"{place} cannot be read or written: {text}")


def _of_file_system(place: str, text: str) -> StoreUnavailableError | DamagedError:
    # Asked first: a log that may not be read is not damaged, and nothing is to be made anew in its place.
    number = OS_ERROR.search(text)
    advice = ADVICE.get(int(number[1])) if number else None
    if advice:
        return StoreUnavailableError(f"{place}: {advice}")
    if OWN_LOG.search(text):
        return DamagedError(f"{place} has a log that cannot be read ({text}): `winnow rebuild` makes it anew")
    return StoreUnavailableError(f"{place} cannot be read or written: {text}")
