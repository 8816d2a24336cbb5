"""Judged inputs and their verdicts, as rows of the corpus's tables; one shard at a time, so that memory stays bounded."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.runs.decide import Head, Judged, Verdict
from ingest.dedup.search import Entry
from ingest.records import Decision, Sketch
from storage.schema import OUTCOMES, SKETCHES, VERSIONS

CODE = version("winnow-news")
Verdicts = Mapping[tuple[int, int], Verdict]
"""The verdict on each input, by shard and row."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What every row of one run's commit shares."""

    run: str
    seq: int
    """Number of the commit that the rows are made for."""
    config_id: str
    verdicts: Verdicts
    heads: Mapping[str, Head]
    """What the corpus knew before."""
    decisions: Mapping[str, Decision]
    """Of every changed document and every known one whose decision changes."""


def judged_of(staged: pa.Table, shard: int) -> Iterator[Judged]:
    """The rows of a staged shard without their texts, in order."""
    names = ["id", "raw_sha256", "input_modified_at", "fetched_at", "kind", "content_sha256"]
    results = {"cleaned": "document"}
    columns = (staged[name].to_pylist() for name in names)
    for row, (id_, raw, modified, fetched, kind, content) in enumerate(zip(*columns, strict=True)):
        yield Judged((shard, row), id_, raw, modified, fetched, results.get(kind, kind), content)


def entries_of(staged: pa.Table, shard: int, verdicts: Verdicts, heads: Mapping[str, Head], seq: int) -> Iterator[Entry]:
    """The new heads among a shard's documents, as duplicate search sees them; documents that are new get `seq` as their first."""
    chosen, rows = _chosen(staged, shard, verdicts, heads_only=True)
    lengths = pc.utf8_length(rows["text"]).to_pylist()
    names = ["id", "published_at", "url", "minhash", "fraction", "n_shingles"]
    for verdict, length, *values in zip(chosen, lengths, *(rows[name].to_pylist() for name in names), strict=True):
        id_, published, url, minhash, fraction, n_shingles = values
        first_seq = heads[id_].first_seq if id_ in heads else seq
        yield Entry(id_, verdict.version or 0, Sketch(minhash, fraction, n_shingles), published, url, length, first_seq)


def versions_of(staged: pa.Table, shard: int, publication: Publication) -> pa.Table:
    """Rows of `versions` for every new version in a shard."""
    chosen, rows = _chosen(staged, shard, publication.verdicts, heads_only=False)
    return _stamped(rows, chosen, publication).select(VERSIONS.names).cast(VERSIONS)


def sketches_of(staged: pa.Table, shard: int, publication: Publication) -> pa.Table:
    """Rows of the commit's sketch segment for every new version in a shard."""
    chosen, rows = _chosen(staged, shard, publication.verdicts, heads_only=False)
    stamped = _stamped(rows, chosen, publication)
    return stamped.append_column("n_chars", pc.utf8_length(rows["text"]).cast(pa.int64())).select(SKETCHES.names).cast(SKETCHES)


def outcomes_of(staged: pa.Table, shard: int, publication: Publication) -> pa.Table:
    """Rows of `outcomes` for every input of a shard."""
    found = [publication.verdicts[(shard, row)] for row in range(staged.num_rows)]
    copies = [_copy_of(verdict, publication.decisions) for verdict in found]
    rows = staged.drop_columns(["url"])
    columns: dict[str, pa.Array | pa.ChunkedArray] = {
        "url": staged["input_url"],
        "outcome": pa.array([_outcome(verdict, copy) for verdict, copy in zip(found, copies, strict=True)]),
        "version": pa.array([verdict.version for verdict in found], pa.int32()),
        "duplicate_of": pa.array(copies, pa.string()),
        "chars_kept": pc.fill_null(pc.utf8_length(staged["text"]).cast(pa.int64()), 0),
        "chars_cut": pa.array(chars_cut(staged), OUTCOMES.field("chars_cut").type),
        "config_id": _constant(publication.config_id, pa.string(), staged),
        "run_id": _constant(publication.run, pa.string(), staged),
        "seq": _constant(publication.seq, pa.int64(), staged),
    }
    for name, column in columns.items():
        rows = rows.append_column(name, column)
    return rows.select(OUTCOMES.names).cast(OUTCOMES)


def chars_cut(staged: pa.Table) -> list[list[dict[str, object]]]:
    """Characters cut by reason, of each row, most first."""
    counted = []
    for removals in staged["removals"].to_pylist():
        counts: Counter[str] = Counter()
        for removal in removals or ():
            counts[removal["reason"]] += removal["end"] - removal["start"]
        ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
        counted.append([{"reason": reason, "chars": chars} for reason, chars in ordered])
    return counted


def _chosen(staged: pa.Table, shard: int, verdicts: Verdicts, *, heads_only: bool) -> tuple[list[Verdict], pa.Table]:
    rows = [
        row
        for row in range(staged.num_rows)
        if (verdict := verdicts[(shard, row)]).outcome == "new" and (verdict.is_head or not heads_only)
    ]
    return [verdicts[(shard, row)] for row in rows], staged.take(np.array(rows, dtype=np.int64))


def _stamped(rows: pa.Table, chosen: list[Verdict], publication: Publication) -> pa.Table:
    """The rows with what the commit adds to each: version, seq, run, first sight, pipeline."""
    first = [_first_seen(verdict, publication) for verdict in chosen]
    pipeline = pa.array([{"code": CODE, "config_id": publication.config_id}] * rows.num_rows, VERSIONS.field("pipeline").type)
    stamps: dict[str, pa.Array] = {
        "version": pa.array([verdict.version for verdict in chosen], pa.int32()),
        "seq": _constant(publication.seq, pa.int64(), rows),
        "run_id": _constant(publication.run, pa.string(), rows),
        "first_seen_at": pa.array(first, VERSIONS.field("first_seen_at").type),
        "pipeline": pipeline,
    }
    for name, column in stamps.items():
        rows = rows.append_column(name, column)
    return rows


def _first_seen(verdict: Verdict, publication: Publication) -> datetime | None:
    head = publication.heads.get(verdict.judged.id)
    return head.first_seen_at if head else verdict.judged.fetched_at


def _copy_of(verdict: Verdict, decisions: Mapping[str, Decision]) -> str | None:
    return decisions[verdict.judged.id].duplicate_of if verdict.is_head else None


def _outcome(verdict: Verdict, copy_of: str | None) -> str:
    if verdict.outcome != "new":
        return verdict.outcome
    return "kept" if copy_of is None else "duplicate"


def _constant(value: object, type_: pa.DataType, rows: pa.Table) -> pa.Array:
    return pa.repeat(pa.scalar(value, type_), rows.num_rows)
