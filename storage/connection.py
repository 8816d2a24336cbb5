"""How a bucket of an S3 store is reached: the one place that maps endpoint, region, credentials and CA for both clients.

boto3 finds everything in the standard AWS chain: environment, profile and configuration files, roles of containers and
machines. What it found is handed to deltalake, which would look in fewer places.
"""

import atexit
import os
import ssl
import tempfile
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from storage.answers import NO_CREDENTIALS, of_code
from storage.botoerrors import of_boto, status_of
from storage.errors import AccessError

Client = Any
"""boto3 makes its clients at run time: they have no type."""

ATTEMPTS = 3
"""Of each request that gets no answer or one of overload, with growing pauses and jitter between them."""
CONNECT_S = 4
ANSWER_S = 30
"""Silence after which a request counts as lost."""
KNOCK_S = 8
"""The same for the first request: whoever names a dead endpoint should learn it soon."""
POOL = 16
DEFAULT_REGION = "us-east-1"
"""What stores that know no regions expect in a signature."""


class Endpoint(NamedTuple):
    """Where requests for a bucket go."""

    url: str
    region: str
    style: str
    """`path`: the bucket stands in the path; `virtual`: before the host."""


class Connection:
    """One bucket of a store; the client is made, and the bucket asked for, at first use."""

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._client: Client = None
        self._region: str | None = None

    @property
    def client(self) -> Client:
        """The boto3 client; safe to share between threads. Raises: StoreUnavailableError where the bucket does not answer."""
        with self._lock:
            if self._client is None:
                try:
                    self._client = self._connect()
                except BotoCoreError as error:
                    raise of_boto(f"s3://{self.bucket}", error) from error
                except ValueError as error:  # an endpoint that is no URL
                    raise AccessError(f"s3://{self.bucket}: the AWS settings are wrong: {error}") from error
            return self._client

    @property
    def endpoint(self) -> Endpoint:
        """Where the client's requests go."""
        client, session = self.client, self._open_session()
        return Endpoint(client.meta.endpoint_url, self._region or client.meta.region_name, _style(session))

    def delta_options(self) -> dict[str, str]:
        """Storage options by which deltalake reaches the bucket, with the credentials as they are now."""
        endpoint = self.endpoint
        url = urlsplit(endpoint.url)
        host = f"{self.bucket}.{url.netloc}" if endpoint.style == "virtual" else url.netloc
        options = {
            "aws_endpoint_url": f"{url.scheme}://{host}",
            "aws_region": endpoint.region,
            "aws_virtual_hosted_style_request": str(endpoint.style == "virtual").lower(),
            "aws_conditional_put": "etag",
            "allow_http": str(url.scheme == "http").lower(),
            "connect_timeout": f"{CONNECT_S}s",
            "timeout": f"{ANSWER_S}s",
            "max_retries": str(ATTEMPTS - 1),
            "retry_timeout": f"{2 * KNOCK_S}s",
        }
        _trust(self._open_session())
        return options | self._credentials()

    def second(self, *, secret: str | None = None) -> Client:
        """Another client of the same store, optionally with another secret key: for looking whether it is refused."""
        session, endpoint = self._open_session(), self.endpoint
        found = session.get_credentials().get_frozen_credentials()
        return boto3.Session(botocore_session=_new_session()).client(
            "s3",
            region_name=endpoint.region,
            aws_access_key_id=found.access_key,
            aws_secret_access_key=secret or found.secret_key,
            aws_session_token=found.token,
            config=_config(_style(session), ANSWER_S),
        )

    def _open_session(self) -> Session:
        if self._session is None:
            self._session = _new_session()
        return self._session

    def _connect(self) -> Client:
        session = self._open_session()
        maker = boto3.Session(botocore_session=session)
        style, region = _style(session), maker.region_name or DEFAULT_REGION
        self._region = self._knock(maker.client("s3", region_name=region, config=_config(style, KNOCK_S)))
        return maker.client("s3", region_name=self._region or region, config=_config(style, ANSWER_S))

    def _knock(self, client: Client) -> str | None:
        """The region that the bucket names, null where it names none. Raises: StoreUnavailableError where it is not there."""
        place = f"s3://{self.bucket}"
        try:
            answer = client.head_bucket(Bucket=self.bucket)
        except ClientError as error:
            answer = error.response
            if status_of(error) == 404:
                raise of_code(place, "NoSuchBucket") from error
        except BotoCoreError as error:
            raise of_boto(f"{place} at {client.meta.endpoint_url}", error) from error
        finally:
            client.close()
        headers: Mapping[str, str] = answer["ResponseMetadata"].get("HTTPHeaders", {})
        return headers.get("x-amz-bucket-region") or None

    def _credentials(self) -> dict[str, str]:
        found = self._open_session().get_credentials()
        if found is None:
            raise AccessError(f"s3://{self.bucket}: {NO_CREDENTIALS}")
        try:
            frozen = found.get_frozen_credentials()
        except BotoCoreError as error:
            raise of_boto(f"s3://{self.bucket}", error) from error
        keys = {"aws_access_key_id": frozen.access_key, "aws_secret_access_key": frozen.secret_key}
        return keys | ({"aws_session_token": frozen.token} if frozen.token else {})


def _new_session() -> Session:
    return Session()


def _config(style: str, answer_s: int) -> Config:
    return Config(
        connect_timeout=CONNECT_S,
        read_timeout=answer_s,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS if answer_s == ANSWER_S else 2},
        s3={"addressing_style": style},
        max_pool_connections=POOL,
    )


def _style(session: Session) -> str:
    """As the user's configuration says; else in the path, which every store understands."""
    settings = session.get_scoped_config().get("s3")
    told = settings.get("addressing_style") if isinstance(settings, dict) else None
    return "virtual" if told == "virtual" else "path"


def _trust(session: Session) -> None:
    """Lets deltalake trust the authority that boto3 was told to trust: it has no option, only SSL_CERT_FILE."""
    told = session.get_config_variable("ca_bundle")
    if told and "SSL_CERT_FILE" not in os.environ:
        os.environ["SSL_CERT_FILE"] = _joined(told)


@cache
def _joined(ca_bundle: str) -> str:
    """A file of the given authorities and those of the system, which other connections of this process still need."""
    known = ssl.get_default_verify_paths().cafile
    with tempfile.NamedTemporaryFile(prefix="winnow-ca-", suffix=".pem", delete=False) as file:
        for path in (ca_bundle, known):
            if path and Path(path).is_file():
                file.write(Path(path).read_bytes() + b"\n")
    atexit.register(Path(file.name).unlink, missing_ok=True)
    return file.name
