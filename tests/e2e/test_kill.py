"""Real processes: killed with SIGKILL, interrupted with SIGINT, and taken up by the same command."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import WINNOW
from tests.e2e.reading import add_up, objects, rows_by_law_2

TABLES = ("versions", "decisions", "outcomes", "documents")
SMALL_SHARDS = {**os.environ, "WINNOW_RUN__SHARD_DOCUMENTS": "3"}


def start(root: Path, corpus: Path) -> subprocess.Popen[str]:
    command = [WINNOW, "ingest", str(root / "seeds"), "--into", str(corpus), "--workers", "2", "--json"]
    return subprocess.Popen(
        command, env=SMALL_SHARDS, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def finish(process: subprocess.Popen[str]) -> dict:
    """The report of a run that ends well."""
    told, complaint = process.communicate()
    assert process.returncode == 0, complaint
    return json.loads(told)


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def wait_until_staged(process: subprocess.Popen[str], corpus: Path, shards: int) -> None:
    """Returns as soon as so many shards are staged."""
    while process.poll() is None:
        if sum(1 for _ in corpus.glob("clean/staged/*/*.parquet")) >= shards:
            return
    pytest.fail(f"the run ended before {shards} shards were staged: {process.communicate()[1]}")


def members_of(session: int) -> list[int]:
    """Living processes of a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


@pytest.fixture(scope="module")
def undisturbed(root: Path, tmp_path_factory) -> Path:
    corpus = tmp_path_factory.mktemp("undisturbed") / "corpus"
    finish(start(root, corpus))
    return corpus


@pytest.mark.slow
@pytest.mark.parametrize("shards", [1, 4])
def test_a_run_killed_with_sigkill_is_finished_by_the_same_command(root, tmp_path, undisturbed, shards: int) -> None:
    corpus = tmp_path / "corpus"
    process = start(root, corpus)
    wait_until_staged(process, corpus, shards)
    (plan,) = corpus.glob("clean/runs/*.plan.json")
    kill(process)
    report = finish(start(root, corpus))
    assert report["run_id"] == plan.name.removesuffix(".plan.json")
    assert add_up(report)
    assert {table: rows_by_law_2(corpus, table) for table in TABLES} == {
        table: rows_by_law_2(undisturbed, table) for table in TABLES
    }
    assert not [key for key in objects(corpus) if "staged" in key or key.endswith(".plan.json")]


@pytest.mark.slow
def test_workers_die_with_a_run_that_is_killed(root: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    process = start(root, corpus)
    wait_until_staged(process, corpus, 1)
    kill(process)
    for _ in range(2_000_000):
        if not members_of(process.pid):
            return
    pytest.fail(f"still alive: {members_of(process.pid)}")


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_in_one_line_how_to_go_on(root: Path, tmp_path: Path, sent: signal.Signals) -> None:
    corpus = tmp_path / "corpus"
    process = start(root, corpus)
    wait_until_staged(process, corpus, 1)
    process.send_signal(sent)
    _, complaint = process.communicate()
    assert process.returncode == 130
    assert len(complaint.strip().splitlines()) == 1
    assert "same command" in complaint
    assert list(corpus.glob("clean/staged/*/*.parquet"))
    finish(start(root, corpus))
