"""The corpus as it stood at a commit: every row carries its commit's number, so that no older version of a table is needed."""

from collections.abc import Collection, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from storage.files import EVER, Between, of_ids
from storage.proposals import OF_DECISIONS, decided
from storage.rows import latest
from storage.schema import SCHEMAS
from storage.tables import Corpus

DECIDED = ("id", "version", "seq", "status", "duplicate_of", "cluster")


def decisions_at(corpus: Corpus, seq: int, where: pc.Expression | None = None) -> pa.Table:
    """The decision that held for each document at commit `seq`, withdrawn ones too, without evidence; ids ascending."""
    return latest(corpus.scan("decisions", DECIDED, where, Between(until=seq)))


def documents_at(
    corpus: Corpus,
    seq: int,
    columns: Sequence[str] | None = None,
    among: Collection[str] | None = None,
    between: Between = EVER,
) -> Iterator[pa.Table]:
    """The rows of `documents` as they stood at commit `seq`, in portions without order.

    Of all documents, or `among` some; or only those whose content came `between` certain commits, none later than `seq`.
    """
    where = None if among is None else of_ids(among)
    yield from documents_of(corpus, decisions_at(corpus, seq, where), seq, columns, where, between)


def documents_of(
    corpus: Corpus,
    decisions: pa.Table,
    seq: int,
    columns: Sequence[str] | None = None,
    where: pc.Expression | None = None,
    between: Between = EVER,
) -> Iterator[pa.Table]:
    """The same, by the decisions that held then, for whoever has them already; `where` asks of rows of `versions`."""
    live = decisions.filter(pc.equal(decisions["status"], "live"))
    wanted = list(SCHEMAS["documents"].names if columns is None else columns)
    read = list(dict.fromkeys(["id", "version", *(name for name in wanted if name not in OF_DECISIONS)]))
    until = seq if between.until is None else min(seq, between.until)
    for rows in corpus.batches("versions", read, where, Between(between.after, until)):
        at = pc.index_in(rows["id"], live["id"])
        chosen = pc.equal(rows["version"], live["version"].take(at))  # null where it is not live: dropped by filter
        yield decided(rows.filter(chosen), live.take(at.filter(chosen)), wanted)
