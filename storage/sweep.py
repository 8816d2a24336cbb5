"""Removes what runs that died or lost a race left behind; never `raw/`, and nothing that a commit or a reader needs."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from storage import delta, keys
from storage.errors import KeyMissingError
from storage.keys import TABLES
from storage.objects import ObjectInfo
from storage.tables import Corpus


def sweep(corpus: Corpus, before: datetime, *, most: int | None = None) -> list[str]:
    """Deletes leftovers last written before then, and returns their keys; at most `most`, the next call goes on.

    Leftovers are staged shards, probes of a store, and table files and sketch segments in no commit. Files of `documents` that
    were replaced stay while Delta keeps them for readers of older versions. `before` must lie further back than any run takes
    to commit.
    """
    # Listed first: what was staged when the log is read afterwards is either in it or a leftover.
    found = [info for prefix in _prefixes() for info in corpus.bucket.list(prefix) if info.modified_at < before]
    head = corpus.roll()
    needed = {key for table in TABLES for key in _table_keys(corpus, table)}
    leftovers = list(islice((info.key for info in found if not _is_needed(corpus, info, needed, head)), most))
    for key in leftovers:
        corpus.bucket.delete(key)
    corpus.bucket.sweep_partial(before)
    return leftovers


def _prefixes() -> Iterator[str]:
    yield keys.STAGED
    yield keys.SKETCHES
    yield keys.PROBES
    for table in TABLES:
        yield f"{keys.table(table)}/"


def _table_keys(corpus: Corpus, table: keys.Table) -> Iterator[str]:
    handle = delta.Handle(corpus.bucket, table)
    for path in [file.path for file in handle.files()] + sorted(handle.tombstones()):
        yield keys.table_file(table, path)


def _is_needed(corpus: Corpus, info: ObjectInfo, needed: set[str], head: int) -> bool:
    if info.key.startswith(keys.PROBES):
        return False
    if info.key in needed or "/_delta_log/" in info.key:
        return True
    if not info.key.startswith(keys.SKETCHES):
        return False
    seq = keys.sketches_seq(info.key)
    try:
        segment = corpus.log.read(seq).sketches if seq <= head else None
    except KeyMissingError:
        return True  # the log ended elsewhere than the tables say: nothing is deleted on its word
    return segment is not None and segment.path == info.key
