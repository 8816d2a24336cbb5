from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage import delta, keys
from storage.bucket import open_bucket
from storage.errors import UnknownMomentError
from storage.local import LocalBucket
from storage.moments import named, newest_first, readable, seq_of
from storage.tables import Corpus
from tests.storage.corpora import ingest

FIRST = datetime(2026, 3, 4, 12, tzinfo=UTC)
RUNS = [f"20260304T1200{number:02}-0badcafe" for number in range(4)]


@pytest.fixture(params=["directory", pytest.param("s3", marks=pytest.mark.slow)])
def corpus(request, tmp_path):
    """Four runs, committed an hour after each other."""
    place = LocalBucket(tmp_path) if request.param == "directory" else open_bucket(request.getfixturevalue("s3").location())
    made = Corpus.create(place)
    for number, run in enumerate(RUNS):
        ingest(made, run, {f"clock-{number}": "It struck."})
    for seq in range(1, 5):
        late = replace(made.log.read(seq), committed_at=FIRST + timedelta(hours=seq - 1))
        made.bucket.put(keys.commit(seq), late.to_json())
    return Corpus.open(made.bucket)


NAMES = {
    "0": 0,
    "3": 3,
    "head": 4,
    "2026-03-04T11:59:59": 0,
    "2026-03-04T12:00": 1,
    "2026-03-04T13:30+00:00": 2,
    "2026-03-04T15:30+01:00": 3,
    "2026-03-04": 0,
    "2026-03-05": 4,
    RUNS[2]: 3,
    RUNS[0][:15]: 1,
    "tide.html": None,
    "e81fd1c0": None,
    "1234567890": None,
}
REFUSED = {
    "5": "there is no commit 5 in .*: the newest is 4",
    "20250101T0000": "there is no run 20250101T0000 in .*winnow log",
    "2026-13-77": "is no time: write 2026-03-04",
    "tide.html": "names no state of the corpus",
}


def test_names_are_resolved(corpus):
    assert {name: seq_of(corpus, name) for name in NAMES} == NAMES


def test_a_name_of_no_state_is_refused_in_a_sentence(corpus):
    for name, sentence in REFUSED.items():
        with pytest.raises(UnknownMomentError, match=sentence):
            named(corpus, name)


def test_a_start_that_fits_several_runs_is_refused(corpus):
    for run in RUNS[:2]:
        corpus.bucket.put(keys.run_record(run), b"{}")
    with pytest.raises(UnknownMomentError, match="fits 2 runs"):
        named(corpus, RUNS[0][:13])


def test_a_run_that_committed_nothing_is_named(corpus):
    corpus.bucket.put(keys.run_record("20260305T080000-0badcafe"), b"{}")
    with pytest.raises(UnknownMomentError, match="20260305T080000-0badcafe committed nothing"):
        named(corpus, "20260305T0800")


def test_a_commit_that_the_tables_have_not_reached_is_no_state_yet(corpus, monkeypatch):
    applied = delta.Handle.applied.fget
    monkeypatch.setattr(delta.Handle, "applied", property(lambda self: applied(self) - (self.table == "decisions")), raising=True)
    assert readable(corpus) == 3
    for name in ("4", RUNS[3]):
        with pytest.raises(UnknownMomentError, match=r"has not reached the tables.*winnow maintain"):
            named(corpus, name)


def test_where_clocks_disagree_nothing_is_missed(corpus):
    """The second commit's writer was fast: who asks by a time before its own gets it too, and all after it."""
    fast = replace(corpus.log.read(2), committed_at=FIRST + timedelta(days=1))
    corpus.bucket.put(keys.commit(2), fast.to_json())
    assert seq_of(corpus, "2026-03-04T12:10") == 1


def test_commits_come_newest_first_however_many(corpus):
    assert [commit.run for commit in newest_first(corpus.log, 4)] == RUNS[::-1]
    assert [commit.seq for commit in newest_first(corpus.log, 0)] == []
    for number in range(5, 40):
        corpus.log.append(replace(corpus.log.read(4), seq=number, run=f"run-{number}", write_id=str(number)))
    assert [commit.seq for commit in newest_first(corpus.log, 39)] == list(range(39, 0, -1))
