"""The reading half of a run: inputs to staged shards, raw bytes stored before anything judges them.

A shard of files is a fixed number of consecutive pages of the plan, skipped ones included, so that a run that is taken up again
cuts the same shards and reuses those that are staged. A shard of fetched pages holds what came in, in whatever order.
"""

import math
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, islice

import pyarrow as pa

from flows.runs.decide import is_skipped
from flows.runs.plan import Plan, PlannedInput
from flows.runs.state import State
from flows.runs.taken import Company, Memory, Taken, failed, restored, taken_of
from ingest.errors import SourceError
from ingest.fetch.verdict import Validators, is_page
from ingest.fetch.visit import Fetched
from ingest.identity import content_sha256
from ingest.isolate import Judged
from ingest.records import Cleaned, Failed, NotModified, RawPage
from ingest.sources.opener import Opener
from ingest.sources.table import read_pages
from ingest.stages import PipelineConfig
from storage import raw, staged
from storage.bucket import Bucket
from storage.errors import DamagedError, KeyMissingError
from storage.raw import RawRef
from storage.rows import speakable
from storage.staged import Failure, StagedPage, staged_table

Known = Callable[[PlannedInput], Validators | None]
"""What to ask by whether an input has changed; null where nothing is known of it."""
Fetch = Callable[[Sequence[PlannedInput], Known], Iterator[tuple[PlannedInput, Fetched]]]
SHARD_BYTES = 64 << 20
"""A shard ends early when its pages reach this size: bounds memory, and the size of its WARC segment."""


@dataclass(frozen=True, slots=True)
class Shard:
    """What a run made of some consecutive pages of its plan."""

    number: int
    table: pa.Table
    """Rows of `storage.schema.STAGED` for every page that was not skipped."""
    skipped: int
    """Pages whose bytes and configuration the corpus has seen already, less those of earlier shards that were called back."""


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
    fetch: Fetch | None = None
    """Fetches inputs, which come in any order: `flows.runs.web.Web.fetch`; null where nothing is to be fetched."""
    shard_s: float = math.inf
    """Seconds of fetching after which a shard ends."""
    tell: Callable[[int, str], None] = field(default=lambda _pages, _name: None)
    """Called with pages just done and the name of the last."""
    note: Callable[[str], None] = field(default=lambda _sentence: None)
    """Called with a sentence for the user on what is not as it should be, though it ends no input."""

    def shards(self) -> Iterator[Shard]:
        """Every shard of the plan, judged and staged; what a killed run has staged is not judged again.

        First those of the inputs that are opened where they lie, in order, then those of what is fetched, as it comes.
        """
        done = set(staged.shards(self.bucket, self.plan.run)) if self.bucket else set()
        number = count = 0
        company = Company(self.bucket, self.state.seen)
        for pages in self._cut(islice(self._pages(), self.plan.limit), company):
            yield self._take_up(number, pages) if number in done else self._judge(number, pages)
            number, count = number + 1, count + _inputs(pages)
        room = None if self.plan.limit is None else self.plan.limit - count
        yield from self._fetched(self.plan.fetched[:room], number, done)

    def _cut(self, pages: Iterable[Taken | None], company: Company, within_s: float = math.inf) -> Iterator[list[Taken | None]]:
        """The pages of each shard; null stands for one that is skipped."""
        shard: list[Taken | None] = []
        size, start = 0, time.monotonic()
        for taken in pages:
            shard += company.admit(taken, is_known=self._is_known(taken)) if taken else [None]
            size += len(taken.page.body) if taken else 0
            is_late = time.monotonic() - start >= within_s
            if len(shard) >= self.plan.shard_documents or size >= SHARD_BYTES or is_late:
                yield shard
                shard, size, start = [], 0, time.monotonic()
        if shard:
            yield shard

    def _pages(self) -> Iterator[Taken]:
        for planned in self.plan.local:
            yield from self._read(planned)

    def _read(self, planned: PlannedInput) -> Iterator[Taken]:
        """The pages of one input; an input that cannot be read any further ends in one failed page."""
        try:
            if planned.unlisted is not None:
                yield failed(planned, Failed("unlisted", planned.unlisted, "fetch"))
                return
            for found in read_pages(planned.ref, self.opener, self.pipeline.load):
                yield taken_of(found)
        except SourceError as error:
            yield failed(planned, Failed("unreadable", error.why))

    def _fetched(self, inputs: Sequence[PlannedInput], number: int, done: Collection[int]) -> Iterator[Shard]:
        """The shards of what is fetched, from a number on; what a killed run has stored or staged is not fetched again."""
        if not inputs or self.fetch is None:
            return
        seen: set[tuple[str, str]] = set()
        for shard in self._left_behind(number, done):
            yield shard
            seen |= set(zip(shard.table["source"].to_pylist(), shard.table["name"].to_pylist(), strict=True))
            number += 1
        todo = [planned for planned in inputs if (speakable(planned.source), speakable(planned.name)) not in seen]
        for pages in self._cut(self._from_web(todo, self.fetch), Company(self.bucket, self.state.seen), self.shard_s):
            shard = self._judge(number, pages)
            # A shard of nothing but skipped pages leaves no trace, and so no number that a killed run's successor could miss.
            number += shard.table.num_rows > 0
            yield shard

    def _left_behind(self, first: int, done: Collection[int]) -> Iterator[Shard]:
        """The fetched shards that a killed run has staged, and those that it had stored but not judged."""
        for number in count(first):
            if self.bucket is None:
                return
            if number in done:
                table = staged.read_table(self.bucket, self.plan.run, number)
                self.tell(table.num_rows, "")
                yield Shard(number, table, skipped=0)
                continue
            stored = raw.stored_shard(self.bucket, raw.Shard(self.plan.run, number, self.plan.created_at))
            if stored is None:
                return
            yield self._judge(number, list(self._restored(self.bucket, stored)))

    def _restored(self, bucket: Bucket, stored: Iterable[tuple[str, RawRef]]) -> Iterator[Taken]:
        """The pages of a shard that was stored and not judged; what is none, or damaged, is fetched again."""
        for _, ref in stored:
            try:
                page = raw.read(bucket, ref)
            except (DamagedError, KeyMissingError) as error:
                self.note(f"what a run that was cut off had stored cannot be used, so it is fetched again: {error}")
                continue
            if is_page(page):
                yield restored(page, ref)

    def _from_web(self, inputs: Sequence[PlannedInput], fetch: Fetch) -> Iterator[Taken | None]:
        memory = Memory(self.state, self.plan.config_id, self.bucket, self.note)
        for planned, found in fetch(inputs, memory.validators):
            self.tell(0, planned.name)
            yield memory.unchanged(planned) if isinstance(found, NotModified) else taken_of(found)

    def _is_known(self, taken: Taken) -> bool:
        if isinstance(taken.result, Failed):
            return False
        seen, head = self.state.seen.get(taken.id), self.state.heads.get(taken.id)
        return is_skipped(seen, head, taken.raw_sha256, self.plan.config_id, taken.refusal)

    def _take_up(self, number: int, pages: Sequence[Taken | None]) -> Shard:
        if self.bucket is None:
            raise RuntimeError("a dry run stages nothing that could be taken up")
        self.tell(len(pages), "")
        table = staged.read_table(self.bucket, self.plan.run, number)
        return Shard(number, table, _inputs(pages) - table.num_rows)

    def _judge(self, number: int, pages: Sequence[Taken | None]) -> Shard:
        taken = [entry for entry in pages if entry is not None]
        self._store(number, taken)
        todo = ((entry, entry.page) for entry in taken if entry.result is None)
        self.tell(len(pages) - len(taken) + sum(entry.result is not None for entry in taken), "")
        for entry, result in self.judge(todo):
            entry.result = result
            self.tell(1, entry.page.name)
        results = [_staged(entry, self.plan.created_at) for entry in taken]
        if self.bucket is not None and results:
            staged.write(self.bucket, self.plan.run, number, results)
        return Shard(number, staged_table(results), _inputs(pages) - len(taken))

    def _store(self, number: int, taken: Sequence[Taken]) -> None:
        """Store the raw bytes of pages that the corpus does not hold yet."""
        new = []
        for entry in taken:
            seen = self.state.seen.get(entry.id)
            if entry.ref is None and seen is not None:
                entry.ref = seen.raw.get(entry.raw_sha256)
            if entry.ref is None and (entry.page.body or entry.page.status is not None):
                new.append(entry)
        if self.bucket is None or not new:
            return
        shard = raw.Shard(self.plan.run, number, self.plan.created_at)
        refs = raw.write_shard(self.bucket, shard, [(entry.id, entry.page) for entry in new])
        for entry, ref in zip(new, refs, strict=True):
            entry.ref = ref


def _inputs(pages: Sequence[Taken | None]) -> int:
    """How many inputs of the plan the pages of a shard are; what was called back stands for one of an earlier shard."""
    return sum(entry is None or not entry.is_recalled for entry in pages)


def _staged(entry: Taken, run_started: datetime) -> StagedPage:
    page, result = entry.page, entry.result
    if result is None:
        raise RuntimeError(f"{page.name} was not judged")
    return StagedPage(
        id=entry.id,
        source=page.source,
        name=page.name,
        url=page.requested_url or page.url,
        raw_sha256=entry.raw_sha256 or None,
        raw_ref=entry.ref,
        fetched_at=page.fetched_at or run_started,
        modified_at=page.modified_at,
        result=Failure(result.reason, result.detail, result.stage) if isinstance(result, Failed) else result,
        content_sha256=content_sha256(result.document) if isinstance(result, Cleaned) else None,
    )
