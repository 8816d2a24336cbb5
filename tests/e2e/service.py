"""A real `winnow up`, its API, and its processes."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flows import mortal
from tests.e2e.conftest import WINNOW

READY_WITHIN_S = 240
"""Generous: the machine may be busy. The test of readiness has its own figure."""
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


class RefusedError(Exception):
    """The API said no; its text is the answer."""


def free_port() -> int:
    """A port that is free, and its neighbour, which serves the pages."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                other.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return int(port)


def until(condition: Callable[[], Any], within_s: float = 120, what: str = "a condition") -> Any:
    """The first true answer of a condition, asked again and again."""
    deadline = time.monotonic() + within_s
    pause = time.sleep
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what} did not come true within {within_s} s"
        pause(0.2)


class Service:
    """A folder in which `winnow up` is started, once or again and again."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.corpus = folder / "corpus"
        self.state = folder / "state"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.variables = {**os.environ, **variables}
        self.process: subprocess.Popen[str] | None = None

    def spawn(self, *options: str) -> subprocess.Popen[str]:
        """Starts the command; it dies with the test."""
        command = [WINNOW, "up", "--port", str(self.port), "--state", str(self.state), *options]
        self.process = subprocess.Popen(
            mortal.command(*command),
            cwd=self.folder,
            env={**self.variables, mortal.PARENT: str(os.getpid())},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return self.process

    def start(self) -> float:
        """Starts the service and waits until it says that it is up; how many seconds that took."""
        began = time.monotonic()
        process = self.spawn()
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if "Winnow is up" in line:
                assert self.url in line
                return time.monotonic() - began
        raise AssertionError(f"{''.join(said)}\n{self.logs()}")

    def logs(self) -> str:
        """What server and worker said."""
        return "\n".join(path.read_text("utf-8", "replace")[-5000:] for path in self.state.glob("*.log"))

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ends the service by a signal and waits for it; its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        if self.process.stdout is not None and not self.process.stdout.closed:
            self.process.stdout.read()
            self.process.stdout.close()
        return self.process.wait(60)

    def processes(self) -> dict[int, str]:
        """Every living process that belongs to this service: one that has its state folder or API in its environment."""
        mark = str(self.state).encode()
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                line, environment = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
            except OSError:
                continue
            if line and int(entry.name) != os.getpid() and (mark in environment or mark in line):
                found[int(entry.name)] = line.replace(b"\0", b" ").decode("utf-8", "replace")
        return found

    def api(self, path: str, body: dict[str, Any] | None = None, method: str | None = None) -> Any:
        """An answer of Prefect's API. Raises: RefusedError."""
        return until(lambda: self._answer(path, body, method), 60, path)[0]

    def _answer(self, path: str, body: dict[str, Any] | None, method: str | None) -> tuple[Any] | None:
        """The answer; null where SQLite was locked, which Prefect tells by 503 and its own client meets by trying again."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.url}/api{path}", data=data, headers={"content-type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                text = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 503:
                    return None
                raise RefusedError(json.loads(error.read() or b"{}").get("detail", error.code)) from None
        return (json.loads(text) if text else None,)

    def deployment(self, name: str) -> dict[str, Any]:
        """A deployment by `flow/name`."""
        found: dict[str, Any] = self.api(f"/deployments/name/{name}")
        return found

    def set_active(self, name: str, *, active: bool) -> None:
        """Pauses or resumes the schedule of a deployment, as the switch in the UI does."""
        found = self.deployment(name)
        (schedule,) = found["schedules"]
        self.api(f"/deployments/{found['id']}/schedules/{schedule['id']}", {"active": active}, "PATCH")

    def submit(self, name: str, **parameters: Any) -> str:
        """Orders a run as the form does; its id. Raises: RefusedError."""
        run = self.api(f"/deployments/{self.deployment(name)['id']}/create_flow_run", {"parameters": parameters})
        return str(run["id"])

    def flow_run(self, run: str) -> dict[str, Any]:
        """A flow run as it stands."""
        found: dict[str, Any] = self.api(f"/flow_runs/{run}")
        return found

    def flow_runs(self, name: str, **conditions: Any) -> list[dict[str, Any]]:
        """The runs of a deployment, oldest first, that a filter on flow runs lets pass."""
        wanted = {"deployment_id": {"any_": [self.deployment(name)["id"]]}, **conditions}
        found: list[dict[str, Any]] = self.api("/flow_runs/filter", {"flow_runs": wanted, "sort": "START_TIME_ASC", "limit": 200})
        return found

    def ended(self, run: str, within_s: float = 180) -> dict[str, Any]:
        """The flow run once it has ended."""

        def look() -> dict[str, Any] | None:
            found = self.flow_run(run)
            return found if found["state_type"] in ENDED else None

        found: dict[str, Any] = until(look, within_s, f"the end of {run}")
        return found

    def run(self, name: str, **parameters: Any) -> dict[str, Any]:
        """Orders a run and waits for its end."""
        return self.ended(self.submit(name, **parameters))

    def artifacts(self, run: str) -> dict[str, dict[str, Any]]:
        """The artifacts of a flow run by key."""
        found = self.api("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run]}}})
        return {artifact["key"]: artifact for artifact in found}


@contextmanager
def running(folder: Path, **variables: str) -> Iterator[Service]:
    """A service that is up, and is gone at the end of the block, whatever happened."""
    service = Service(folder, **variables)
    try:
        service.start()
        yield service
    finally:
        service.stop(signal.SIGKILL)
