"""Writers in every order of the calls that matter: no commit is lost, none counts twice, every table holds each once."""

import shutil

import pytest

from storage.bucket import open_bucket
from storage.compaction import compact
from storage.local import LocalBucket
from storage.tables import Corpus
from tests.storage.corpora import assert_lawful, doc_id, ingest
from tests.torture.conftest import FULL
from tests.torture.turns import Turns, schedules, watch_decisions_and_tables, watched

FIRST = {"clock": "It struck twelve.", "ferry": "It sailed."}
DEPTH = {2: 10 if FULL else 4, 3: 6 if FULL else 2}
"""Choices that are played out in every order, by writers; what comes later goes first come, first served."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    ingest(Corpus.create(LocalBucket(folder)), "first", FIRST)
    return folder


def increment(bucket, run):
    """A run that appends its name to what stands: lost or double, it would show."""

    def work():
        corpus = Corpus.open(bucket)
        ingest(corpus, run, {"clock": f"struck by {run}", run: "own"})

    return work


def assert_all_there(bucket, runs):
    corpus = Corpus.open(bucket)
    assert_lawful(corpus)
    committed = [commit.run for commit in corpus.log.since(0, corpus.log.head()) if commit.kind == "run"]
    assert sorted(committed) == sorted(["first", *runs])
    assert corpus.scan("outcomes", ["run_id"])["run_id"].to_pylist().count("first") == 2
    for run in runs:
        assert corpus.scan("outcomes", ["run_id"])["run_id"].to_pylist().count(run) == 2
    found = dict(zip(*corpus.scan("documents", ["id", "text"]).to_pydict().values(), strict=True))
    assert found[doc_id("clock")] == f"struck by {committed[-1]}"
    assert {doc_id(run) for run in runs} <= found.keys()


@pytest.mark.slow
@pytest.mark.parametrize("writers", [2, 3])
def test_every_order_of_writers_ends_with_all_of_their_runs(made, tmp_path, monkeypatch, writers):
    runs = [f"writer-{number}" for number in range(writers)]
    for number, schedule in enumerate(schedules(writers, DEPTH[writers])):
        place = tmp_path / str(number)
        shutil.copytree(made, place)
        with monkeypatch.context() as patch:
            turns = Turns(schedule)
            watch_decisions_and_tables(patch, turns)
            bucket = watched(LocalBucket(place), turns)
            ended = turns.play([increment(bucket, run) for run in runs])
        assert ended == [None] * writers, schedule
        assert_all_there(LocalBucket(place), runs)
        shutil.rmtree(place)


@pytest.mark.slow
def test_every_order_of_a_run_and_a_compaction_keeps_all_rows(made, tmp_path, monkeypatch):
    monkeypatch.setattr("storage.compaction.FAN", 0)
    monkeypatch.setattr("storage.compaction.TIERS", (1, 2**30, 2**31))
    base = tmp_path / "base"
    shutil.copytree(made, base)
    ingest(Corpus.open(LocalBucket(base)), "second", {"tower": "It was painted."})
    for number, schedule in enumerate(schedules(2, DEPTH[2])):
        place = tmp_path / str(number)
        shutil.copytree(base, place)
        with monkeypatch.context() as patch:
            turns = Turns(schedule)
            watch_decisions_and_tables(patch, turns)
            bucket = watched(LocalBucket(place), turns)
            ended = turns.play([increment(bucket, "writer-0"), lambda bucket=bucket: compact(Corpus.open(bucket))])
        assert ended == [None, None], schedule
        corpus = Corpus.open(LocalBucket(place))
        assert_lawful(corpus)
        assert sorted(commit.kind for commit in corpus.log.since(0, corpus.log.head())) == ["compaction", "run", "run", "run"]
        assert len(corpus.scan("outcomes", ["id"])) == 5
        shutil.rmtree(place)


@pytest.mark.slow
def test_twenty_increments_on_s3_are_twenty(s3, monkeypatch):
    """Free runs on a real server, each of which adds one to a number that it reads."""
    import threading

    location = s3.location()
    ingest(Corpus.create(open_bucket(location)), "first", FIRST)

    def add(writer):
        corpus = Corpus.open(open_bucket(location))
        for turn in range(10):
            ingest(corpus, f"w{writer}-{turn}", {f"d{writer}": str(turn), "clock": f"{writer} {turn}"})

    threads = [threading.Thread(target=add, args=(writer,)) for writer in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    corpus = Corpus.open(open_bucket(location))
    assert_lawful(corpus)
    assert corpus.log.head() == 21
    versions = corpus.scan("versions", ["id", "version"]).to_pylist()
    assert sorted(row["version"] for row in versions if row["id"] == doc_id("clock")) == list(range(1, 22))
