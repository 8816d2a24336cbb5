"""Lets raw pages go by age, where a policy wants it; nothing does by itself.

    segments that are due → a record that names them → the segments go

What is due is found out anew each time, so that the same command finishes what was killed, and a policy that was taken back
stops what it had begun. Only whole segments go; their index stays.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from storage import asof, keys, published, retired
from storage.objects import ObjectInfo
from storage.retired import RetentionConfig, Retirement
from storage.tables import Corpus

PORTION = 1_000
"""Segments that one record names."""
CONFIRMING = ("kept", "duplicate", "unchanged")
"""Outcomes of inputs that made or confirmed a version."""


def retire(
    corpus: Corpus, policy: RetentionConfig, now: datetime, *, unfinished: Collection[str] = (), most: int | None = None
) -> list[str]:
    """Deletes the segments that are due, at most `most`, and returns their keys; the next call goes on.

    Those of `unfinished` runs stay. Raises: DamagedError where a release cannot tell what it needs, before anything is deleted.
    """
    due = list(islice(_due(corpus, policy, now, unfinished), most))
    named = set(retired.retired_at(list(retired.records(corpus.bucket)))) if due else set()
    gone = []
    for portion in (due[at : at + PORTION] for at in range(0, len(due), PORTION)):
        fresh = {info.key: info.size for info in portion if info.key not in named}
        if fresh and policy.raw_days is not None:
            record = Retirement(now, policy.raw_days, policy.raw, fresh)
            corpus.bucket.create(record.key, record.to_json())
        for info in portion:
            corpus.bucket.delete(info.key)
            gone.append(info.key)
    return gone


def _due(corpus: Corpus, policy: RetentionConfig, now: datetime, unfinished: Collection[str]) -> Iterator[ObjectInfo]:
    """Segments that are old enough and that nothing needs, in key order."""
    if policy.raw_days is None:
        return
    last, young = (now - timedelta(days=policy.raw_days)).date(), now - timedelta(days=1)
    old = [info for info in corpus.bucket.list(keys.RAW_WARC) if _is_old(info, last, young, unfinished)]
    needed = _needed(corpus, policy) if old else set()
    yield from (info for info in old if info.key not in needed)


def _is_old(info: ObjectInfo, last: date, young: datetime, unfinished: Collection[str]) -> bool:
    # The day in the key is that of the run's clock; that the store wrote it yesterday or earlier guards against a wrong one.
    spelled = keys.segment_of(info.key)
    return spelled is not None and spelled[0] < last and spelled[1] not in unfinished and info.modified_at < young


def _needed(corpus: Corpus, policy: RetentionConfig) -> set[str]:
    pinned = published.pinned(corpus.bucket)
    needed = set(pinned.raw)
    for seq in pinned.begun:
        needed |= _segments(asof.documents_at(corpus, seq, ["raw_ref"]))
    if policy.raw == "superseded":
        needed |= _of_current_versions(corpus) | _of_latest_inputs(corpus)
    return needed


def _of_current_versions(corpus: Corpus) -> set[str]:
    """Segments of the versions that the newest decisions name, withdrawn ones too: a later run may bring those back."""
    decisions = asof.decisions_at(corpus, corpus.log.head())
    wanted = pa.table({"id": decisions["id"], "version": decisions["version"]})
    rows = corpus.scan("versions", ["id", "version", "raw_ref"])
    keyed = pa.table({"id": rows["id"], "version": rows["version"], "key": _keys_of(rows)})
    return _distinct(keyed.join(wanted, ["id", "version"], join_type="inner")["key"])


def _of_latest_inputs(corpus: Corpus) -> set[str]:
    """Segments of what a reprocess would read: each document's latest inputs, and the last that confirmed a version."""
    rows = corpus.scan("outcomes", ["id", "seq", "outcome", "raw_ref"])
    keyed = pa.table({"id": rows["id"], "seq": rows["seq"], "key": _keys_of(rows), "outcome": rows["outcome"]})
    needed: set[str] = set()
    for which, compare in (
        (pc.is_in(keyed["outcome"], pa.array(CONFIRMING)), pc.equal),
        (pc.not_equal(keyed["outcome"], "failed"), pc.greater_equal),
    ):
        last = keyed.filter(which).group_by("id").aggregate([("seq", "max")])
        joined = keyed.join(last, "id", join_type="left outer")
        needed |= _distinct(joined.filter(compare(joined["seq"], pc.fill_null(joined["seq_max"], 0)))["key"])
    return needed


def _keys_of(rows: pa.Table) -> pa.ChunkedArray:
    return pc.struct_field(rows["raw_ref"], "key")


def _segments(batches: Iterator[pa.Table]) -> set[str]:
    return {key for rows in batches for key in _distinct(_keys_of(rows))}


def _distinct(found: pa.ChunkedArray) -> set[str]:
    return set(pc.drop_null(pc.unique(found)).to_pylist())
