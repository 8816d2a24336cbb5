"""The reading half of a reprocess: stored bytes to staged shards, without network.

What is staged under the run is taken up by whoever goes on with it, as long as the document still has the inputs that were
cleaned: so an apply reuses what its preview cleaned, a killed one what it had done, and a document that was edited meanwhile is
cleaned anew.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from flows.runs.report import Progress
from flows.runs.settings import Settings
from flows.runs.survey import Candidate, Input
from flows.runs.wiring import pipeline_of, workers_of
from ingest.identity import content_sha256
from ingest.isolate import Judged, Judges
from ingest.records import Cleaned, Failed, RawPage
from ingest.stages import judge_factory
from storage import raw, staged
from storage.bucket import Bucket
from storage.errors import DamagedError, KeyMissingError, RetiredError
from storage.rows import raw_ref_of
from storage.staged import Failure, StagedPage

SHARD_BYTES = 16 << 20
"""A shard ends early when its inputs reach this size as stored, compressed."""
Tell = Callable[[Progress], None]


@dataclass(slots=True)
class _Task:
    """One input on its way through a shard."""

    input: Input
    page: RawPage | None = None
    """Null where its bytes could not be read."""
    result: Judged | None = None


class Recleaned:
    """The staged shards of a reprocess; of each document the rows that count are in one of them."""

    def __init__(self, bucket: Bucket, run: str) -> None:
        """What stands staged under the run is looked up."""
        self.bucket = bucket
        self.skipped = 0
        """Nothing is skipped in a reprocess."""
        self.cpu_s = 0.0
        """CPU seconds that the workers took."""
        self._run = run
        self._shard: dict[str, int] = {}
        self._fingerprints: dict[str, tuple[tuple[str, raw.RawRef], ...]] = {}
        self._numbers = staged.shards(bucket, run)
        for number in self._numbers:
            self._take_up(number)

    def bring(self, candidates: Sequence[Candidate], settings: Settings, tell: Tell) -> None:
        """Clean every document that is not staged as it is now, and leave out all others that are staged."""
        ids = {candidate.id for candidate in candidates}
        self._shard = {id_: number for id_, number in self._shard.items() if id_ in ids}
        todo = [each for each in candidates if self._fingerprint(each.id) != each.fingerprint]
        done = len(candidates) - len(todo)
        if not todo:
            return
        build = judge_factory(pipeline_of(settings))
        with Judges(build, workers=workers_of(settings), config=settings.isolation) as judges:
            for group in _shards(todo, settings.run.shard_documents):
                self._clean(group, judges)
                done += len(group)
                tell(Progress(done, len(candidates), group[-1].inputs[-1].name))
            self.cpu_s += judges.cpu_s

    def tables(self, columns: Sequence[str] | None = None) -> Iterator[tuple[int, pa.Table]]:
        """Number and rows of each shard that has any that count, one at a time."""
        for number in sorted(set(self._shard.values())):
            yield number, self.table(number, columns)

    def table(self, number: int, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of one shard that count."""
        wanted = None if columns is None else list(dict.fromkeys(["id", *columns]))
        rows = staged.read_table(self.bucket, self._run, number, wanted)
        here = [self._shard.get(id_) == number for id_ in rows["id"].to_pylist()]
        rows = rows.filter(pa.array(here, pa.bool_()))
        return rows if columns is None else rows.select(list(columns))

    def failures(self) -> list[str]:
        """One sentence for each input that could not be cleaned again."""
        found = []
        for _, rows in self.tables(["kind", "source", "name", "reason", "detail"]):
            failed = rows.filter(pc.equal(rows["kind"], "failed")).to_pylist()
            found += [f"{row['source']}/{row['name']}: {row['detail'] or row['reason']}" for row in failed]
        return sorted(found)

    def _fingerprint(self, id_: str) -> tuple[tuple[str, raw.RawRef], ...] | None:
        return self._fingerprints[id_] if id_ in self._shard else None

    def _take_up(self, number: int) -> None:
        """Know what a shard holds, but for documents that failed: those are tried again."""
        rows = staged.read_table(self.bucket, self._run, number, ["id", "raw_sha256", "raw_ref", "kind"])
        failed = set(rows.filter(pc.equal(rows["kind"], "failed"))["id"].to_pylist())
        found: dict[str, list[tuple[str, raw.RawRef]]] = {}
        for row in rows.to_pylist():
            ref = raw_ref_of(row["raw_ref"])
            if row["id"] not in failed and ref is not None:
                found.setdefault(row["id"], []).append((row["raw_sha256"], ref))
        for id_, inputs in found.items():
            self._shard[id_], self._fingerprints[id_] = number, tuple(sorted(inputs, key=repr))

    def _clean(self, group: Sequence[Candidate], judges: Judges) -> None:
        tasks = [_Task(each) for candidate in group for each in candidate.inputs]
        for task, result in judges.judge(_read(self.bucket, tasks)):
            task.result = result
        broken = {task.input.id: task for task in tasks if not _is_judged(task)}
        number = max(self._numbers, default=-1) + 1
        staged.write(self.bucket, self._run, number, [_staged(task, broken.get(task.input.id)) for task in tasks])
        self._numbers.append(number)
        for candidate in group:
            self._shard[candidate.id], self._fingerprints[candidate.id] = number, candidate.fingerprint


def _shards(candidates: Sequence[Candidate], most: int) -> Iterator[list[Candidate]]:
    """The documents in the order in which their bytes are stored, in lists of bounded size."""
    held: list[Candidate] = []
    count = size = 0
    for candidate in sorted(candidates, key=lambda each: (each.inputs[-1].raw_ref.key, each.inputs[-1].raw_ref.offset)):
        own = sum(each.raw_ref.length for each in candidate.inputs)
        if held and (count + len(candidate.inputs) > most or size + own > SHARD_BYTES):
            yield held
            held, count, size = [], 0, 0
        held.append(candidate)
        count, size = count + len(candidate.inputs), size + own
    if held:
        yield held


def _read(bucket: Bucket, tasks: Iterable[_Task]) -> Iterator[tuple[_Task, RawPage]]:
    """The pages of the inputs; one whose bytes are gone or damaged is passed over, with its failure noted."""
    for task in tasks:
        try:
            task.page = raw.read(bucket, task.input.raw_ref)
        except RetiredError as error:
            task.result = Failed("unreadable", f"its stored bytes were {error.told}")
        except KeyMissingError as error:
            task.result = Failed("unreadable", f"its stored bytes are gone: {error}")
        except DamagedError as error:
            task.result = Failed("unreadable", f"its stored bytes are damaged: {error}")
        else:
            yield task, task.page


def _is_judged(task: _Task) -> bool:
    return task.result is not None and not isinstance(task.result, Failed)


def _staged(task: _Task, broken: _Task | None) -> StagedPage:
    """The row of an input; where one of a document fails all of them do: which of them is its head can't be told."""
    given, page = task.input, task.page
    result = task.result if broken is None else _failure(task, broken)
    if result is None or isinstance(result, Failed):
        raise RuntimeError(f"{given.name} was not judged")
    return StagedPage(
        id=given.id,
        source=given.source,
        name=given.name,
        url=given.url,
        raw_sha256=given.raw_sha256,
        raw_ref=given.raw_ref,
        fetched_at=given.fetched_at,
        modified_at=page.modified_at if page else None,
        result=result,
        content_sha256=content_sha256(result.document) if isinstance(result, Cleaned) else None,
    )


def _failure(task: _Task, broken: _Task) -> Failure:
    if isinstance(task.result, Failed):
        return Failure(task.result.reason, task.result.detail)
    return Failure("unreadable", f"another input of the same document failed: {broken.input.name}")
