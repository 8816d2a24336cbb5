"""The small parts of the service: its environment, its pages, its application, processes that die with their parent."""

import asyncio
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from flows import mortal
from flows.application import TRIES, guarded, wrapped
from flows.environment import asynchronous, database, environment
from flows.pages import serving
from ingest.errors import ConfigError
from tests.e2e.service import until


def test_the_users_own_prefect_does_not_reach_the_service(tmp_path: Path) -> None:
    theirs = {"PREFECT_API_URL": "https://elsewhere", "PREFECT_API_KEY": "k", "PREFECT_PROFILE": "cloud", "PATH": "/bin"}
    found = environment("http://127.0.0.1:4300", tmp_path, theirs)
    assert found["PREFECT_API_URL"] == "http://127.0.0.1:4300/api"
    assert found["PREFECT_HOME"] == str(tmp_path / "prefect")
    assert found["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert found["PREFECT_SERVER_UI_API_URL"] == "/api"
    assert found["PATH"] == "/bin"
    assert not {"PREFECT_API_KEY", "PREFECT_PROFILE", "PREFECT_SERVER_DATABASE_CONNECTION_URL"} & set(found)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_a_database_is_spoken_to_with_the_driver_that_prefect_needs(scheme: str) -> None:
    assert asynchronous(f"{scheme}://me@db/prefect") == "postgresql+asyncpg://me@db/prefect"


def test_what_psql_understands_of_tls_and_sockets_is_understood() -> None:
    asked = asynchronous("postgresql:///prefect?host=/run/postgresql&sslmode=require")
    assert asked == "postgresql+asyncpg:///prefect?host=/run/postgresql&ssl=require"


@pytest.mark.parametrize(
    "url", ["db/prefect", "mysql://me:x-y-z@db/p", "postgresql://me:x-y-z@db", "postgresql://me:x-y-z@db:port/p"]
)
def test_what_is_no_database_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        asynchronous(url)
    assert "x-y-z" not in str(refused.value)


def test_the_way_into_the_database_is_the_servers_alone(tmp_path: Path) -> None:
    theirs = {"WINNOW_POSTGRES": "postgresql://me:x@db/p", "PGPASSWORD": "x", "PREFECT_SERVER_DATABASE_PASSWORD": "theirs"}
    assert not set(theirs) & set(environment("http://127.0.0.1:4300", tmp_path, theirs))
    assert database("postgresql://me@db/p", theirs) == {
        "PGPASSWORD": "x",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql+asyncpg://me@db/p",
    }
    assert database(None, theirs) == {}


def fetch(address: str, **headers: str) -> tuple[int, bytes, str]:
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, answer.read(), answer.headers["Content-Security-Policy"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, b"", ""


@pytest.fixture
def pages(tmp_path: Path):
    (tmp_path / "clean/plans").mkdir(parents=True)
    (tmp_path / "clean/plans/p1.html").write_text("<p>a plan</p>")
    (tmp_path / "clean/documents").mkdir()
    (tmp_path / "clean/documents/x.json").write_text("an article")
    (tmp_path / "secret.json").write_text("a secret")
    with serving(str(tmp_path), 0) as address:
        yield address


def test_pages_of_plans_are_served_and_may_run_no_script(pages: str) -> None:
    status, body, policy = fetch(f"{pages}/clean/plans/p1.html")
    assert (status, body) == (200, b"<p>a plan</p>")
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy


@pytest.mark.parametrize(
    "path", ["/secret.json", "/clean/documents/x.json", "/clean/plans/../../secret.json", "/clean/plans/none.html", "/"]
)
def test_nothing_else_is_served(pages: str, path: str) -> None:
    assert fetch(f"{pages}{path}")[0] == 404


def test_a_strangers_name_for_this_machine_is_not_answered(pages: str) -> None:
    assert fetch(f"{pages}/clean/plans/p1.html", Host="evil.example:80")[0] == 404


class LockedError(Exception):
    """What Prefect raises after it has answered 503."""


class Server:
    """An application that is busy so many times."""

    def __init__(self, busy: int) -> None:
        self.busy = busy
        self.bodies: list[bytes] = []

    async def __call__(self, _scope, receive, send) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.bodies.append(body)
        status = 503 if len(self.bodies) <= self.busy else 201
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})
        if status == 503:
            raise LockedError


def ask(server: Server, method: str = "POST") -> list:
    sent: list = []
    parts = iter([{"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.request", "body": b"b"}])

    async def receive():
        return next(parts)

    async def send(message) -> None:
        sent.append(message)

    with suppress(LockedError):
        asyncio.run(wrapped(server)({"type": "http", "method": method}, receive, send))
    return sent


def test_a_write_waits_for_a_locked_database_and_sends_its_body_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.application.PAUSE_S", 0)
    server = Server(busy=3)
    start, body = ask(server)
    assert (start["status"], body["body"]) == (201, b"done")
    assert server.bodies == [b"ab"] * 4
    assert b"connect-src 'self'" in dict(start["headers"])[b"content-security-policy"]


def test_a_database_that_stays_locked_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.application.PAUSE_S", 0)
    server = Server(busy=10_000)
    assert ask(server)[0]["status"] == 503
    assert len(server.bodies) == TRIES


def test_reading_is_not_repeated() -> None:
    server = Server(busy=1)
    assert ask(server, "GET")[0]["status"] == 503
    assert len(server.bodies) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_a_process_dies_with_the_parent_that_is_killed() -> None:
    child = [*mortal.command(sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)")]
    parent = f"import subprocess, sys; subprocess.run({child!r})"
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        number = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        process.wait()
    until(lambda: not Path(f"/proc/{number}").exists() or "Z" in Path(f"/proc/{number}/stat").read_text(), 20, "its death")


def test_a_process_whose_parent_is_gone_already_does_not_begin() -> None:
    done = subprocess.run(
        mortal.command(sys.executable, "-c", "print('began')"),
        env={**os.environ, mortal.PARENT: "1"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, b"")


@pytest.mark.parametrize(
    ("host", "status"), [("127.0.0.1:4200", 200), ("localhost:4200", 200), ("evil.example:4200", 421), ("", 421)]
)
def test_a_strangers_name_that_was_pointed_here_is_turned_away(host: str, status: int) -> None:
    async def server(_scope, _receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "headers": [(b"host", host.encode())], "server": ("127.0.0.1", 4200)}
    asyncio.run(guarded(server)(scope, None, send))
    assert sent[0]["status"] == status
    sent.clear()
    asyncio.run(guarded(server)({**scope, "type": "websocket"}, None, send))
    assert (sent[0]["type"] == "websocket.close") == (status != 200)
