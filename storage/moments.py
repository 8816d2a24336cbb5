"""What a person calls a state of the corpus, each name resolved to the number of the commit after which it stood so."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from storage import keys, published
from storage.commits import Commit, CommitLog
from storage.errors import ReleaseError, UnknownMomentError
from storage.pool import ABREAST, abreast
from storage.tables import Corpus

NUMBER = re.compile(r"\d{1,9}")
DAY = re.compile(r"\d{4}-\d\d-\d\d.*")
RUN = re.compile(r"\d{8}T\d{4,6}(-[0-9a-f]*)?")
"""The start of a run's id, long enough that a person means one by it."""
HEAD = "head"
FORMS = "the number of a commit (0: none yet), a run's id or its start, a time (2026-03-04T12:30), a release, or head"
"""What a person may write."""


def readable(corpus: Corpus) -> int:
    """The newest commit whose state can be read: the one that both tables which are the truth have reached."""
    return min(corpus.handles.applied("versions"), corpus.handles.applied("decisions"))


def seq_of(corpus: Corpus, name: str) -> int | None:
    """The commit after which the named state stood; null where the name is that of no state.

    0 is the empty corpus. Raises: UnknownMomentError where the name is that of a state which the corpus does not have.
    """
    found = (reading(corpus, name) for reading in READINGS)
    return next((seq for seq in found if seq is not None), None)


def named(corpus: Corpus, name: str) -> int:
    """The commit after which the named state stood. Raises: UnknownMomentError where there is none, or the name is no state's."""
    seq = seq_of(corpus, name)
    if seq is None:
        raise UnknownMomentError(f"{name} names no state of the corpus: that is {FORMS}")
    return seq


def committed(corpus: Corpus, name: str) -> int:
    """The commit that a number, a run's id or the start of one names, and nothing else. Raises: UnknownMomentError."""
    found = (reading(corpus, name) for reading in (_numbered, _of_run))
    seq = next((seq for seq in found if seq is not None), None)
    if seq is None:
        raise UnknownMomentError(f"{name} names no commit: that is its number, or its run's id or the start of it (`winnow log`)")
    return seq


def newest_first(log: CommitLog, head: int) -> Iterator[Commit]:
    """The commits from `head` down to the first, read some at a time."""
    for last in range(head, 0, -ABREAST):
        yield from abreast(log.read, range(last, max(0, last - ABREAST), -1))


def _newest(corpus: Corpus, name: str) -> int | None:
    return readable(corpus) if name == HEAD else None


def _numbered(corpus: Corpus, name: str) -> int | None:
    if not NUMBER.fullmatch(name):
        return None
    return _reached(corpus, int(name), f"commit {int(name)}")


def _at_time(corpus: Corpus, name: str) -> int | None:
    """The newest commit of which none up to it was written later: a follower that asks by time misses nothing."""
    if not DAY.fullmatch(name):
        return None
    try:
        given = datetime.fromisoformat(name)
    except ValueError as error:
        raise UnknownMomentError(
            f"{name} is no time: write 2026-03-04 or 2026-03-04T12:30, UTC unless it says otherwise"
        ) from error
    when = given if given.tzinfo else given.replace(tzinfo=UTC)
    before, after = 0, readable(corpus) + 1
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (before, middle) if corpus.log.read(middle).committed_at > when else (middle, after)
    return before


def _of_run(corpus: Corpus, name: str) -> int | None:
    if not RUN.fullmatch(name):
        return None
    recorded = {info.key.removeprefix(keys.RUNS).partition(".")[0] for info in corpus.bucket.list(keys.RUNS + name)}
    if len(recorded) > 1:
        raise UnknownMomentError(f"{name} fits {len(recorded)} runs, {', '.join(sorted(recorded)[:5])}: give more of an id")
    wanted = next(iter(recorded), name)
    for commit in newest_first(corpus.log, corpus.log.head(readable(corpus))):
        if commit.run.startswith(wanted):
            return _reached(corpus, commit.seq, f"commit {commit.seq} of run {commit.run}")
    has = f"run {wanted} committed nothing" if recorded else f"there is no run {name}"
    raise UnknownMomentError(f"{has} in {corpus.bucket.uri}: `winnow log` shows what there is")


def _reached(corpus: Corpus, seq: int, what: str) -> int:
    """The number itself. Raises: UnknownMomentError where it lies beyond what can be read."""
    newest = readable(corpus)
    if seq <= newest:
        return seq
    if seq <= corpus.log.head(newest):
        raise UnknownMomentError(f"{what} has not reached the tables of {corpus.bucket.uri}: `winnow maintain` brings it there")
    raise UnknownMomentError(f"there is no {what} in {corpus.bucket.uri}: the newest is {newest}")


def _of_release(corpus: Corpus, name: str) -> int | None:
    try:
        return published.seq_of(corpus.bucket, name)
    except ReleaseError:
        return None


READINGS: tuple[Callable[[Corpus, str], int | None], ...] = (_newest, _numbered, _at_time, _of_run, _of_release)
"""The ways to read a name; the first that knows its form counts."""
