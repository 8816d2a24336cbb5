"""What a run of `ingest` is asked, what it says while it works, and what it says when it is done."""

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from flows.runs.sources import SourceConfig


@dataclass(frozen=True, slots=True)
class IngestRequest:
    """One order to bring inputs into a corpus."""

    paths: tuple[str, ...]
    """Files and folders, on disk or `s3://bucket/folder`, and URLs of pages, as the user gave them."""
    corpus: str
    """Where the corpus is: a folder, or `s3://bucket/prefix`."""
    source: str | None = None
    """Name of the source of the paths; null: the given folder's name, for a file its parent's, for a URL its host."""
    limit: int | None = None
    """Most inputs to take; null: all."""
    dry_run: bool = False
    """Whether to find out what would happen and write nothing."""
    workers: int = 0
    """Worker processes; 0: one per core."""
    sources: tuple[SourceConfig, ...] = ()
    """Configured sources to take beside the paths."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    done: int
    total: int | None
    """Null while inputs are still being counted."""
    name: str
    """What it is at: a stage of the run, or the input that was just done."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one run did; inputs = kept + rejected + duplicates + unchanged + failed."""

    run_id: str
    corpus: str
    seq: int | None = None
    """Number of the run's commit; null where nothing was committed: dry run, refused, nothing to commit."""
    dry_run: bool = False
    inputs: int = 0
    kept: int = 0
    """Inputs that became a live document or a new version of one, duplicates not counted."""
    new_versions: int = 0
    """How many of `kept` are version 2 or later."""
    rejected: dict[str, int] = field(default_factory=dict)
    """`stage/reason` → inputs."""
    duplicates: int = 0
    """Inputs that tell a story which the corpus holds already; stored, and pointing to it."""
    unchanged: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    """Why → inputs that could not be read; the next run tries them again."""
    chars_kept: int = 0
    chars_cut: dict[str, int] = field(default_factory=dict)
    """Reason → characters, of the documents cleaned in this run."""
    languages: dict[str, int] = field(default_factory=dict)
    """Language → documents cleaned in this run."""
    series: int = 0
    """Documents linked to earlier issues of a series; they are kept."""
    round_ups: int = 0
    """Documents that hold several others; they are kept."""
    flags: dict[str, int] = field(default_factory=dict)
    """Flag → documents that carry it."""
    would_fetch: int = 0
    """URLs that a dry run left alone; no inputs yet."""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    """Of this process and its workers."""
    messages: tuple[str, ...] = ()
    """One sentence for each input that failed or is broken; capped by the run."""
    gate_refused: str | None = None
    """Why the quality gate refused to commit; null where it did not."""
    outcomes: tuple[dict[str, Any], ...] = ()
    """Of a refused run, what would have become of each input, as rows of `outcomes`; of others they stand in the table."""
    kind: str = "ingest"
    """`ingest`, `reprocess`: cleaned again from stored bytes, or `rollback`: what stood before a run stands again."""
    undoes: str | None = None
    """The run that a rollback undid."""
    plan: str | None = None
    """The plan that a reprocess applied, which has the run's id; null for an ingest."""
    approved_by: str | None = None
    """Who wanted a reprocess or a rollback; null for an ingest."""
    code: str | None = None
    """Version of Winnow that did it; null for runs of versions that did not record it, here as in the next two."""
    engine: str | None = None
    """What told the articles' own text from everything else: revision of its rules, and digest of its lists and model."""
    model: str | None = None
    """Digest of the model that it asked: the first 12 hex digits of the file's sha256."""
    withdrawn: int = 0
    """Documents that were taken out of the corpus: by a reprocess that rejects them, whose inputs count as rejected, or by the
    rollback of the run that brought them."""
    behind: int = 0
    """Commits that `documents` did not hold when the run ended, since they would have written more of it again than
    `corpus.rewrite_mb` allows: `winnow maintain` brings them in."""

    def to_json(self) -> str:
        """The report as one JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False, default=datetime.isoformat)

    @classmethod
    def from_json(cls, text: str) -> "Report":
        """The report that `to_json` wrote; fields of a later version are passed over."""
        known = {entry.name for entry in fields(cls)}
        values = {name: value for name, value in json.loads(text).items() if name in known}
        return cls(**{**values, **{name: tuple(values.get(name, ())) for name in ("messages", "outcomes")}})
