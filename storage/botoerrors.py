"""What boto3 raises, as this package's errors."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSLError,
)
from botocore.exceptions import ConnectionError as NoConnectionError

from storage.answers import NO_CREDENTIALS, NO_PROFILE, UNREACHABLE, UNTRUSTED, of_code
from storage.errors import AccessError, StoreUnavailableError


def of_boto(place: str, error: ClientError | BotoCoreError) -> StoreUnavailableError:
    """The error for what boto3 raised."""
    if isinstance(error, ClientError):
        return of_code(place, code_of(error), error.response.get("Error", {}).get("Message", ""))
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return AccessError(f"{place}: {NO_CREDENTIALS}")
    if isinstance(error, ProfileNotFound):
        return AccessError(f"{place}: {NO_PROFILE}")
    if isinstance(error, SSLError):
        return AccessError(f"{place}: {UNTRUSTED}")
    said = " ".join(str(error).split())
    if isinstance(error, NoConnectionError | HTTPClientError | IncompleteReadError):
        return StoreUnavailableError(f"{place}: {UNREACHABLE}; {said}")
    return AccessError(f"{place}: the AWS settings or the name are wrong: {said}")


def code_of(error: ClientError) -> str:
    """The S3 code of an answer; its HTTP status where a HEAD request left no room for one."""
    return str(error.response.get("Error", {}).get("Code", status_of(error)))


def status_of(error: ClientError) -> int:
    """The HTTP status of an answer."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
