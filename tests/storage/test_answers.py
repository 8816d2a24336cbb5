import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ProfileNotFound,
    ReadTimeoutError,
    SSLError,
)

from storage.answers import BUSY, REFUSED, of_code, of_delta
from storage.botoerrors import of_boto
from storage.errors import AccessError, StoreUnavailableError

DELTA = """Kernel error -> Generic S3 error
          \x1b[31m↳\x1b[0m Error performing GET http://127.0.0.1:1/b/t/_delta_log/_last_checkpoint in 2.9s, after 10 retries{}"""
XML = '<?xml version="1.0"?>\n<Error><Code>{}</Code><Message>…</Message></Error>'


@pytest.mark.parametrize("code", REFUSED)
def test_what_the_user_must_repair_is_told_apart_from_what_passes(code):
    assert type(of_code("s3://b/x", code)) is AccessError
    assert str(of_code("s3://b/x", code)).startswith("s3://b/x: ")


@pytest.mark.parametrize("code", [*BUSY, "InternalError", "500", "SomethingNew"])
def test_what_may_pass_says_to_run_again(code):
    error = of_code("s3://b/x", code, "sorry")
    assert type(error) is StoreUnavailableError
    assert "run the same command again" in str(error)


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (ClientError({"Error": {"Code": "ExpiredToken"}}, "PutObject"), AccessError, "expired"),
        (ClientError({"ResponseMetadata": {"HTTPStatusCode": 403}}, "HeadObject"), AccessError, "may not do this"),
        (NoCredentialsError(), AccessError, "no credentials were found"),
        (ProfileNotFound(profile="x"), AccessError, "AWS_PROFILE"),
        (SSLError(endpoint_url="https://x", error="x"), AccessError, "AWS_CA_BUNDLE"),
        (ParamValidationError(report="Invalid bucket name"), AccessError, "the name are wrong"),
        (EndpointConnectionError(endpoint_url="http://x"), StoreUnavailableError, "cannot be reached"),
        (ReadTimeoutError(endpoint_url="http://x"), StoreUnavailableError, "cannot be reached"),
    ],
)
def test_what_boto3_raises_becomes_a_sentence(error, kind, sentence):
    found = of_boto("s3://b/x", error)
    assert type(found) is kind
    assert sentence in str(found)
    assert "\n" not in str(found)


@pytest.mark.parametrize(
    ("text", "kind", "sentence"),
    [
        (
            DELTA.format("\n - Server returned non-2xx status code\n 403 Forbidden\n" + XML.format("ExpiredToken")),
            AccessError,
            "expired",
        ),
        (DELTA.format("\n - Server returned non-2xx status code\n 403 Forbidden\n"), AccessError, "may not do this"),
        (DELTA.format("\n - HTTP error\n error sending request\n tcp connect error"), StoreUnavailableError, "cannot be reached"),
        (
            DELTA.format("\n - HTTP error\n error sending request\n invalid peer certificate: UnknownIssuer"),
            AccessError,
            "AWS_CA_BUNDLE",
        ),
        (
            "IO error: Permission denied (os error 13) /connect/403 Forbidden",
            StoreUnavailableError,
            "permission denied: make the folder writable",
        ),
    ],
)
def test_what_deltalake_raises_becomes_a_sentence(text, kind, sentence):
    found = of_delta("the table versions", OSError(text))
    assert type(found) is kind
    assert sentence in str(found)
    assert "\x1b" not in str(found)
    assert "\n" not in str(found)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("Generic LocalFileSystem error ↳ Unable to copy data to file ↳ No space left on device (os error 28)", "disk is full"),
        ("Kernel error ↳ Unable to open file /x/_delta_log/0.json: Permission denied (os error 13)", "permission denied"),
        ("Generic LocalFileSystem error ↳ Read-only file system (os error 30)", "read-only"),
    ],
)
def test_what_the_file_system_tells_deltalake_is_told_as_it_would_be_by_us_and_is_no_damage(said, sentence):
    error = of_delta("corpus: the table versions", OSError(said))
    assert type(error) is StoreUnavailableError
    assert sentence in str(error)
    assert "rebuild" not in str(error)
