import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import keys
from storage.bucket import open_bucket
from storage.commits import FORMAT, Commit, CommitLog, FileEntry
from storage.errors import DamagedError, RefusedError, StoreUnavailableError
from storage.local import LocalBucket
from tests.storage.faults import unanswered

WHEN = datetime(2026, 3, 4, 12, 0, 0, 5, UTC)
LATER = WHEN + timedelta(minutes=3)


def commit(seq: int, run: str = "", write_id: str = "") -> Commit:
    return Commit(seq, run or f"run-{seq}", write_id or f"w{seq}", WHEN, "cafe", {}, committed_at=LATER)


@pytest.fixture(params=["directory", pytest.param("s3", marks=pytest.mark.slow)])
def bucket(request, tmp_path):
    return LocalBucket(tmp_path) if request.param == "directory" else open_bucket(request.getfixturevalue("s3").location())


@pytest.fixture
def log(bucket):
    log = CommitLog(bucket)
    for seq in range(1, 6):
        assert log.append(commit(seq))
    return log


entries = st.builds(FileEntry, st.text(), st.integers(), st.integers(), st.text(), st.none() | st.text(), st.none() | st.text())
counts = st.dictionaries(st.text(), st.integers(), max_size=2)


@given(
    st.builds(
        Commit,
        seq=st.integers(1),
        created_at=st.just(WHEN),
        files=st.dictionaries(st.sampled_from(keys.TABLES), st.lists(entries, max_size=2).map(tuple)),
        sketches=st.none() | entries,
        summary=counts,
        engines=st.dictionaries(st.text(), st.text(), max_size=2),
    )
)
def test_a_commit_comes_back_equal(commit):
    assert Commit.from_json(commit.to_json(), "k") == commit


def test_an_empty_log_has_head_0(bucket):
    assert CommitLog(bucket).head() == 0


def test_head_is_the_newest_number(bucket, log):
    assert log.head() == 5
    assert CommitLog(bucket).head() == 5
    assert CommitLog(bucket).head(at_least=3) == 5


def test_head_probes_instead_of_listing_where_a_number_is_known(bucket, log, monkeypatch):
    monkeypatch.setattr(bucket, "list", lambda _: pytest.fail("listed"))
    assert CommitLog(bucket).head(at_least=4) == 5


def test_a_taken_number_is_lost_and_stays_as_it_was(bucket, log):
    before = bucket.get(keys.commit(5))
    assert log.append(commit(5, "late", "other")) is False
    assert bucket.get(keys.commit(5)) == before
    assert CommitLog(bucket).read(5).write_id == commit(5).write_id


def test_a_gap_is_refused(log):
    with pytest.raises(RefusedError, match="gap"):
        log.append(commit(7))


def test_a_commit_follows_the_one_before_it_in_time_and_by_its_write_id(log):
    """The clock went back: a follower who asks by time would miss what is behind a later time."""
    file = FileEntry("a", 1, 1, "ab")
    early = replace(commit(6), files={"versions": (file,)}, committed_at=log.read(5).committed_at - timedelta(hours=1))
    assert log.append(early)
    before, found = log.read(5), log.read(6)
    assert found.committed_at - before.committed_at == timedelta(microseconds=1)
    assert found.follows == before.write_id
    assert found.standing == {"versions": 1, "decisions": 0, "outcomes": 0}


def test_a_run_is_found_by_its_name(bucket, log):
    assert CommitLog(bucket).of_run("run-3") == 3
    assert CommitLog(bucket).of_run("run-3", after=3) is None
    assert log.of_run("run-9") is None


def test_a_write_that_was_not_answered_but_stands_is_ours(bucket):
    assert CommitLog(unanswered(bucket, keys.COMMITS, written=True)).append(commit(1)) is True


def test_a_write_that_was_not_answered_and_stands_nowhere_is_not_believed(bucket):
    with pytest.raises(StoreUnavailableError):
        CommitLog(unanswered(bucket, keys.COMMITS, written=False)).append(commit(1))


def test_a_write_that_was_not_answered_over_another_one_is_lost(bucket, log):
    assert CommitLog(unanswered(bucket, keys.COMMITS, written=True)).append(commit(5, "late", "other")) is False


def test_a_second_answer_of_taken_to_our_own_write_is_still_ours(log):
    assert log.append(commit(5)) is True


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"format": 1}', b'{"format": 1, "created_at": 5}'])
def test_a_broken_commit_is_damage_that_names_its_key(data):
    with pytest.raises(DamagedError, match="clean/commits/7"):
        Commit.from_json(data, "clean/commits/7")


def test_a_commit_of_the_first_format_is_read():
    entry = {"path": "p", "size": 1, "rows": 1, "sha256": "s", "min_id": "a", "max_id": "b"}
    told = {
        "seq": 4,
        "run": "r",
        "write_id": "w",
        "created_at": WHEN.isoformat(),
        "config_id": "cafe",
        "summary": {},
        "engines": {},
    }
    old = told | {"format": 1, "files": {"versions": [entry]}, "sketches": None}
    found = Commit.from_json(json.dumps(old).encode(), "k")
    files = {"versions": (FileEntry("p", 1, 1, "s", "a", "b"),)}
    assert found == Commit(4, "r", "w", WHEN, "cafe", files, committed_at=WHEN)  # all that is known of when
    assert (found.kind, found.replaces) == ("run", {})


def test_a_commit_of_a_newer_format_says_upgrade():
    newer = json.dumps(json.loads(commit(1).to_json()) | {"format": FORMAT + 1}).encode()
    with pytest.raises(DamagedError, match="upgrade"):
        Commit.from_json(newer, "clean/commits/1")
