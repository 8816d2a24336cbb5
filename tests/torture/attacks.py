"""Small attacks on the commit protocol, each of which a sound corpus withstands; what does not raises."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from storage import compaction, keys
from storage.compaction import compact
from storage.local import LocalBucket
from storage.sweep import sweep
from storage.tables import Corpus
from storage.verify import verify
from tests.storage.corpora import assert_lawful, ingest, rows
from tests.storage.faults import Killed, Killer, WrappedBucket, unanswered
from tests.torture.test_orders import increment
from tests.torture.turns import Turns, schedules, watch_decisions_and_tables, watched

FIRST = {f"d{n}": "x" for n in range(4)}
SECOND = {f"d{n}": "y" for n in range(2, 6)}


@contextmanager
def fresh() -> Iterator[Path]:
    """A corpus of one run."""
    folder = Path(tempfile.mkdtemp(prefix="winnow-attack-"))
    try:
        ingest(Corpus.create(LocalBucket(folder / "corpus")), "first", FIRST)
        yield folder / "corpus"
    finally:
        shutil.rmtree(folder)


def crashes() -> None:
    """A run dies at any moment and is done again."""
    with fresh() as place:
        ingest(Corpus.create(LocalBucket(place)), "second", SECOND)
        expected = rows(Corpus.open(LocalBucket(place)))
    at = 0
    while True:
        at += 2
        with fresh() as place:
            died = _dies(place, at)
            ingest(Corpus.create(LocalBucket(place)), "second", SECOND)
            corpus = Corpus.open(LocalBucket(place))
            assert_lawful(corpus)
            assert rows(corpus) == expected
        if not died:
            return


def _dies(place: Path, at: int) -> bool:
    killer = Killer(at)
    with pytest.MonkeyPatch.context() as patch:
        killer.install(patch)
        try:
            ingest(Corpus.create(WrappedBucket(LocalBucket(place), killer.around)), "second", SECOND)
        except Killed:
            return True
    return False


def races() -> None:
    """Two writers, in every order of their first choices."""
    for schedule in schedules(2, 4):
        with fresh() as place, pytest.MonkeyPatch.context() as patch:
            turns = Turns(schedule)
            watch_decisions_and_tables(patch, turns)
            bucket = watched(LocalBucket(place), turns)
            ended = turns.play([increment(bucket, "one"), increment(bucket, "two")])
            assert ended == [None, None], ended
            corpus = Corpus.open(LocalBucket(place))
            assert corpus.log.head() == 3
            assert_runs_stand_once(corpus, ["first", "one", "two"])
            assert_lawful(corpus)


def assert_runs_stand_once(corpus: Corpus, runs: list[str]) -> None:
    assert sorted(commit.run for commit in corpus.log.since(0, corpus.log.head())) == sorted(runs)
    listed = corpus.scan("outcomes", ["run_id", "id"]).to_pylist()
    assert len({(row["run_id"], row["id"]) for row in listed}) == len(listed)
    assert {row["run_id"] for row in listed} == set(runs)


def lost_answers() -> None:
    """The commit is written, and nobody says so."""
    with fresh() as place:
        corpus = Corpus.open(unanswered(LocalBucket(place), keys.COMMITS, written=True))
        assert ingest(corpus, "second", SECOND) == 2
        assert_runs_stand_once(Corpus.open(LocalBucket(place)), ["first", "second"])


def plain_runs() -> None:
    """Nothing disturbs."""
    with fresh() as place:
        corpus = Corpus.open(LocalBucket(place))
        ingest(corpus, "second", SECOND)
        ingest(corpus, "third", {"d1": "z"})
        assert_lawful(corpus)


def compactions() -> None:
    """The same rows stand in other files, and who opened the old ones reads on."""
    with fresh() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(compaction, "FAN", 1)
        corpus = Corpus.open(LocalBucket(place))
        ingest(corpus, "second", SECOND)
        before = rows(corpus)
        opened = DeltaTable(str(place / "clean/versions"))
        assert compact(corpus) == 3
        assert rows(corpus) == before
        sweep(corpus, datetime.now(UTC) + timedelta(days=2))
        assert len(pa.table(opened.scan(columns=["text"]))) == len(before["versions"])
        assert verify(corpus.bucket, deep=True).seq == 3
        assert_lawful(corpus)


def lags() -> None:
    """Leftovers are swept while `documents` stays behind the log."""
    with fresh() as place, pytest.MonkeyPatch.context() as patch:
        corpus = Corpus.open(LocalBucket(place))
        patch.setattr(Corpus.roll, "__defaults__", (0,))
        ingest(corpus, "second", SECOND)
        assert corpus.applied()["documents"] == 1
        sweep(corpus, datetime.now(UTC) + timedelta(days=2))
        corpus.roll(budget=None)
        assert_lawful(corpus)


ATTACKS: dict[str, Callable[[], None]] = {
    attack.__name__: attack for attack in (plain_runs, crashes, races, lost_answers, compactions, lags)
}
