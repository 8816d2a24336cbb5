"""Hostile places: what the store, the clock or a stranger does to a corpus ends in one clear sentence, and nothing is lost.

Every test does what an operator would: the command, its sentence, the remedy that it names, the same command again.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from deltalake import DeltaTable, write_deltalake

from flows.cli.main import cli
from storage import compaction, files, keys
from storage.bucket import open_bucket
from storage.local import LocalBucket
from storage.tables import Corpus
from storage.verify import verify
from tests.flows.doubles import HereJudges
from tests.flows.reprocess.conftest import plain
from tests.seaweed import READER, environment
from tests.storage.proxy import Asked, Fault, Refusal, proxied
from tests.torture import scene

pytestmark = pytest.mark.slow
FOREIGN = [
    "notes.txt",
    "clean/notes.txt",
    "clean/commits/notes.txt",
    "clean/commits/000000000002.json.bak",
    "clean/runs/notes.txt",
    "clean/plans/notes.txt",
    "clean/staged/notes.txt",
    "clean/staged/old/notes.txt",
    "clean/sketches/notes.txt",
    "clean/releases/notes.txt",
    "clean/versions/notes.txt",
    "clean/versions/copy.parquet",
    "clean/documents/_delta_log/notes.txt",
    "raw/notes.txt",
    "raw/warc/notes.txt",
    "raw/index/notes.txt",
    "raw/retired/notes.txt",
]
"""Where strangers leave a file."""
READING = [
    ("log",),
    ("list",),
    ("show", "one.txt"),
    ("history", "one.txt"),
    ("changes", "--since", "0"),
    ("releases",),
    ("verify",),
]
WRITING = [
    ("ingest", "DESK", "--into", "PLACE"),
    ("rollback", "2", "--by", "Ada Lorn"),
    ("release", "spring"),
    ("maintain",),
    ("rebuild",),
    ("reprocess", "preview"),
]


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch, tmp_path):
    """Judges in this process, the scene's settings, and none of the developer's."""
    from flows.runs import ingest, reclean

    monkeypatch.setattr(ingest, "Judges", HereJudges)
    monkeypatch.setattr(reclean, "Judges", HereJudges)
    monkeypatch.setattr(compaction, "FAN", 2)
    monkeypatch.setattr(files, "PARTS_OF_DOCUMENTS", 1)
    monkeypatch.setattr(files, "FEWEST_ROWS", 4)
    monkeypatch.setenv("WINNOW_RUN__SHARD_DOCUMENTS", "3")
    monkeypatch.setenv("WINNOW_QUALITY__MIN_CHARS", "160")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def place(town, tmp_path) -> str:
    scene.copy(town, str(tmp_path / "corpus"))
    return str(tmp_path / "corpus")


@pytest.fixture
def winnow(town, place) -> Callable[..., Result]:
    """Calls the command on the place."""

    def call(*words: str) -> Result:
        given = [{"DESK": str(town / scene.DESK), "PLACE": place}.get(word, word) for word in words]
        where = [] if "--into" in given else [place] if words == ("rebuild",) else ["--corpus", place]
        return CliRunner().invoke(cli, [*given, *where])

    return call


INGEST = WRITING[0]


@pytest.fixture(scope="module")
def ingested(town, tmp_path_factory) -> dict[str, list]:
    """The state after an ingest that nobody disturbs."""
    from flows.runs import ingest

    place = str(tmp_path_factory.mktemp("undisturbed") / "corpus")
    scene.copy(town, place)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingest, "Judges", HereJudges)
        scene.ingest(town / scene.DESK, place)
    return scene.state(open_bucket(place))


def sentence(ran: Result) -> str:
    """The one clear sentence with which a command gave up."""
    assert ran.exit_code in {1, 2}, ran.output
    assert isinstance(ran.exception, SystemExit), repr(ran.exception)
    (line,) = [line for line in ran.output.splitlines() if line.startswith("Error: ")]
    return line


def is_told_or_done(ran: Result) -> None:
    """Whether a command ended well or with one sentence: never by a surprise."""
    if ran.exc_info and not isinstance(ran.exception, SystemExit | None):
        traceback.print_exception(*ran.exc_info)
    assert ran.exception is None or isinstance(ran.exception, SystemExit), repr(ran.exception)
    assert "Traceback" not in ran.output


def objects(bucket) -> dict[str, bytes]:
    return {info.key: bucket.get(info.key) for info in bucket.list("")}


def assert_sound(place: str) -> None:
    scene.assert_sound(open_bucket(place))


# The clock.


def turn_the_clock(patch: pytest.MonkeyPatch, by: Callable[[], timedelta]) -> None:
    """Everything of ours and of deltalake's caller reads a clock that is off."""
    now, seconds = datetime.now, time.time

    class Off(datetime):
        @classmethod
        def now(cls, zone=None):
            return now(zone) + by()

    for name, module in list(sys.modules.items()):
        if name.startswith(("flows.", "storage.", "ingest.")) and getattr(module, "datetime", None) is datetime:
            patch.setattr(module, "datetime", Off)
    patch.setattr(time, "time", lambda: seconds() + by().total_seconds())


def test_a_clock_that_is_an_hour_back_between_two_runs_loses_nothing(town, place, winnow, ingested, monkeypatch):
    before = Corpus.open(open_bucket(place)).log
    newest = before.read(before.head()).committed_at
    with monkeypatch.context() as patch:
        turn_the_clock(patch, lambda: -timedelta(hours=1))
        assert winnow(*INGEST).exit_code == 0
        assert winnow("maintain").exit_code == 0
    assert scene.state(open_bucket(place)) == ingested
    assert_sound(place)
    log = Corpus.open(open_bucket(place)).log
    times = [commit.committed_at for commit in log.since(0, log.head())]
    assert times == sorted(times)
    assert winnow("changes", "--since", newest.isoformat()).output.count("\n") >= 3


def test_a_follower_who_asks_by_time_misses_nothing_though_the_clock_went_back(town, place, winnow, monkeypatch):
    with monkeypatch.context() as patch:
        turn_the_clock(patch, lambda: timedelta(hours=2))
        assert winnow(*INGEST).exit_code == 0
    for edition in range(4, 9):  # by a clock that is right again
        desk = Path(place).parent / "desk"
        scene.write(desk, one=plain(1, edition=edition))
        assert CliRunner().invoke(cli, ["ingest", str(desk), "--into", place]).exit_code == 0
    asked = datetime.now(UTC) + timedelta(minutes=30)
    told = winnow("changes", "--since", asked.isoformat())
    assert told.exit_code == 0
    assert '"seq": 4' in told.output


def test_a_clock_that_goes_back_within_a_run_loses_nothing(place, winnow, ingested, monkeypatch):
    looked = iter(range(1_000_000))
    with monkeypatch.context() as patch:
        turn_the_clock(patch, lambda: -timedelta(minutes=7 * next(looked)))
        assert winnow(*INGEST).exit_code == 0
    assert scene.state(open_bucket(place)) == ingested
    assert_sound(place)


def test_a_run_that_was_cut_off_is_taken_up_though_the_clock_went_back(place, winnow, ingested, monkeypatch):
    staged = {info.key for info in open_bucket(place).list(keys.STAGED)}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "commits")

    with monkeypatch.context() as patch:
        patch.setattr(LocalBucket, "create", full)
        assert sentence(winnow(*INGEST)) == "Error: commits: No space left on device"
    monkeypatch.setattr("flows.runs.plan.Owner.is_dead", lambda *_: True)
    with monkeypatch.context() as patch:
        turn_the_clock(patch, lambda: -timedelta(hours=1))
        assert winnow(*INGEST).exit_code == 0
    assert scene.state(open_bucket(place)) == ingested
    assert {info.key for info in open_bucket(place).list(keys.STAGED)} == staged


# Strangers.


def test_foreign_files_are_kept_and_told_whatever_runs(place, winnow):
    for key in FOREIGN:
        path = Path(place) / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"mine")
        long_ago = time.time() - 30 * 86_400
        os.utime(path, (long_ago, long_ago))
    found = verify(open_bucket(place))
    assert found.faults == []
    assert found.strangers
    for words in [*WRITING, *READING, *WRITING]:
        ran = winnow(*words)
        assert ran.exit_code == 0 or "already" in ran.output, (words, ran.output)
    assert [key for key in FOREIGN if not (Path(place) / key).is_file()] == []
    assert {(Path(place) / key).read_bytes() for key in FOREIGN} == {b"mine"}
    assert verify(open_bucket(place), deep=True).faults == []


@pytest.mark.parametrize("table", keys.TABLES)
def test_what_a_stranger_writes_into_a_table_is_told_and_set_right_by_a_rebuild(place, winnow, table):
    before = scene.state(open_bucket(place))
    uri = f"{place}/{keys.table(table)}"
    row = DeltaTable(uri).to_pyarrow_table().slice(0, 1)
    write_deltalake(uri, row, mode="append")
    ran = winnow("verify")
    assert ran.exit_code == 1
    assert keys.table(table) in ran.output
    assert "makes it anew" in ran.output
    assert winnow("rebuild").exit_code == 0
    assert_sound(place)
    assert scene.state(open_bucket(place)) == before


def vacuum(place: str, table: str) -> list[str]:
    """What a stranger removes who thinks that he knows which files the table needs."""
    uri = f"{place}/clean/{table}"
    return DeltaTable(uri).vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False, full=True)


@pytest.mark.parametrize("table", keys.TABLES)
def test_a_table_that_someone_vacuumed_loses_nothing_that_counts(town, place, winnow, table):
    assert winnow("maintain").exit_code == 0
    twin = shutil.copytree(place, f"{place}-twin")
    assert vacuum(place, table)
    assert_sound(place)
    assert winnow(*INGEST).exit_code == 0
    assert_sound(place)
    assert winnow("rebuild").exit_code == 0
    assert_sound(place)
    scene.ingest(town / scene.DESK, twin)
    assert scene.state(open_bucket(place)) == scene.state(open_bucket(twin))


def test_documents_vacuumed_while_they_were_behind_are_made_anew(place, winnow, ingested, monkeypatch):
    monkeypatch.setenv("WINNOW_CORPUS__REWRITE_MB", "0")
    assert winnow(*INGEST).exit_code == 0
    assert Corpus.open(open_bucket(place)).behind() == 1
    assert vacuum(place, "documents")
    is_told_or_done(winnow("maintain"))
    assert winnow("verify").exit_code == 1
    assert winnow("rebuild").exit_code == 0
    assert_sound(place)
    assert scene.state(open_bucket(place)) == ingested


# Damage.


@pytest.mark.parametrize("harm", ["empty", "cut"])
@pytest.mark.parametrize("which", [1, 3, 4])
def test_a_damaged_commit_is_told_and_nothing_is_written_over_it(place, winnow, harm, which):
    """4 is the next one: a store that is none has left half an object where the next commit belongs."""
    path = Path(place) / keys.commit(which)
    whole = path.read_bytes() if path.exists() else (Path(place) / keys.commit(3)).read_bytes()
    path.write_bytes(b"" if harm == "empty" else whole[: len(whole) // 2])
    damaged = path.read_bytes()
    commits = {info.key for info in open_bucket(place).list(keys.COMMITS)}
    for words in [("log",), ("verify",), ("rebuild",), *([INGEST] if which > 1 else [])]:
        ran = winnow(*words)
        assert ran.exit_code == 1, (words, ran.output)
        assert keys.commit(which) in ran.output, (words, ran.output)
        assert "Traceback" not in ran.output
    for words in [*WRITING, *READING]:
        is_told_or_done(winnow(*words))
    assert path.read_bytes() == damaged
    if which > 1:
        assert {info.key for info in open_bucket(place).list(keys.COMMITS)} == commits
    path.write_bytes(whole) if which < 4 else path.unlink()
    assert winnow(*INGEST).exit_code == 0
    assert_sound(place)


def entries(place: str, table: str) -> list[Path]:
    return sorted((Path(place) / "clean" / table / "_delta_log").glob("*.json"))


@pytest.mark.parametrize("harm", ["hole", "end", "cut", "empty"])
@pytest.mark.parametrize("table", keys.TABLES)
def test_a_tables_own_log_that_is_cut_is_told_and_made_anew(place, winnow, ingested, table, harm):
    log = entries(place, table)
    middle = log[len(log) // 2]
    if harm in {"hole", "end"}:
        for path in [middle] if harm == "hole" else log[len(log) // 2 :]:
            path.unlink()
    else:
        data = middle.read_bytes()
        middle.write_bytes(data[: len(data) // 2] if harm == "cut" else b"")
    ran = winnow("verify")
    if harm != "end":  # a table whose newest entries are gone stands at an earlier commit, lawfully
        assert ran.exit_code == 1
        assert f"clean/{table}" in ran.output
        # Of `documents`, which is derived and which no run decides on, an entry that reads as empty stops nobody.
        ran = winnow(*INGEST)
        assert "rebuild" in ran.output if table != "documents" or harm == "hole" else ran.exit_code in {0, 1}
    assert winnow("rebuild").exit_code == 0
    assert winnow(*INGEST).exit_code == 0
    assert_sound(place)
    assert scene.state(open_bucket(place)) == ingested


def test_documents_without_log_whose_replaced_files_are_swept_say_that_a_rebuild_helps(place, winnow, ingested):
    assert winnow(*INGEST).exit_code == 0
    assert vacuum(place, "documents")
    shutil.rmtree(f"{place}/clean/documents/_delta_log")
    told = sentence(winnow(*INGEST))
    assert "clean/documents" in told
    assert "`winnow rebuild` makes the table anew" in told
    assert winnow("rebuild").exit_code == 0
    assert winnow(*INGEST).exit_code == 0
    assert_sound(place)


@pytest.mark.parametrize("seed", range(8))
def test_a_half_deleted_bucket_is_told_and_never_surprises(place, winnow, seed):
    """Any half of the objects is gone."""
    assert winnow(*INGEST).exit_code == 0
    bucket, chance = open_bucket(place), random.Random(seed)
    whole = objects(bucket)
    for key in chance.sample(sorted(whole), len(whole) // 2):
        bucket.delete(key)
    left = objects(bucket)
    if keys.CORPUS not in left:
        for words in [*WRITING, *READING]:
            sentence(winnow(*words))
        assert objects(bucket) == left
        return
    for words in READING:
        is_told_or_done(winnow(*words))
    assert winnow("verify").exit_code == 1
    for words in WRITING:
        is_told_or_done(winnow(*words))
    kept = objects(bucket)
    assert {key: data for key, data in left.items() if key.startswith((keys.COMMITS, "raw/")) and kept.get(key) != data} == {}
    for key, data in whole.items():
        bucket.put(key, data)  # from a copy
    for info in list(bucket.list("")):
        if info.key not in whole and info.key.startswith("clean/"):
            bucket.delete(info.key)
    assert_sound(place)


@pytest.mark.parametrize("keep", ["theirs", "ours"])
def test_two_corpora_that_were_copied_over_each_other_are_told(town, place, winnow, tmp_path, keep):
    other = str(tmp_path / "other")
    desk = tmp_path / "desk"
    for number in range(11, 14):
        scene.write(desk, **{f"story-{number}": plain(number)})
        scene.ingest(desk, other)
    assert winnow(*INGEST).exit_code == 0
    for path in sorted(Path(other).rglob("*")):
        to = Path(place) / path.relative_to(other)
        if path.is_file() and (keep == "theirs" or not to.exists()):
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, to)
    ran = winnow("verify")
    assert ran.exit_code == (1 if keep == "theirs" else 0), ran.output
    for words in [*READING, *WRITING]:
        is_told_or_done(winnow(*words))


# A full disk and permissions, on a file system of their own.


def confined(what: str, town: Path, tmp_path: Path) -> list[str]:
    """The sentences with which an ingest gave up in a process that has its own mounts and no right to pass over permissions."""
    if shutil.which("unshare") is None or shutil.which("setpriv") is None:
        pytest.skip("there is no unshare or setpriv (util-linux) to make a file system that runs full or read-only")
    mine = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    if subprocess.run([*mine, "mount", "-t", "tmpfs", "tmpfs", str(tmp_path)], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets no test mount a file system of its own")
    powerless = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
    command = [*mine, *powerless, sys.executable, "-m", "tests.torture.confined", what, str(town), str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, check=False, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


def test_a_disk_that_runs_full_in_mid_run_is_told_and_nothing_is_lost(town, tmp_path):
    told = confined("full", town, tmp_path)
    assert len(told) >= 5
    for sentence in told:
        assert sentence.startswith("StoreUnavailableError: "), sentence
        assert "is full" in sentence, sentence
        assert "\n" not in sentence


def test_a_folder_that_loses_its_permissions_in_mid_run_is_told_and_nothing_is_lost(town, tmp_path):
    told = confined("denied", town, tmp_path)
    assert len(told) >= 5
    for sentence in told:
        assert sentence.startswith("StoreUnavailableError: "), sentence
        assert "ermission denied" in sentence, sentence
        assert "\n" not in sentence


def test_a_file_system_that_turns_read_only_in_mid_run_is_told_and_nothing_is_lost(town, tmp_path):
    told = confined("read-only", town, tmp_path)
    assert len(told) >= 5
    for sentence in told:
        assert sentence.startswith("StoreUnavailableError: "), sentence
        assert "ead-only" in sentence, sentence
        assert "\n" not in sentence


# Permissions on S3.


@pytest.fixture
def far(town, s3) -> str:
    place = s3.location()
    scene.copy(town, place)
    return place


def test_readers_credentials_read_everything_and_write_nothing(town, far, s3, ingested, monkeypatch):
    before = objects(open_bucket(far))
    with monkeypatch.context() as patch:
        for name, value in environment(s3.endpoint, READER).items():
            patch.setenv(name, value)
        for words in READING:
            ran = CliRunner().invoke(cli, [*words, "--corpus", far])
            assert ran.exit_code == 0, (words, ran.output)
        for words in WRITING:
            given = [{"DESK": str(town / scene.DESK), "PLACE": far}.get(word, word) for word in words]
            where = [] if "--into" in given else [far] if words == ("rebuild",) else ["--corpus", far]
            told = sentence(CliRunner().invoke(cli, [*given, *where]))
            assert "the credentials may not do this" in told, words
    assert objects(open_bucket(far)) == before
    assert CliRunner().invoke(cli, ["ingest", str(town / scene.DESK), "--into", far]).exit_code == 0
    assert scene.state(open_bucket(far)) == ingested


class Withdrawn:
    """A store that takes no more writes from a certain one on."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, asked: Asked) -> Fault:
        if asked.method in {"GET", "HEAD"}:
            return "none"
        self.left -= 1
        return "none" if self.left >= 0 else Refusal(403, "AccessDenied")


@pytest.mark.parametrize("after", [1, 3, 6, 9, 12, 15])
def test_rights_that_are_withdrawn_in_mid_run_are_told_and_nothing_is_lost(town, far, s3, ingested, monkeypatch, after):
    ingest = ["ingest", str(town / scene.DESK), "--into", far]
    with proxied(s3.endpoint, Withdrawn(after)) as proxy, monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
        assert "the credentials may not do this" in sentence(CliRunner().invoke(cli, ingest))
    assert CliRunner().invoke(cli, ingest).exit_code == 0
    assert scene.state(open_bucket(far)) == ingested
    assert_sound(far)
