"""The commits of a corpus, newest first, each with what its run says of itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from flows.runs.engine import ENGINE, MODEL, PACKAGE
from flows.runs.report import Report
from storage import keys
from storage.bucket import Bucket
from storage.commits import Commit
from storage.errors import KeyMissingError
from storage.moments import newest_first, readable
from storage.pool import ABREAST, abreast
from storage.tables import Corpus


@dataclass(frozen=True, slots=True)
class Entry:
    """One commit."""

    seq: int
    committed_at: datetime
    created_at: datetime
    """When its run was planned."""
    run: str
    kind: str
    """ingest, reprocess, rollback or compaction; run where the run left no record."""
    undoes: str | None
    """The run that a rollback undoes."""
    approved_by: str | None
    """Who answers for a reprocess."""
    summary: Mapping[str, int]
    """What the commit counts of its run: inputs, kept, skipped …"""
    rows: Mapping[str, int]
    """Table → rows that it added; of a compaction, that it moved."""
    config_id: str
    code: str | None
    """Version of Winnow."""
    engine: str | None
    """Version of the cleaning engine."""
    model: str | None
    """Digest of its model."""
    is_in_documents: bool
    """Whether `documents` holds it already; where not, `winnow maintain` brings it in."""


def chronicle(corpus: Corpus, limit: int | None = None) -> Iterator[Entry]:
    """The commits, newest first, the first `limit` of them."""
    shown = corpus.handles.applied("documents")
    commits = islice(newest_first(corpus.log, corpus.log.head(readable(corpus))), limit)
    while portion := list(islice(commits, ABREAST)):
        reports = abreast(lambda commit: _report(corpus.bucket, commit.run), portion)
        yield from (_entry(commit, report, shown) for commit, report in zip(portion, reports, strict=True))


def _report(bucket: Bucket, run: str) -> Report | None:
    """What the run said when it ended; null where it left no record."""
    try:
        return Report.from_json(bucket.get(keys.run_record(run)).decode())
    except KeyMissingError:
        return None


def _entry(commit: Commit, report: Report | None, shown: int) -> Entry:
    return Entry(
        seq=commit.seq,
        committed_at=commit.committed_at,
        created_at=commit.created_at,
        run=commit.run,
        kind=(report.kind if report else "run") if commit.kind == "run" else commit.kind,
        undoes=commit.undoes,
        approved_by=report.approved_by if report else None,
        summary=commit.summary,
        rows={table: sum(entry.rows for entry in commit.files.get(table, ())) for table in keys.TABLES},
        config_id=commit.config_id,
        code=commit.engines.get(PACKAGE),
        engine=commit.engines.get(ENGINE),
        model=commit.engines.get(MODEL),
        is_in_documents=commit.seq <= shown,
    )
