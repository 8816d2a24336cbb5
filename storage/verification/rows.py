"""What the rows of the tables must hold of each other, looked at without reading any text."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from storage import asof, parquet
from storage.files import Between
from storage.keys import Table
from storage.schema import SCHEMAS
from storage.tables import Corpus

MOST = 5
"""Examples that are named of one kind of fault."""


def of_record(corpus: Corpus, head: int) -> Iterator[tuple[Table, str]]:
    """What is wrong with the append-only tables at a commit: the table and a sentence."""
    versions = corpus.scan("versions", ["id", "version", "seq"], between=Between(until=head))
    decisions = corpus.scan("decisions", ["id", "version", "seq", "status", "duplicate_of"], between=Between(until=head))
    yield from _chains(versions)
    yield from _decided_once(decisions)
    yield from _references(versions, decisions)
    yield from _canonical(corpus, head)


def _chains(versions: pa.Table) -> Iterator[tuple[Table, str]]:
    """Versions of a document are 1, 2, 3 … and come in that order."""
    groups = versions.group_by("id").aggregate(
        [("version", "min"), ("version", "max"), ("version", "count_distinct"), ([], "count_all")]
    )
    whole = pc.and_(
        pc.equal(groups["version_min"], 1),
        pc.and_(
            pc.equal(groups["version_max"], groups["count_all"]), pc.equal(groups["version_count_distinct"], groups["count_all"])
        ),
    )
    yield from _named("versions", groups.filter(pc.invert(whole))["id"], "has versions with a gap or twice")
    ordered = versions.sort_by([("id", "ascending"), ("version", "ascending")])
    if len(ordered) > 1:
        before, after = ordered.slice(0, len(ordered) - 1), ordered.slice(1)
        back = pc.and_(pc.equal(before["id"], after["id"]), pc.greater(before["seq"], after["seq"]))
        yield from _named("versions", after.filter(back)["id"], "has a version that came before the one that it follows")


def _decided_once(decisions: pa.Table) -> Iterator[tuple[Table, str]]:
    counts = decisions.group_by(["id", "seq"]).aggregate([([], "count_all")])
    twice = counts.filter(pc.greater(counts["count_all"], 1))
    yield from _named("decisions", twice["id"], "is decided on twice in one commit")


def _references(versions: pa.Table, decisions: pa.Table) -> Iterator[tuple[Table, str]]:
    """Every decision names a version that exists by then, and every document with a version is decided on."""
    known = versions.rename_columns(["id", "version", "since"])
    joined = decisions.join(known, ["id", "version"], join_type="left outer")
    bad = joined.filter(pc.fill_null(pc.greater(joined["since"], joined["seq"]), fill_value=True))
    yield from _named("decisions", bad["id"], "has a decision on a version that does not exist")
    undecided = versions.filter(pc.invert(pc.is_in(versions["id"], decisions["id"].combine_chunks())))
    yield from _named("versions", undecided["id"], "has versions and no decision")


def _canonical(corpus: Corpus, head: int) -> Iterator[tuple[Table, str]]:
    """What a live document is a duplicate of is live, and no duplicate itself."""
    decisions = asof.decisions_at(corpus, head)
    live = decisions.filter(pc.equal(decisions["status"], "live"))
    canonical = live.filter(pc.is_null(live["duplicate_of"]))["id"].combine_chunks()
    copies = live.filter(pc.is_valid(live["duplicate_of"]))
    bad = copies.filter(pc.invert(pc.is_in(copies["duplicate_of"], canonical)))
    yield from _named("decisions", bad["id"], "is a duplicate of a document that is not live or is one itself")


def of_documents(corpus: Corpus, seq: int) -> Iterator[tuple[Table, str]]:
    """What is wrong with `documents`, which stands at a commit: for each live document the version that is current, decided."""
    names = ["id", "version", "seq", "duplicate_of", "cluster", "content_sha256"]
    expected = parquet.concat(asof.documents_at(corpus, seq, names), SCHEMAS["documents"], names)
    found = corpus.scan("documents", names)
    both = {"left": _keyed(expected), "right": _keyed(found)}
    yield from _named(
        "documents", both["left"].join(both["right"], "key", join_type="left anti")["id"], "is missing or not current"
    )
    yield from _named(
        "documents", both["right"].join(both["left"], "key", join_type="left anti")["id"], "should not stand there so"
    )
    if len(found) > len(pc.unique(found["id"])):
        yield "documents", f"{len(found) - len(pc.unique(found['id']))} documents stand there twice"


def _keyed(rows: pa.Table) -> pa.Table:
    """Ids with all other columns in one string."""
    parts = [pc.fill_null(rows[name].cast(pa.string()), "") for name in rows.column_names]
    return pa.table({"id": rows["id"], "key": pc.binary_join_element_wise(*parts, "|")})


def _named(table: Table, ids: pa.ChunkedArray, what: str) -> Iterator[tuple[Table, str]]:
    found = pc.unique(ids).to_pylist()
    for id_ in sorted(found)[:MOST]:
        yield table, f"document {id_} {what}"
    if len(found) > MOST:
        yield table, f"{len(found) - MOST} more documents: each {what}"
