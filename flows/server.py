"""`winnow up`: a Prefect server and a worker as children of one process, which starts them, watches them and ends them.

It imports neither Prefect nor the pipeline: it stays small, and lives in its two children.

    lock → server, worker (at once; the worker waits for the server, clears up, registers, works) → ready → wait → stop

Stopping is killing: a run that is cut off stays recorded as running, and the next start puts it back on the schedule, where the
same command takes up what was staged. So Ctrl-C, SIGTERM, SIGKILL and a power cut take one path, and it is tested.
"""

import fcntl
import json
import logging
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from flows import mortal
from flows.environment import database, environment
from flows.errors import ServiceError
from flows.pages import serving

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
READY_WITHIN_S = 180.0
"""An idle machine takes about 20 s; beyond this something is wrong."""
STOP_WITHIN_S = 10.0
"""What the server gets to close its database before it is killed."""
LOOK_EVERY_S = 0.5
ERROR = re.compile(r"[\w.]*(?:Error|Exception): \S")
"""The line of a traceback that says what was wrong."""


def state_folder() -> Path:
    """Where the service keeps its own files unless told otherwise."""
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "winnow"


@dataclass(frozen=True, slots=True)
class ServiceConfig:
    """How the service runs; nothing here changes results."""

    corpus: str
    """A folder or `s3://bucket/prefix`."""
    port: int = 4200
    postgres: str | None = field(default=None, repr=False)
    """Where Prefect keeps schedules, runs and artifacts: a `postgresql://` URL; null: SQLite in `state`. May hold a password."""
    settings: str | None = None
    """The settings file; null: `winnow.toml` of the working directory where it exists."""
    state: Path = field(default_factory=state_folder)
    """Folder of the service's own files: Prefect's database, logs, the lock."""

    @property
    def url(self) -> str:
        """Where a browser finds the UI."""
        return f"http://{HOST}:{self.port}"


def up(config: ServiceConfig, tell: Callable[[str], None]) -> None:
    """Runs the service until SIGINT, SIGTERM or SIGHUP; `tell` gets lines for the user, the UI's address when it is ready.

    Raises: ServiceError where it is up already, cannot start, or a part of it ends.
    """
    with ExitStack() as stack:
        stack.enter_context(_locked(config))
        for port in (config.port, config.port + 1):
            _require_free(port)
        stop = stack.enter_context(_signals())
        pages = stack.enter_context(serving(config.corpus, config.port + 1))
        children = stack.enter_context(_children(config, pages, stop))
        tell(f"starting on {config.url}; logs are in {config.state}")
        if _wait_until_ready(config, children, stop):
            tell(f"Winnow is up: {config.url} (corpus {config.corpus}). Ctrl-C stops it.")
            _watch(children, stop)
        tell("stopping")


@dataclass(frozen=True, slots=True)
class Child:
    """A process of the service."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def require_alive(self) -> None:
        """Raises: ServiceError where it has ended, with what it said last."""
        code = self.process.poll()
        if code is not None:
            raise ServiceError(f"the {self.name} has ended (code {code}); its last word in {self.log}: {self._last_word()}")

    def _last_word(self) -> str:
        """The last error that it told, else its last line: after an error frameworks only say that they give up."""
        lines = self.log.read_text("utf-8", "replace").strip().splitlines()
        return next((line for line in reversed(lines) if ERROR.match(line)), lines[-1] if lines else "nothing")


@contextmanager
def _locked(config: ServiceConfig) -> Iterator[None]:
    """Holds the state folder: the lock goes with this process however it ends, so that no stale one can bar a start."""
    config.state.mkdir(parents=True, exist_ok=True)
    with (config.state / "up.json").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise ServiceError(_already_up(file, config)) from None
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "url": config.url, "corpus": config.corpus}))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _already_up(file: IO[str], config: ServiceConfig) -> str:
    try:
        found = json.loads(file.read())
    except ValueError:
        return f"winnow is starting or stopping with the state folder {config.state}: try again, or name another by --state"
    who = f"process {found['pid']}, corpus {found['corpus']}"
    return f"winnow is up already at {found['url']} ({who}): open that, or stop it with `kill {found['pid']}`"


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ServiceError(f"port {port} cannot be used ({error.strerror}): choose another by --port") from error


@contextmanager
def _signals() -> Iterator[threading.Event]:
    """An event that is set when somebody asks the service to stop."""
    stop = threading.Event()
    asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in asked}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _children(config: ServiceConfig, pages: str, stop: threading.Event) -> Iterator[list[Child]]:
    """The server and the worker; on leaving, neither they nor anything that they started lives."""
    mortal.adopt_orphans()
    (config.state / "ready").unlink(missing_ok=True)
    variables = environment(config.url, config.state) | {
        mortal.PARENT: str(os.getpid()),
        "WINNOW_CORPUS": config.corpus,
        "WINNOW_PAGES": pages,
        "WINNOW_READY": str(config.state / "ready"),
    }
    if config.settings is not None:
        variables["WINNOW_CONFIG"] = str(Path(config.settings).resolve())
    children: list[Child] = []
    try:
        reaching = variables | database(config.postgres)
        children.append(_start("server", config, _server_command(config.port), reaching, config.state))
        # Where winnow was started, for relative paths and winnow.toml mean the same there.
        children.append(_start("worker", config, [*mortal.PYTHON, "flows.worker"], variables, Path.cwd()))
        yield children
    finally:
        stop.set()
        _end(children)


def _server_command(port: int) -> list[str]:
    # What `prefect server start` runs, without the process of that command in between.
    application = "flows.application:application"
    options = ["--host", HOST, "--port", str(port), "--timeout-keep-alive", "5", "--log-level", "warning"]
    return [*mortal.PYTHON, "uvicorn", "--factory", application, *options]


def _start(name: str, config: ServiceConfig, words: list[str], variables: dict[str, str], folder: Path) -> Child:
    path = config.state / f"{name}.log"
    with path.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - our own command
            mortal.command(*words),
            env=variables,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    log.info("started name=%s pid=%d", name, process.pid)
    return Child(name, process, path)


def _wait_until_ready(config: ServiceConfig, children: list[Child], stop: threading.Event) -> bool:
    """Whether the worker is at work; false where the user stopped it before."""
    deadline = time.monotonic() + READY_WITHIN_S
    while not stop.wait(0.1):
        for child in children:
            child.require_alive()
        if (config.state / "ready").exists():
            return True
        if time.monotonic() > deadline:
            raise ServiceError(f"the service was not ready after {READY_WITHIN_S:.0f} s: see the logs in {config.state}")
    return False


def _watch(children: list[Child], stop: threading.Event) -> None:
    while not stop.wait(LOOK_EVERY_S):
        for child in children:
            child.require_alive()


def _end(children: list[Child]) -> None:
    """Kills the worker and with it every flow run, lets the server close its database, and waits until none is left."""
    for child in reversed(children):
        child.process.send_signal(signal.SIGTERM if child.name == "server" else signal.SIGKILL)
    for child in reversed(children):
        try:
            child.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
    deadline = time.monotonic() + STOP_WITHIN_S
    while _has_orphans() and time.monotonic() < deadline:
        time.sleep(0.05)


def _has_orphans() -> bool:
    """Whether a descendant still lives; reaps those that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True
