"""A run that is killed before or after any write ends, once repeated, as one that was not disturbed."""

import shutil

import pytest

from storage.bucket import open_bucket
from storage.local import LocalBucket
from storage.tables import Corpus
from tests.storage.corpora import assert_lawful, ingest, rows
from tests.storage.faults import Killed, Killer, WrappedBucket

FIRST = {f"d{n}": "x" for n in range(6)}
SECOND = {f"d{n}": "y" for n in range(3, 9)}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    ingest(Corpus.create(LocalBucket(folder)), "first", FIRST)
    return folder


@pytest.fixture(scope="module")
def undisturbed(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    shutil.copytree(made, folder, dirs_exist_ok=True)
    corpus = Corpus.create(LocalBucket(folder))
    ingest(corpus, "second", SECOND)
    return rows(corpus)


def run_until_killed(folder, at, monkeypatch):
    """Creates and ingests as the command does, and counts the moments at which it could have died."""
    killer = Killer(at)
    with monkeypatch.context() as patch:
        killer.install(patch)
        try:
            ingest(Corpus.create(WrappedBucket(LocalBucket(folder), killer.around)), "second", SECOND)
        except Killed:
            assert killer.moments == at
    return killer.moments


def assert_recovers(folder, undisturbed):
    corpus = Corpus.create(LocalBucket(folder))
    ingest(corpus, "second", SECOND)
    assert_lawful(corpus)
    assert rows(corpus) == undisturbed


def moments(made, tmp_path, monkeypatch):
    shutil.copytree(made, tmp_path / "count")
    return run_until_killed(tmp_path / "count", 0, monkeypatch)


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_a_run_killed_at_any_moment_ends_as_an_undisturbed_one(made, undisturbed, tmp_path, monkeypatch, step):
    total = moments(made, tmp_path, monkeypatch)
    assert total >= 30
    for at in range(1, total + 1, step):
        folder = tmp_path / str(at)
        shutil.copytree(made, folder)
        assert run_until_killed(folder, at, monkeypatch) == at
        assert_recovers(folder, undisturbed)
        shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.parametrize("again", [1, 3, 6, 11])
def test_a_recovery_may_be_killed_too(made, undisturbed, tmp_path, monkeypatch, again):
    for at in range(1, moments(made, tmp_path, monkeypatch) + 1, 2):
        folder = tmp_path / str(at)
        shutil.copytree(made, folder)
        run_until_killed(folder, at, monkeypatch)
        run_until_killed(folder, again, monkeypatch)
        assert_recovers(folder, undisturbed)
        shutil.rmtree(folder)


def test_a_creation_killed_at_any_moment_is_finished_by_the_next(tmp_path, monkeypatch):
    for at in range(1, 11):
        assert run_until_killed(tmp_path / str(at), at, monkeypatch) == at
        corpus = Corpus.create(LocalBucket(tmp_path / str(at)))
        assert ingest(corpus, "second", SECOND) == 1
        assert_lawful(corpus)


@pytest.mark.slow
def test_a_run_on_s3_killed_at_a_moment_ends_as_an_undisturbed_one(s3, undisturbed, monkeypatch):
    for at in range(2, 32, 6):
        location = s3.location()
        ingest(Corpus.create(open_bucket(location)), "first", FIRST)
        killer = Killer(at)
        with monkeypatch.context() as patch:
            killer.install(patch)
            with pytest.raises(Killed):
                ingest(Corpus.create(WrappedBucket(open_bucket(location), killer.around)), "second", SECOND)
        corpus = Corpus.create(open_bucket(location))
        ingest(corpus, "second", SECOND)
        assert_lawful(corpus)
        assert rows(corpus) == undisturbed
