"""A real PostgreSQL for the tests: a cluster of its own on the loopback, dead when the session is."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

USER, PASSWORD = "winnow", "s3cret-of-the-tests"
DATABASE = "prefect"
STARTS_WITHIN_S = 60
NOT_ROOT = ("postgres", "nobody")
"""PostgreSQL refuses to run as root: root lends it one of these."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server."""

    programs: Path
    port: int

    @property
    def url(self) -> str:
        """Where an empty database is, without the password."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def url_with_password(self) -> str:
        return self.url.replace("@", f":{PASSWORD}@")

    def ask(self, statement: str) -> list[str]:
        """The lines of an answer, columns separated by `|`."""
        command = [self.programs / "psql", "-Atq", "-d", self.url, "-c", statement]
        done = subprocess.run(command, env={**os.environ, "PGPASSWORD": PASSWORD}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()


def programs() -> Path | None:
    """Where initdb and postgres stand; Debian keeps them off the PATH."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The server with an empty database; skips, saying so, where there is none."""
    folder = programs()
    if folder is None:
        if "postgres" in os.environ.get("WINNOW_REQUIRE", "").split(","):
            pytest.fail("WINNOW_REQUIRE names postgres, but there is no initdb on the PATH or below /usr/lib/postgresql")
        pytest.skip("no PostgreSQL to test against: there is no initdb on the PATH or below /usr/lib/postgresql")
    with _home() as (home, user), _running(folder, home, user) as cluster:
        yield cluster


@contextmanager
def _home() -> Iterator[tuple[Path, str | None]]:
    """A folder of the user that the server runs as, and who that is; null: who runs the tests."""
    user = None
    if os.geteuid() == 0:
        user = next((name for name in NOT_ROOT if _exists(name)), None)
        if user is None:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres or nobody to run it")
    home = Path(tempfile.mkdtemp(prefix="winnow-postgres-"))
    try:
        if user is not None:
            shutil.chown(home, user)
        yield home, user
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


@contextmanager
def _running(folder: Path, home: Path, user: str | None) -> Iterator[Cluster]:
    """The cluster, made and started; it listens on the loopback alone, and wants a password from everybody."""
    secret = home / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    make = [
        folder / "initdb",
        "-D",
        home / "data",
        "-U",
        USER,
        "-A",
        "scram-sha-256",
        f"--pwfile={secret}",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    made = subprocess.run(make, user=user, cwd=home, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    cluster = Cluster(folder, _free_port())
    serve = [folder / "postgres", "-D", home / "data", "-h", "127.0.0.1", "-p", str(cluster.port), "-k", home, "-c", "fsync=off"]
    # Set after the change of user, which would clear it: dies with this process even where that is killed.
    setpriv = shutil.which("setpriv")
    bound = [setpriv, "--pdeathsig", "KILL", *serve] if setpriv else serve
    with (home / "log").open("wb") as log, subprocess.Popen(bound, user=user, cwd=home, stdout=log, stderr=log) as server:
        try:
            _wait(cluster, server, home / "log")
            subprocess.run(
                [folder / "createdb", "-h", "127.0.0.1", "-p", str(cluster.port), "-U", USER, DATABASE],
                env={**os.environ, "PGPASSWORD": PASSWORD},
                check=True,
            )
            yield cluster
        finally:
            server.send_signal(signal.SIGQUIT)  # ends at once, connections or not
            server.wait(30)


def _wait(cluster: Cluster, server: "subprocess.Popen[bytes]", log: Path) -> None:
    ask = [cluster.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(cluster.port)]
    for _ in range(STARTS_WITHIN_S * 10):
        if subprocess.run(ask, check=False).returncode == 0:
            return
        try:
            server.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail(f"PostgreSQL did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
