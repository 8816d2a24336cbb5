"""`winnow up --postgres` on a real database: what the service knows stands there, and its password nowhere."""

import os
import signal
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.reading import read
from tests.e2e.service import Service
from tests.postgres import PASSWORD, Cluster

pytestmark = pytest.mark.slow


def command_lines() -> dict[int, bytes]:
    """Of every process that can be seen, as `ps` shows them."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            found[int(entry.name)] = (entry / "cmdline").read_bytes()
        except OSError:
            continue
    return found


def variables(process: int) -> bytes:
    return (Path("/proc") / str(process) / "environ").read_bytes()


def said(service: Service) -> str:
    """All that the service has written into its folder, whatever wrote it."""
    files = [path for path in service.state.rglob("*") if path.is_file()]
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in files)


def test_runs_stand_in_the_database_and_the_password_nowhere(postgres: Cluster, root: Path, tmp_path: Path) -> None:
    service = Service(tmp_path, WINNOW_POSTGRES=postgres.url_with_password)
    try:
        service.start()
        run = service.run("ingest/ingest", inputs={"paths": [str(root / "seeds" / "reports")]})
        assert run["state_name"] == "Completed", run["state"]["message"]
        assert len(read(service.corpus, "outcomes")) == 2
        stands = postgres.ask("select id, state_name, name from flow_run")
        assert f"{run['id']}|Completed|{run['name']}" in stands
        shown = set(postgres.ask("select flow_run_id, key from artifact"))
        assert {f"{run['id']}|{key}" for key in ("summary", "outcomes", "picture")} <= shown
        assert not list(service.state.rglob("*.db"))

        processes = service.processes()
        assert len(processes) >= 2
        assert not [line for line in command_lines().values() if PASSWORD.encode() in line]
        knowing = [line for number, line in processes.items() if PASSWORD.encode() in variables(number)]
        assert all("uvicorn" in line or " up " in line for line in knowing), knowing
        assert len(knowing) == 2, knowing
        assert PASSWORD not in said(service)
        with urllib.request.urlopen(f"{service.url}/api/admin/settings") as answer:  # noqa: S310 - our own server
            settings = answer.read().decode()
        assert "connection_url" in settings
        assert PASSWORD not in settings

        service.stop(signal.SIGKILL)
        service.start()
        assert service.flow_run(run["id"])["state_name"] == "Completed"
    finally:
        service.stop(signal.SIGKILL)


def test_the_password_may_stand_in_the_environment_of_postgres(postgres: Cluster, tmp_path: Path) -> None:
    service = Service(tmp_path, PGPASSWORD=PASSWORD)
    try:
        process = service.spawn("--postgres", f"{postgres.url}?sslmode=disable")
        assert process.stdout is not None
        assert any("Winnow is up" in line for line in process.stdout), service.logs()
        assert postgres.ask("select count(*) > 0 from deployment") == ["t"]
        assert service.stop() == 0
    finally:
        service.stop(signal.SIGKILL)


@pytest.mark.parametrize("place", ["127.0.0.1:9/none", "/none?host=/nowhere"])
def test_a_database_that_does_not_answer_is_told_without_its_password(place: str, tmp_path: Path) -> None:
    service = Service(tmp_path, WINNOW_POSTGRES=f"postgresql://nobody:{PASSWORD}@{place}")
    told, _ = service.spawn().communicate(timeout=200)
    assert service.stop() == 1
    assert "Error: the server has ended" in told
    assert "Connect call failed" in told or "No such file" in told
    assert PASSWORD not in told + said(service)


def test_a_wrong_password_is_told_without_it(postgres: Cluster, tmp_path: Path) -> None:
    wrong = "not-the-password"
    service = Service(tmp_path, WINNOW_POSTGRES=postgres.url_with_password.replace(PASSWORD, wrong))
    told, _ = service.spawn().communicate(timeout=200)
    assert service.stop() == 1
    assert "password authentication failed" in told
    assert wrong not in told + said(service)


def test_a_password_on_the_command_line_is_refused(winnow, tmp_path: Path) -> None:
    for url in (f"postgresql://me:{PASSWORD}@db/prefect", f"postgresql://me@db/prefect?password={PASSWORD}"):
        done = winnow("up", "--state", tmp_path / "state", "--postgres", url, cwd=tmp_path)
        assert done.returncode == 2
        assert "WINNOW_POSTGRES" in done.stderr
        assert PASSWORD not in done.stderr
        assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    "url", [f"mysql://me:{PASSWORD}@db/prefect", f"postgresql://me:{PASSWORD}@db", f"postgresql://me:{PASSWORD}@[db/x"]
)
def test_what_is_no_database_is_refused_without_repeating_it(url: str, winnow, tmp_path: Path) -> None:
    done = winnow("up", "--state", tmp_path / "state", cwd=tmp_path, env={**os.environ, "WINNOW_POSTGRES": url})
    assert done.returncode == 2
    assert "postgresql://USER@HOST/DATABASE" in done.stderr
    assert PASSWORD not in done.stderr + said(Service(tmp_path))
