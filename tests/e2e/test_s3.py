"""The same commands on S3 as on a directory: the same rows, nothing touched twice, nothing half-written."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import WINNOW
from tests.e2e.reading import add_up, objects, read, rows_by_law_2
from tests.e2e.test_kill import TABLES, finish
from tests.seaweed import BUCKET, READER, Store

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def on_disk(root: Path, ingest, tmp_path_factory) -> Path:
    """A corpus of seeds/ in a directory."""
    corpus = tmp_path_factory.mktemp("on-disk") / "corpus"
    ingest(root / "seeds", "--into", corpus)
    return corpus


@pytest.fixture(scope="module")
def first(s3: Store, root: Path, ingest) -> tuple[str, dict]:
    """A corpus of seeds/ on S3, and the report of its run; not to be changed but by what changes nothing."""
    location = s3.location()
    return location, ingest(root / "seeds", "--into", location)


def all_rows(corpus: Path | str) -> dict[str, list]:
    return {table: rows_by_law_2(corpus, table) for table in TABLES}


def test_the_rows_are_those_of_a_directory(first, on_disk: Path) -> None:
    assert add_up(first[1])
    assert all_rows(first[0]) == all_rows(on_disk)


def test_a_second_run_is_all_unchanged_and_adds_its_record_alone(first, root: Path, ingest) -> None:
    before = objects(first[0])
    report = ingest(root / "seeds", "--into", first[0])
    after = objects(first[0])
    assert (report["inputs"], report["unchanged"]) == (26, 26)
    assert {key: after.get(key) for key in before} == before
    assert set(after) - set(before) == {f"clean/runs/{report['run_id']}.json"}


def test_list_and_show_read_it(first, winnow, root: Path) -> None:
    listed = winnow("list", "--corpus", first[0], "--outcome", "rejected")
    assert listed.returncode == 0, listed.stderr
    assert "load/binary" in listed.stdout
    shown = winnow("show", "port-lassel-seagrass.txt", "--cuts", "--corpus", first[0])
    assert shown.returncode == 0, shown.stderr
    assert "Seagrass returning" in shown.stdout
    again = winnow("show", "broken/mojibake.txt", "--cuts", "--corpus", first[0])
    assert again.returncode == 0, again.stderr


def test_doctor_finds_it_fine(first, winnow) -> None:
    before = objects(first[0])
    done = winnow("doctor", first[0])
    assert done.returncode == 0, done.stdout
    assert "several writers are safe" in done.stdout
    assert "commit 1 is the newest" in done.stdout
    assert objects(first[0]) == before


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"AWS_ACCESS_KEY_ID": READER[0], "AWS_SECRET_ACCESS_KEY": READER[1]}, "the credentials may not do this"),
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "secret key does not fit"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "no credentials were found"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "cannot be reached"),
    ],
)
def test_what_refuses_is_one_sentence_and_nothing_is_written(s3: Store, winnow, root: Path, change, sentence) -> None:
    location = s3.location()
    done = winnow("ingest", root / "seeds", "--into", location, "--json", env={**os.environ, **change})
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert objects(location) == {}


def test_a_bucket_that_is_not_there_is_one_sentence(s3: Store, winnow, root: Path) -> None:
    for command in (("ingest", root / "seeds", "--into"), ("list", "--corpus")):
        done = winnow(*command, "s3://no-such-bucket/x")
        assert done.returncode == 1
        assert done.stderr.strip() == "Error: s3://no-such-bucket: there is no such bucket: create it, or name another"


def test_a_dry_run_writes_nothing(s3: Store, first, root: Path, ingest) -> None:
    location = s3.location()
    report = ingest(root / "seeds", "--into", location, "--dry-run")
    assert report["kept"] == first[1]["kept"]
    assert objects(location) == {}


def staged(location: str) -> int:
    return sum(key.startswith("clean/staged/") for key in objects(location))


def wait_until(is_so: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    while process.poll() is None:
        if is_so():
            return
    pytest.fail(f"the run ended before: {process.communicate()[1]}")


@pytest.mark.parametrize("shards", [1, 4])
def test_a_run_killed_with_sigkill_is_finished_by_the_same_command(s3: Store, root: Path, on_disk: Path, shards: int) -> None:
    location = s3.location()
    command = [WINNOW, "ingest", str(root / "seeds"), "--into", location, "--workers", "2", "--json"]
    options = {"env": {**os.environ, "WINNOW_RUN__SHARD_DOCUMENTS": "3"}, "text": True}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **options, **pipes, start_new_session=True) as killed:
        wait_until(lambda: staged(location) >= shards, killed)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
    (plan,) = [key for key in objects(location) if key.endswith(".plan.json")]
    with subprocess.Popen(command, **options, **pipes) as again:
        report = finish(again)
    assert plan == f"clean/runs/{report['run_id']}.plan.json"
    assert add_up(report)
    assert all_rows(location) == all_rows(on_disk)
    assert not [key for key in objects(location) if "staged" in key or key.endswith(".plan.json")]


@pytest.fixture(scope="module")
def uploaded(s3: Store, root: Path) -> str:
    """seeds/ as objects."""
    folder = f"{s3.location()}/seeds"
    client = s3.client()
    for path in (path for path in (root / "seeds").rglob("*") if path.is_file()):
        key = f"{folder.removeprefix(f's3://{BUCKET}/')}/{path.relative_to(root / 'seeds').as_posix()}"
        client.put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes())
    client.close()
    return folder


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_folder_on_s3_gives_the_rows_of_the_same_folder_on_disk(uploaded: str, on_disk: Path, ingest, tmp_path, slash) -> None:
    report = ingest(f"{uploaded}{slash}", "--into", tmp_path / "corpus")
    assert report["inputs"] == 26
    assert all_rows(tmp_path / "corpus") == all_rows(on_disk)


def test_one_object_is_the_input_of_that_name(uploaded: str, ingest, tmp_path: Path) -> None:
    ingest(f"{uploaded}/wire/storm-sorrel-bridge-updated.txt", "--into", tmp_path / "corpus")
    assert [(row["source"], row["name"]) for row in read(tmp_path / "corpus", "outcomes")] == [
        ("wire", "storm-sorrel-bridge-updated.txt")
    ]


def test_a_source_that_leads_to_nothing_is_told_as_for_a_path(uploaded: str, winnow, tmp_path: Path) -> None:
    on_s3 = winnow("ingest", f"{uploaded}/nothing", "--into", tmp_path / "corpus")
    on_disk = winnow("ingest", tmp_path / "nothing", "--into", tmp_path / "corpus")
    assert on_s3.returncode == on_disk.returncode == 1
    assert on_s3.stderr.replace(f"{uploaded}/nothing", "X") == on_disk.stderr.replace(str(tmp_path / "nothing"), "X")
