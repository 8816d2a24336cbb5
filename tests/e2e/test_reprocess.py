"""The whole way with real processes: a setting changes, a preview tells, an apply is killed and given again, DuckDB reads."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import WINNOW
from tests.e2e.reading import objects, rows_by_law_2

TABLES = ("versions", "decisions", "outcomes", "documents")
CHANGED = {
    **os.environ,
    "WINNOW_CLEAN__THRESHOLD": "0.9",
    "WINNOW_CLEAN__HTML_THRESHOLD": "0.02",
    "WINNOW_QUALITY__MIN_CHARS": "900",
}
CHANGED |= {"WINNOW_RUN__SHARD_DOCUMENTS": "3", "WINNOW_RUN__WORKERS": "2"}


@pytest.fixture(scope="module")
def corpus(root: Path, ingest, tmp_path_factory) -> Path:
    """A corpus made of seeds/; not to be changed."""
    made = tmp_path_factory.mktemp("before") / "corpus"
    ingest(root / "seeds", "--into", made)
    return made


def preview(winnow, corpus: Path, *arguments: str) -> dict:
    done = winnow("reprocess", "preview", *arguments, "--corpus", corpus, "--json", env=CHANGED)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def apply(corpus: Path, plan: str) -> subprocess.Popen[str]:
    command = [WINNOW, "reprocess", "apply", plan, "--by", "Ada Lorn", "--corpus", str(corpus), "--json"]
    return subprocess.Popen(command, env=CHANGED, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> dict:
    told, complaint = process.communicate()
    assert process.returncode == 0, complaint
    return json.loads(told)


@pytest.mark.slow
def test_a_change_of_settings_reaches_readers_also_through_a_kill(winnow, corpus: Path, tmp_path: Path) -> None:
    import duckdb
    from deltalake import DeltaTable

    work = Path(shutil.copytree(corpus, tmp_path / "work", copy_function=shutil.copy2))
    made = preview(winnow, work, "--sample", "4")
    assert made["is_sample"]
    whole = preview(winnow, work, "--all")
    assert whole["counts"]["new-version"] > 0
    assert whole["counts"]["rejected"] > 0
    undisturbed = Path(shutil.copytree(work, tmp_path / "undisturbed", copy_function=shutil.copy2))
    report = finish(apply(undisturbed, whole["plan"]))
    assert (report["new_versions"], report["withdrawn"]) == (whole["counts"]["new-version"], whole["counts"]["rejected"])
    shutil.rmtree(work / f"clean/staged/{whole['plan']}")
    process = apply(work, whole["plan"])
    while process.poll() is None and not list(work.glob(f"clean/staged/{whole['plan']}/*.parquet")):
        pass
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert (work / f"clean/runs/{whole['plan']}.plan.json").exists()
    again = finish(apply(work, whole["plan"]))
    told = ("inputs", "kept", "new_versions", "rejected", "withdrawn", "unchanged", "duplicates")
    assert {name: again[name] for name in told} == {name: report[name] for name in told}
    assert {table: rows_by_law_2(work, table) for table in TABLES} == {
        table: rows_by_law_2(undisturbed, table) for table in TABLES
    }
    assert not [key for key in objects(work) if whole["plan"] in key and ("staged" in key or key.endswith(".plan.json"))]
    rows = DeltaTable(str(work / "clean/documents")).scan(columns=["id", "version", "text"])  # noqa: F841 - DuckDB reads it
    found = duckdb.sql("select version, count(*) from rows group by all order by all").fetchall()
    before = len(rows_by_law_2(corpus, "documents"))
    assert found == [(1, before - report["new_versions"] - report["withdrawn"]), (2, report["new_versions"])]
