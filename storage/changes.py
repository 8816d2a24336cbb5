"""What becomes of documents from one commit to another: which come, get other content, go, or are decided on anew.

All of it is read from `decisions` and `versions`, which hold every state; `documents` may be behind.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage.asof import DECIDED
from storage.files import EVER, Between
from storage.rows import latest
from storage.schema import SCHEMAS
from storage.tables import Corpus

Kind = Literal["inserted", "updated", "withdrawn", "re-elected"]
"""inserted: it is live and was not · updated: another version is current · withdrawn: it was live and is not · re-elected: it is
a copy of another document than before, of none any more, or stands in another cluster."""
KINDS: tuple[Kind, ...] = get_args(Kind)
OF_STEPS = tuple(name for name in DECIDED if name != "cluster")
PORTION = 20_000
"""Changes whose versions are looked up at once."""


def steps(corpus: Corpus, after: int, until: int) -> pa.Table:
    """Each change of each commit after one, up to another, in order of (`seq`, `id`).

    Columns: those of `decisions` but evidence and run; `change`, a `Kind`; `was_version` and `was_duplicate_of`, null where it
    was not live. Who applies them in order has `documents` as they stood at each commit. A decision that says what the one
    before it said is a re-election.
    """
    fresh = corpus.handles.at_once("decisions", DECIDED, None, Between(after, until))
    base = _held(corpus, fresh["id"], after, until, OF_STEPS)
    rows = pa.concat_tables([base, fresh], promote_options="default").sort_by([("id", "ascending"), ("seq", "ascending")])
    ids, at = rows["id"].combine_chunks(), np.arange(len(rows), dtype=np.int64)
    follows = np.zeros(len(rows), dtype=bool)
    follows[1:] = pc.equal(ids[1:], ids[:-1]).to_numpy(zero_copy_only=False)
    before = rows.take(pa.array(at - 1, mask=~follows))
    found = _told(before, rows).filter(pc.greater(rows["seq"], after))
    return found.filter(pc.is_valid(found["change"])).sort_by([("seq", "ascending"), ("id", "ascending")])


def between(corpus: Corpus, one: int, other: int) -> pa.Table:
    """What differs from the state at one commit to that at another: a row as of `steps` for each document, ids ascending.

    The other may be the older. What was changed back is no difference.
    """
    low, high = sorted((one, other))
    later = latest(corpus.handles.at_once("decisions", DECIDED, None, Between(low, high)))
    held = _held(corpus, later["id"], low, high, DECIDED)
    earlier = held.take(pc.index_in(later["id"], held["id"].combine_chunks()))
    old, new = (earlier, later) if one == low else (later, earlier)
    found = _told(old, new).set_column(0, "id", later["id"])
    same = pc.and_(_equal(old, new, "duplicate_of"), _equal(old, new, "cluster"))
    stays = pc.fill_null(pc.and_(pc.equal(found["change"], "re-elected"), same), fill_value=False)
    return found.filter(pc.and_not(pc.is_valid(found["change"]), stays))


def with_versions(corpus: Corpus, changes: pa.Table, columns: Sequence[str]) -> Iterator[pa.Table]:
    """The changes in their order, some at a time, with columns of the version that is current or, of withdrawn ones, was."""
    for start in range(0, len(changes), PORTION):
        portion = changes.slice(start, PORTION)
        rows = _versions(corpus, portion, columns)
        for name in columns:
            portion = portion.append_column(SCHEMAS["versions"].field(name), rows[name])
        yield portion


def grouped(corpus: Corpus, changes: pa.Table, columns: Sequence[str]) -> Iterator[pa.Table]:
    """The kind of each change with the same columns, without order: `versions` is read once, however many changes there are."""
    wanted = _wanted(changes).combine_chunks()
    where = pc.field("id").isin(changes["id"].unique()) if len(changes) <= PORTION else None
    for rows in corpus.batches("versions", list(dict.fromkeys(["id", "version", *columns])), where):
        at = pc.index_in(_names(rows["id"], rows["version"]), wanted)
        is_meant = pc.is_valid(at)
        yield rows.filter(is_meant).select(columns).append_column("change", changes["change"].take(at.filter(is_meant)))


def _held(corpus: Corpus, ids: pa.ChunkedArray, seq: int, until: int, columns: Sequence[str]) -> pa.Table:
    """The decisions that held at a commit for those of the documents that there were, ids ascending.

    Documents born between it and `until` are known by their first version, and not looked for.
    """
    born = corpus.handles.at_once("versions", ["id"], pc.field("version") == 1, Between(seq, until))["id"]
    old = ids.filter(pc.invert(pc.is_in(ids, born.combine_chunks()))).unique()
    until_then = Between(until=seq if len(old) else 0)
    return latest(corpus.handles.at_once("decisions", columns, pc.field("id").isin(old), until_then))


def _told(before: pa.Table, now: pa.Table) -> pa.Table:
    """The rows of `now` with what became of each document."""
    was, is_ = (pc.fill_null(pc.equal(rows["status"], "live"), fill_value=False) for rows in (before, now))
    both = pc.and_(was, is_)
    updated = pc.and_(both, pc.fill_null(pc.not_equal(before["version"], now["version"]), fill_value=False))
    cases = pc.make_struct(pc.and_not(is_, was), updated, pc.and_not(was, is_), both)
    told = now.append_column("change", pc.case_when(cases, *KINDS))
    nothing = pa.scalar(None)
    told = told.append_column("was_version", pc.if_else(was, before["version"], nothing.cast(pa.int32())))
    return told.append_column("was_duplicate_of", pc.if_else(was, before["duplicate_of"], nothing.cast(pa.string())))


def _equal(one: pa.Table, other: pa.Table, column: str) -> pa.ChunkedArray:
    """Whether a column of text is the same in each row of both; null is the same as null."""
    return pc.equal(pc.fill_null(one[column], ""), pc.fill_null(other[column], ""))


def _versions(corpus: Corpus, changes: pa.Table, columns: Sequence[str]) -> pa.Table:
    """The rows of `versions` that the changes speak of, in their order; those of their own commits are looked for first."""
    wanted = _wanted(changes)
    seqs = pc.min_max(changes["seq"]).as_py()
    own = EVER if seqs["min"] is None else Between(seqs["min"] - 1, seqs["max"])
    found = _among(corpus, changes["id"], wanted, columns, own)
    missing = pc.invert(pc.is_in(wanted, found["name"].combine_chunks()))
    if pc.any(missing).as_py():
        found = pa.concat_tables([found, _among(corpus, changes["id"].filter(missing), wanted.filter(missing), columns, EVER)])
    return found.take(pc.index_in(wanted, found["name"].combine_chunks()))


def _wanted(changes: pa.Table) -> pa.ChunkedArray:
    """The names of the versions that changes speak of: the current one, of a withdrawn document the one that was."""
    is_gone = pc.equal(changes["change"], "withdrawn")
    return _names(changes["id"], pc.if_else(is_gone, changes["was_version"], changes["version"]))


def _among(corpus: Corpus, ids: pa.ChunkedArray, wanted: pa.ChunkedArray, columns: Sequence[str], when: Between) -> pa.Table:
    """Rows of the named versions, with their names."""
    read = list(dict.fromkeys(["id", "version", *columns]))
    rows = corpus.handles.at_once("versions", read, pc.field("id").isin(ids.unique()), when)
    rows = rows.append_column("name", _names(rows["id"], rows["version"]))
    return rows.filter(pc.is_in(rows["name"], wanted.combine_chunks()))


def _names(ids: pa.ChunkedArray, versions: pa.ChunkedArray) -> pa.ChunkedArray:
    """One string for a document and a version of it."""
    return pc.binary_join_element_wise(ids, versions.cast(pa.string()), "/")
