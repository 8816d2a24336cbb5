"""Removes what runs that died or lost a race left behind; never `raw/`, and nothing that a commit or a reader needs."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from storage import keys
from storage.errors import KeyMissingError
from storage.keys import TABLES, Table
from storage.objects import ObjectInfo
from storage.tables import Corpus


def sweep(corpus: Corpus, before: datetime, *, most: int | None = None) -> list[str]:
    """Deletes leftovers last written before then, and returns their keys; at most `most`, the next call goes on.

    Leftovers are staged shards, probes of a store, and table files and sketch segments in no commit. Files of `documents` that
    were replaced stay for readers of older versions. `before` must lie further back than any run takes
    to commit.
    """
    # Listed first: what was staged when the log is read afterwards is either in it or a leftover.
    found = [info for prefix in _prefixes() for info in corpus.bucket.list(prefix) if info.modified_at < before]
    corpus.roll()
    gone = [key for key in islice(leftovers(corpus, found), most) if _is_deleted(corpus, key, before)]
    corpus.bucket.sweep_partial(before)
    return gone


def _is_deleted(corpus: Corpus, key: str, before: datetime) -> bool:
    """Deletes an object that is old still: a run that is done again may have staged it anew since it was listed."""
    info = corpus.bucket.head(key)
    if info is None or info.modified_at >= before:
        return False
    corpus.bucket.delete(key)
    return True


def leftovers(corpus: Corpus, found: Iterable[ObjectInfo]) -> Iterator[str]:
    """The keys among some objects, listed before the log is read, that nobody needs; nothing else of ours or others is named."""
    head = corpus.log.head()
    needed = {key for table in TABLES for key in _table_keys(corpus, table, head)}
    return (info.key for info in found if _may_go(info.key) and not _is_needed(corpus, info.key, needed, head))


def _prefixes() -> Iterator[str]:
    yield keys.STAGED
    yield keys.SKETCHES
    yield keys.PROBES
    for table in TABLES:
        yield f"{keys.table(table)}/"


def _table_keys(corpus: Corpus, table: Table, head: int) -> Iterator[str]:
    """Of files that count, that a reader may be at, and that commits name which the table has not taken."""
    with corpus.handles.opened(table) as handle:
        paths, applied = {file.path for file in handle.files()} | handle.tombstones(), handle.applied
    yield from (keys.table_file(table, path) for path in paths)
    for commit in corpus.log.since(applied, head):
        yield from (keys.table_file(table, entry.path) for entry in commit.files.get(table, ()))


def _may_go(key: str) -> bool:
    """Whether the key is one that this program gives to what it stages or tries."""
    return keys.is_passing(key) or keys.is_data_file(key)


def _is_needed(corpus: Corpus, key: str, needed: set[str], head: int) -> bool:
    if key in needed:
        return True
    if not key.startswith(keys.SKETCHES):
        return False
    seq = keys.sketches_seq(key)
    try:
        segment = corpus.log.read(seq).sketches if seq <= head else None
    except KeyMissingError:
        return True  # the log ended elsewhere than the tables say: nothing is deleted on its word
    return segment is not None and segment.path == key
