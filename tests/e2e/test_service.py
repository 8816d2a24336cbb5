"""`winnow up` as an operator meets it: ready, runs by hand and by schedule, killed anywhere and started again."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from tests.e2e.reading import read, rows_by_law_2
from tests.e2e.service import RefusedError, Service, free_port, running, until

pytestmark = pytest.mark.slow

TABLES = ("versions", "decisions", "outcomes", "documents")
SOURCES = """
[[source]]
slug = "often"
kind = "path"
location = "wire"
every_s = 10

[[source]]
slug = "alone"
kind = "path"
location = "wire"

[[source]]
slug = "in-turn"
kind = "path"
location = "wire"
overlap = "wait"
"""


@pytest.fixture(scope="module")
def service(root: Path, tmp_path_factory):
    """A service that is up, with three sources; each test uses its own."""
    folder = tmp_path_factory.mktemp("service")
    shutil.copytree(root / "seeds" / "wire", folder / "wire")
    (folder / "winnow.toml").write_text(SOURCES)
    with running(folder) as found:
        found.set_active("ingest-source/often", active=False)
        yield found


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A service that is up, without settings, on a corpus that does not exist yet."""
    with running(tmp_path_factory.mktemp("plain")) as found:
        yield found


def span(run: dict) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(run["start_time"]), datetime.fromisoformat(run["end_time"])


def test_a_run_from_the_form_gives_the_rows_of_the_command(plain: Service, root: Path, ingest, tmp_path: Path) -> None:
    by_command = ingest(root / "seeds", "--into", tmp_path / "by-command")
    run = plain.run("ingest/ingest", inputs={"paths": [str(root / "seeds")]})
    assert run["state_name"] == "CompletedWithRejects", run["state"]["message"]
    for table in TABLES:
        assert rows_by_law_2(plain.corpus, table) == rows_by_law_2(tmp_path / "by-command", table)
    (record,) = plain.corpus.glob("clean/runs/*.json")
    own = ("run_id", "corpus", "seconds", "cpu_seconds")
    told = json.loads(record.read_text("utf-8"))
    assert {key: told[key] for key in told if key not in own} == {key: by_command[key] for key in by_command if key not in own}


def test_a_run_shows_summary_table_progress_and_picture(service: Service, root: Path) -> None:
    run = service.run("ingest/ingest", inputs={"paths": [str(root / "seeds" / "broken")], "source": "broken"})
    shown = service.artifacts(run["id"])
    assert {key: shown[key]["type"] for key in shown} == {
        "summary": "markdown",
        "outcomes": "table",
        "progress": "progress",
        "picture": "image",
        "page": "markdown",
    }
    assert '"reason": "binary"' in shown["outcomes"]["data"]
    assert shown["progress"]["data"] == 100
    assert shown["picture"]["data"].startswith("data:image/svg+xml;base64,")
    addresses = re.findall(r"\((http://127[^)]+)\)", shown["summary"]["data"] + shown["page"]["data"])
    told = [urllib.request.urlopen(address).read() for address in addresses]  # noqa: S310 - our own server
    assert any(b'"run_id"' in answer for answer in told)
    assert any(b"Look at these first" in answer for answer in told)


def test_a_release_from_the_form_is_the_one_of_the_command(service: Service, root: Path, winnow) -> None:
    service.run("ingest/ingest", inputs={"paths": [str(root / "seeds" / "bridges")]})
    run = service.run("release/release", edition={"name": "by-form", "opt_outs": "leave-out", "jsonl": True})
    assert run["state_name"] == "Completed", run["state"]["message"]
    assert run["state"]["message"].startswith("release by-form holds ")
    shown = service.artifacts(run["id"])
    assert {key: shown[key]["type"] for key in shown} == {"summary": "markdown", "progress": "progress", "picture": "image"}
    again = winnow("release", "by-form", "--opt-outs", "leave-out", "--jsonl", "--corpus", service.corpus, "--json")
    assert json.loads(again.stdout)["is_new"] is False, again.stderr
    other = service.run("release/release", edition={"name": "by-form"})
    assert (other["state_name"], "releases never change" in other["state"]["message"]) == ("Failed", True)


@pytest.mark.parametrize(
    ("inputs", "complaint"),
    [
        ({"paths": []}, "'inputs.paths'. Failure reason: [] should be non-empty"),
        ({"paths": [" "]}, "does not match"),
        ({"paths": ["seeds"], "limit": 0}, "0 is less than the minimum of 1"),
        ({"paths": ["seeds"], "limits": 3}, "'limits' was unexpected"),
    ],
)
def test_a_wrong_value_is_refused_with_a_sentence_before_anything_runs(service: Service, inputs, complaint: str) -> None:
    before = len(service.flow_runs("ingest/ingest"))
    with pytest.raises(RefusedError, match=re.escape(complaint)):
        service.submit("ingest/ingest", inputs=inputs)
    assert len(service.flow_runs("ingest/ingest")) == before


def test_a_path_that_leads_nowhere_fails_with_one_sentence(service: Service) -> None:
    run = service.run("ingest/ingest", inputs={"paths": ["no-such-folder"]})
    assert run["state_name"] == "Failed"
    assert "no-such-folder" in run["state"]["message"]
    assert "Traceback" not in run["state"]["message"]


@pytest.mark.parametrize(
    ("name", "parameters", "sentence"),
    [
        (
            "ingest/ingest",
            {"inputs": {"paths": ["wire"]}, "dryrun": True},
            "the flow ingest has no parameter dryrun: did you mean dry_run?",
        ),
        ("maintain/maintain", {"deep": True}, "the flow maintain has no parameter deep: it takes none"),
        (
            "reprocess-preview/reprocess-preview",
            {"which": {"published_from": "2026-13-01"}},
            "the parameter which.published_from",
        ),
        ("ingest/ingest", {"inputs": {"paths": ["no-such-folder"]}}, "no-such-folder: there is no such file or folder"),
        ("reprocess-apply/reprocess-apply", {"approval": {"plan": "none", "approved_by": "Ada"}}, "there is no "),
    ],
)
def test_what_a_user_got_wrong_ends_as_failed_with_one_sentence_here_and_in_the_logs(
    service: Service, name: str, parameters: dict, sentence: str
) -> None:
    log = service.state / "worker.log"
    before = log.stat().st_size
    run = service.run(name, **parameters)
    assert (run["state_type"], run["state_name"]) == ("FAILED", "Failed"), run["state"]["message"]
    assert run["state"]["message"].startswith(sentence)
    assert "\n" not in run["state"]["message"]
    wanted = {"logs": {"flow_run_id": {"any_": [run["id"]]}}}
    told = until(lambda: [line["message"] for line in service.api("/logs/filter", wanted) if sentence in line["message"]])
    assert all("Traceback" not in line for line in told)
    assert b"Traceback" not in log.read_bytes()[before:]


def test_a_schedule_of_ten_seconds_fires_by_itself(service: Service) -> None:
    def done() -> list[dict]:
        return service.flow_runs("ingest-source/often", state={"type": {"any_": ["COMPLETED"]}})

    service.set_active("ingest-source/often", active=True)
    runs = until(lambda: done() if len(done()) >= 2 else None, 120, "two scheduled runs")
    service.set_active("ingest-source/often", active=False)
    assert all(run["auto_scheduled"] for run in runs)
    assert all(datetime.fromisoformat(run["expected_start_time"]).second % 10 == 0 for run in runs)
    assert "often" in {row["source"] for row in read(service.corpus, "outcomes")}


def test_a_source_at_work_skips_the_next_run_or_makes_it_wait(service: Service) -> None:
    skipping = [service.submit("ingest-source/alone", source="alone") for _ in range(3)]
    waiting = [service.submit("ingest-source/in-turn", source="in-turn") for _ in range(3)]
    skipped = sorted(service.ended(run)["state_type"] for run in skipping)
    assert skipped == ["CANCELLED", "CANCELLED", "COMPLETED"]
    runs = [service.ended(run) for run in waiting]
    assert {run["state_type"] for run in runs} == {"COMPLETED"}
    spans = sorted(span(run) for run in runs)
    assert all(before[1] <= after[0] for before, after in pairwise(spans)), spans


def test_a_source_that_the_settings_lack_is_not_to_be_had(service: Service) -> None:
    with pytest.raises(RefusedError, match="is not one of"):
        service.submit("ingest-source/alone", source="another")


def test_a_second_service_says_in_one_sentence_that_there_is_one(service: Service, winnow) -> None:
    done = winnow("up", "--state", service.state, cwd=service.folder)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert f"up already at {service.url}" in done.stderr


def test_a_port_in_use_is_told(service: Service, winnow, tmp_path: Path) -> None:
    done = winnow("up", "--state", tmp_path / "other", "--port", str(service.port), cwd=tmp_path)
    assert done.returncode == 1
    assert f"port {service.port} cannot be used" in done.stderr


def test_prefects_own_file_registers_the_same_flows_on_a_server(root: Path, tmp_path: Path) -> None:
    with running(tmp_path) as service:
        before = {name: service.deployment(name) for name in ("ingest/ingest", "maintain/maintain")}
        command = [
            Path(sys.executable).parent / "prefect",
            "--no-prompt",
            "deploy",
            "--all",
            "--prefect-file",
            "deploy/prefect.yaml",
        ]
        variables = {"PREFECT_API_URL": f"{service.url}/api", "PREFECT_HOME": str(tmp_path / "home"), "DO_NOT_TRACK": "1"}
        variables |= {"WINNOW_CORPUS": str(service.corpus), "WINNOW_WORKING_DIR": str(service.folder)}
        done = subprocess.run(
            command, cwd=root, env={**os.environ, **variables}, capture_output=True, text=True, check=False, timeout=200
        )
        assert done.returncode == 0, done.stdout + done.stderr
        for name, deployment in before.items():
            after = service.deployment(name)
            assert after["updated"] > deployment["updated"]
            assert after["entrypoint"] == deployment["entrypoint"]
            assert [entry["slug"] for entry in after["schedules"]] == [entry["slug"] for entry in deployment["schedules"]]
        run = service.run("ingest/ingest", inputs={"paths": [str(root / "seeds" / "reports")], "source": "by-file"})
        assert run["state_type"] == "COMPLETED", run["state"]["message"]
        assert "by-file" in {row["source"] for row in read(service.corpus, "outcomes")}


def test_settings_that_cannot_be_meant_are_told_in_one_sentence(winnow, tmp_path: Path) -> None:
    (tmp_path / "winnow.toml").write_text('[[source]]\nslug = "desk"\nkind = "path"\nlocation = "in"\ncron = "0 25 * * *"\n')
    done = winnow("up", "--state", tmp_path / "state", "--port", str(free_port()), cwd=tmp_path)
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("Error: winnow.toml, [[source]] number 1 (desk): cron has '25' where the hour stands")


def test_the_gate_refuses_and_says_how_to_publish_all_the_same(root: Path, tmp_path: Path) -> None:
    (tmp_path / "winnow.toml").write_text("[gate]\nmax_rejected_share = 0.1\nmin_inputs = 1\n")
    with running(tmp_path) as service:
        inputs = {"paths": [str(root / "seeds" / "broken")]}
        refused = service.run("ingest/ingest", inputs=inputs)
        assert (refused["state_name"], refused["state_type"]) == ("QualityGateFailed", "FAILED")
        assert "max_rejected_share" in refused["state"]["message"]
        assert "ignore_gate" in refused["state"]["message"]
        assert "`ignore_gate`" in service.artifacts(refused["id"])["summary"]["data"]
        assert not list(service.corpus.glob("clean/commits/*"))
        published = service.run("ingest/ingest", inputs=inputs, ignore_gate=True)
        assert published["state_name"] == "CompletedWithRejects"
        assert len(list(service.corpus.glob("clean/commits/*"))) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_service_and_everything_that_it_started(root: Path, tmp_path: Path, number: int) -> None:
    service = Service(tmp_path, WINNOW_RUN__SHARD_DOCUMENTS="3", WINNOW_RUN__WORKERS="1")
    try:
        assert service.start() < 60
        service.submit("ingest/ingest", inputs={"paths": [str(root / "seeds")]})
        until_staged(service)
        assert len(service.processes()) >= 4
        assert service.stop(number) == 0
        assert service.processes() == {}
    finally:
        service.stop(signal.SIGKILL)


def test_a_service_killed_in_mid_run_and_started_again_ends_as_if_undisturbed(root: Path, ingest, tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    shutil.copytree(root / "seeds", folder / "seeds")
    (folder / "winnow.toml").write_text(
        '[[source]]\nslug = "seeds"\nkind = "path"\nlocation = "seeds"\ncron = "0 3 * * *"\n[run]\nshard_documents = 3\n'
    )
    ingest("--into", tmp_path / "undisturbed", cwd=folder)
    with running(folder, WINNOW_RUN__WORKERS="1") as service:
        service.set_active("ingest-source/seeds", active=False)
        run = service.submit("ingest-source/seeds", source="seeds")
        until_staged(service)
        (plan,) = service.corpus.glob("clean/runs/*.plan.json")
        service.stop(signal.SIGKILL)
        until(lambda: not service.processes(), 20, "the end of every process")

        service.start()
        assert service.ended(run)["state_name"] == "CompletedWithRejects"
        assert (service.corpus / "clean/runs" / plan.name.replace(".plan", "")).exists()
        for table in TABLES:
            assert rows_by_law_2(service.corpus, table) == rows_by_law_2(tmp_path / "undisturbed", table)
        (schedule,) = service.deployment("ingest-source/seeds")["schedules"]
        assert (schedule["active"], schedule["slug"]) == (False, "seeds")
        # The place in the source's queue was given back.
        assert service.run("ingest-source/seeds", source="seeds")["state_name"] == "Completed"


def test_worker_and_flow_killed_end_the_service_and_the_next_finishes_the_run(root: Path, tmp_path: Path) -> None:
    with running(tmp_path, WINNOW_RUN__SHARD_DOCUMENTS="3", WINNOW_RUN__WORKERS="1") as service:
        run = service.submit("ingest/ingest", inputs={"paths": [str(root / "seeds")]})
        until_staged(service)
        for number, line in service.processes().items():
            if "flows.worker" in line or "flows.engine" in line:
                os.kill(number, signal.SIGKILL)
        assert service.process is not None
        assert service.process.wait(60) == 1
        until(lambda: not service.processes(), 20, "the end of every process")
        service.stop()
        service.start()
        assert service.ended(run)["state_name"] == "CompletedWithRejects"
        assert len(read(service.corpus, "outcomes")) == 26


def test_a_database_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    service = Service(tmp_path)
    process = service.spawn("--postgres", "postgresql://nobody@127.0.0.1:9/none")
    told, _ = process.communicate(timeout=200)
    assert process.returncode == 1
    assert "Error: the server has ended" in told
    assert service.processes() == {}


def until_staged(service: Service) -> None:
    """Returns as soon as a shard of a run is staged."""
    until(lambda: any(service.corpus.glob("clean/staged/*/*.parquet")), 90, "a staged shard")
