"""Records to rows and back: what the append-only tables hold of the domain's records."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.records import Decision, Document, Edge, Flag, LanguageSpan, Reason, Removal, Sketch
from storage.raw import RawRef
from storage.schema import DECISIONS, OUTCOMES, SKETCHES, VERSIONS

OutcomeKind = Literal["kept", "rejected", "duplicate", "unchanged", "failed"]

ROW_BITS = 32
"""Of a sort key: the row's number below, the commit's above."""

_AS_IT_IS: tuple[str, ...] = (
    "url",
    "site",
    "title",
    "text",
    "published_at",
    "published_precision",
    "published_source",
    "modified_at",
    "section",
    "agency",
)
_AS_IT_IS += ("access", "page_type", "language", "language_score", "script", "n_words", "source_text")


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What made a row."""

    code: str
    """Version of the package."""
    config_id: str
    """Of all settings that change results."""


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A document's content that a commit adds, with where it comes from."""

    id: str
    version: int
    source: str
    document: Document
    sketch: Sketch
    content_sha256: str
    """Of `ingest.identity.content_sha256`."""
    raw_sha256: str
    raw_ref: RawRef | None
    fetched_at: datetime
    first_seen_at: datetime
    """When version 1 was fetched."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input of a run."""

    id: str
    source: str
    name: str
    outcome: OutcomeKind
    raw_sha256: str | None
    """Null where the input could not be read."""
    config_id: str
    url: str | None = None
    """The URL given or fetched."""
    site: str | None = None
    language: str | None = None
    stage: str | None = None
    reason: str | None = None
    detail: str | None = None
    version: int | None = None
    """The version that the input made or confirmed."""
    duplicate_of: str | None = None
    flags: tuple[str, ...] = ()
    chars_kept: int = 0
    chars_cut: tuple[tuple[str, int], ...] = ()
    """Reason and code points."""
    raw_ref: RawRef | None = None
    fetched_at: datetime | None = None


def version_table(versions: Iterable[NewVersion], *, run_id: str, seq: int, pipeline: Pipeline) -> pa.Table:
    """Rows of `versions`, in the order given."""
    made_by = {"seq": seq, "run_id": run_id, "pipeline": asdict(pipeline)}
    return pa.Table.from_pylist([_version_row(version) | made_by for version in versions], schema=VERSIONS)


def sketch_table(versions: Iterable[NewVersion], *, seq: int) -> pa.Table:
    """Rows of a sketch segment, in the order given."""
    return pa.Table.from_pylist([_sketch_row(version) | {"seq": seq} for version in versions], schema=SKETCHES)


def decision_table(decisions: Iterable[Decision], *, run_id: str, seq: int) -> pa.Table:
    """Rows of `decisions`, in the order given."""
    return pa.Table.from_pylist([asdict(each) | {"run_id": run_id, "seq": seq} for each in decisions], schema=DECISIONS)


def decisions_of(table: pa.Table) -> list[Decision]:
    """The records that `decision_table` wrote, in the table's order."""
    return [_decision(row) for row in table.select([*Decision.__dataclass_fields__]).to_pylist()]


def outcome_table(outcomes: Iterable[Outcome], *, run_id: str, seq: int) -> pa.Table:
    """Rows of `outcomes`, in the order given."""
    return pa.Table.from_pylist([_outcome_row(each) | {"run_id": run_id, "seq": seq} for each in outcomes], schema=OUTCOMES)


def document_row(document: Document) -> dict[str, Any]:
    """The columns of `versions` that a document fills by itself."""
    span = document.title_span
    return {column: getattr(document, column) for column in _AS_IT_IS} | {
        "authors": list(document.authors),
        "flags": sorted(document.flags),
        "rights": {"licence_url": document.licence_url, "opt_outs": list(document.opt_outs)},
        "title_span": None if span is None else {"start": span[0], "end": span[1]},
        "removals": [asdict(each) for each in document.removals],
        "block_languages": [asdict(each) for each in document.block_languages],
    }


def document_of(row: Mapping[str, Any]) -> Document:
    """The document that a row of `versions` holds; the row may have more columns."""
    span = row["title_span"]
    return Document(
        **{column: row[column] for column in _AS_IT_IS},
        authors=tuple(row["authors"]),
        flags=frozenset(Flag(flag) for flag in row["flags"]),
        licence_url=row["rights"]["licence_url"],
        opt_outs=tuple(row["rights"]["opt_outs"]),
        title_span=None if span is None else (span["start"], span["end"]),
        removals=tuple(Removal(**{**each, "reason": Reason(each["reason"])}) for each in row["removals"]),
        block_languages=tuple(LanguageSpan(**each) for each in row["block_languages"]),
    )


def raw_ref_row(ref: RawRef | None) -> dict[str, Any] | None:
    """A reference as the column `raw_ref` holds it."""
    return None if ref is None else asdict(ref)


def raw_ref_of(row: Mapping[str, Any] | None) -> RawRef | None:
    """The reference that a column `raw_ref` holds."""
    return None if row is None else RawRef(**row)


def speakable(text: str) -> str:
    """The text with lone surrogates spelled out: file names need not be UTF-8, columns must."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def latest(table: pa.Table) -> pa.Table:
    """For each id its row of the highest `seq`, of several the last; ids ascending."""
    order = np.arange(len(table), dtype=np.int64) | (table["seq"].to_numpy().astype(np.int64) << ROW_BITS)
    newest = pa.table({"id": table["id"], "at": order}).group_by("id").aggregate([("at", "max")]).sort_by("id")
    return table.take(pc.bit_wise_and(newest["at_max"], (1 << ROW_BITS) - 1))


def _version_row(new: NewVersion) -> dict[str, Any]:
    return document_row(new.document) | {
        "id": new.id,
        "version": new.version,
        "source": speakable(new.source),
        "first_seen_at": new.first_seen_at,
        "fetched_at": new.fetched_at,
        "content_sha256": new.content_sha256,
        "raw_ref": raw_ref_row(new.raw_ref),
        "raw_sha256": new.raw_sha256,
    }


def _sketch_row(new: NewVersion) -> dict[str, Any]:
    return asdict(new.sketch) | {
        "id": new.id,
        "version": new.version,
        "published_at": new.document.published_at,
        "url": new.document.url,
        "n_chars": len(new.document.text),
        "content_sha256": new.content_sha256,
    }


def _decision(row: Mapping[str, Any]) -> Decision:
    return Decision(**{**row, "evidence": tuple(Edge(**edge) for edge in row["evidence"])})


def _outcome_row(outcome: Outcome) -> dict[str, Any]:
    row = {name: getattr(outcome, name) for name in Outcome.__dataclass_fields__}
    return row | {
        "source": speakable(outcome.source),
        "name": speakable(outcome.name),
        "flags": sorted(outcome.flags),
        "chars_cut": [{"reason": reason, "chars": chars} for reason, chars in outcome.chars_cut],
        "raw_ref": raw_ref_row(outcome.raw_ref),
    }
