"""The reading half of a run: inputs to staged shards, raw bytes stored before anything judges them.

A shard is a fixed number of consecutive pages of the plan, skipped ones included, so that a run that is taken up again cuts the
same shards and reuses those that are staged.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import pyarrow as pa

from flows.runs.decide import is_skipped
from flows.runs.plan import Plan, PlannedInput
from flows.runs.state import State
from ingest.errors import SourceError
from ingest.identity import content_sha256, document_id
from ingest.isolate import Judged
from ingest.load import payload_sha256
from ingest.records import Cleaned, Failed, RawPage, Refused, Rejected
from ingest.sources.opener import Opener
from ingest.sources.table import read_pages
from ingest.stages import PipelineConfig
from storage import raw, staged
from storage.bucket import Bucket
from storage.raw import RawRef
from storage.staged import Failure, StagedPage, staged_table

SHARD_BYTES = 64 << 20
"""A shard ends early when its pages reach this size: bounds memory, and the size of its WARC segment."""


@dataclass(frozen=True, slots=True)
class Shard:
    """What a run made of some consecutive pages of its plan."""

    number: int
    table: pa.Table
    """Rows of `storage.schema.STAGED` for every page that was not skipped."""
    skipped: int
    """Pages whose bytes and configuration the corpus has seen already."""


@dataclass(slots=True)
class Taken:
    """A page on its way through a shard."""

    page: RawPage
    id: str
    raw_sha256: str
    ref: RawRef | None = None
    result: Cleaned | Rejected | Failed | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How a plan's inputs are read and judged."""

    plan: Plan
    state: State
    pipeline: PipelineConfig
    opener: Opener
    judge: Callable[[Iterable[tuple[Taken, RawPage]]], Iterable[tuple[Taken, Judged]]]
    """Judges tagged pages in their order: `ingest.isolate.Judges.judge`."""
    bucket: Bucket | None
    """Where raw bytes go first, and judged shards after; null in a dry run."""
    tell: Callable[[int, str], None] = field(default=lambda _pages, _name: None)
    """Called with pages just done and the name of the last."""

    def shards(self) -> Iterator[Shard]:
        """Every shard of the plan, in order, judged and staged; what a killed run has staged is not judged again."""
        done = set(staged.shards(self.bucket, self.plan.run)) if self.bucket else set()
        for number, pages in enumerate(self._cut()):
            yield self._take_up(number, pages) if number in done else self._judge(number, pages)

    def _cut(self) -> Iterator[list[Taken | None]]:
        """The pages of each shard; null stands for one that is skipped."""
        pages = islice(self._pages(), self.plan.limit)
        shard: list[Taken | None] = []
        size = 0
        for taken in pages:
            skip = not isinstance(taken.result, Failed) and self._is_known(taken)
            shard.append(None if skip else taken)
            size += len(taken.page.body)
            if len(shard) >= self.plan.shard_documents or size >= SHARD_BYTES:
                yield shard
                shard, size = [], 0
        if shard:
            yield shard

    def _pages(self) -> Iterator[Taken]:
        for planned in self.plan.inputs:
            yield from self._read(planned)

    def _read(self, planned: PlannedInput) -> Iterator[Taken]:
        """The pages of one input; an input that cannot be read any further ends in one failed page."""
        try:
            for found in read_pages(planned.ref, self.opener, self.pipeline.load):
                yield _taken(found)
        except SourceError as error:
            page = RawPage(planned.source, planned.name, "application/octet-stream", b"")
            yield Taken(page, document_id(page), "", result=Failed("unreadable", error.why))

    def _is_known(self, taken: Taken) -> bool:
        seen, head = self.state.seen.get(taken.id), self.state.heads.get(taken.id)
        return is_skipped(seen, head, taken.raw_sha256, self.plan.config_id)

    def _take_up(self, number: int, pages: Sequence[Taken | None]) -> Shard:
        if self.bucket is None:
            raise RuntimeError("a dry run stages nothing that could be taken up")
        self.tell(len(pages), "")
        table = staged.read_table(self.bucket, self.plan.run, number)
        return Shard(number, table, len(pages) - table.num_rows)

    def _judge(self, number: int, pages: Sequence[Taken | None]) -> Shard:
        taken = [entry for entry in pages if entry is not None]
        self._store(number, taken)
        todo = ((entry, entry.page) for entry in taken if entry.result is None)
        skipped = len(pages) - len(taken)
        self.tell(skipped + sum(entry.result is not None for entry in taken), "")
        for entry, result in self.judge(todo):
            entry.result = result
            self.tell(1, entry.page.name)
        results = [_staged(entry, self.plan.created_at) for entry in taken]
        if self.bucket is not None and results:
            staged.write(self.bucket, self.plan.run, number, results)
        return Shard(number, staged_table(results), skipped)

    def _store(self, number: int, taken: Sequence[Taken]) -> None:
        """Store the raw bytes of pages that the corpus does not hold yet."""
        new = []
        for entry in taken:
            seen = self.state.seen.get(entry.id)
            entry.ref = seen.raw.get(entry.raw_sha256) if seen else None
            if entry.ref is None and entry.page.body:
                new.append(entry)
        if self.bucket is None or not new:
            return
        shard = raw.Shard(self.plan.run, number, self.plan.created_at)
        refs = raw.write_shard(self.bucket, shard, [(entry.id, entry.page) for entry in new])
        for entry, ref in zip(new, refs, strict=True):
            entry.ref = ref


def _taken(found: RawPage | Refused) -> Taken:
    if isinstance(found, RawPage):
        return Taken(found, document_id(found), payload_sha256(found))
    return Taken(found.page, document_id(found.page), found.raw_sha256 or payload_sha256(found.page), result=found.why)


def _staged(entry: Taken, run_started: datetime) -> StagedPage:
    page, result = entry.page, entry.result
    if result is None:
        raise RuntimeError(f"{page.name} was not judged")
    return StagedPage(
        id=entry.id,
        source=page.source,
        name=page.name,
        url=page.url,
        raw_sha256=entry.raw_sha256,
        raw_ref=entry.ref,
        fetched_at=page.fetched_at or run_started,
        modified_at=page.modified_at,
        result=Failure(result.reason, result.detail) if isinstance(result, Failed) else result,
        content_sha256=content_sha256(result.document) if isinstance(result, Cleaned) else None,
    )
