"""One run of ingestion, from paths and sources to a commit: the order of its steps stands in `ingest`.

    plan → shards (read or fetch, store raw, judge, stage) → decide → gate → commit → report

Everything before the commit is invisible to readers; a run that is killed anywhere is taken up by the same command.
"""

from collections.abc import Callable
from dataclasses import replace

from flows.runs import plan as plans
from flows.runs.inputs import planned_inputs
from flows.runs.openers import ANYWHERE
from flows.runs.plan import Plan
from flows.runs.report import IngestRequest, Progress, Report
from flows.runs.settings import Settings
from flows.runs.settle import recount, settle, with_lag
from flows.runs.shards import Fetch, Reading
from flows.runs.staging import Staging
from flows.runs.state import State, peek_state, read_state
from flows.runs.stopwatch import Stopwatch
from flows.runs.tally import MAX_MESSAGES
from flows.runs.web import Web
from flows.runs.wiring import open_corpus, pipeline_of, workers_of
from ingest.isolate import Judges
from ingest.stages import config_id_of, judge_factory
from storage import keys, staged
from storage.tables import Corpus

Tell = Callable[[Progress], None]


def ingest(request: IngestRequest, settings: Settings, progress: Tell = lambda _step: None) -> Report:
    """Bring inputs into a corpus, in one atomic commit.

    Raises: IngestError, StorageError, RunIsAliveError, each with a sentence for the user; KeyboardInterrupt leaves staged work.
    """
    stopwatch = Stopwatch()
    pipeline = pipeline_of(settings)
    with Web(request, settings) as web:
        inputs = planned_inputs(request, pipeline.load, progress)
        corpus = open_corpus(request.corpus, settings, create=not request.dry_run)
        inputs += web.listed(corpus.bucket if corpus else None, progress)
        plan = plans.new_plan(inputs, config_id_of(pipeline), settings.run.shard_documents, request.limit)
        if corpus is None or request.dry_run:
            return _tried(plan, corpus, settings, stopwatch, progress)
        plan = _claimed(plan, corpus)
        staging = Staging(corpus.bucket, plan.run)
        report = recount(plan, corpus)
        if report is None:
            _stage(plan, read_state(corpus), staging, settings, web.fetch, Counting(plan, progress))
            report = settle(plan, corpus, staging, settings, dry_run=False)
            report = replace(report, messages=(*report.messages, *staging.notes)[:MAX_MESSAGES])
        report = stopwatch.stamp(with_lag(report, corpus), staging)
        _end(plan, corpus, report)
        return report


def _tried(plan: Plan, corpus: Corpus | None, settings: Settings, stopwatch: Stopwatch, progress: Tell) -> Report:
    """What a dry run finds out: what would become of the inputs that lie here, and what would be fetched."""
    urls = plan.fetched
    plan = replace(plan, inputs=plan.local)
    staging = Staging(None, plan.run)
    state = peek_state(corpus) if corpus else State()
    _stage(plan, state, staging, settings, None, Counting(plan, progress))
    report = stopwatch.stamp(settle(plan, corpus, staging, settings, dry_run=True), staging)
    room = None if plan.limit is None else max(0, plan.limit - report.inputs)
    told = tuple(f"would fetch {planned.location}" for planned in urls[:room])
    return replace(report, would_fetch=len(told), messages=(*report.messages, *told[:MAX_MESSAGES]))


class Counting:
    """Tells how many of a plan's pages are done."""

    def __init__(self, plan: Plan, progress: Tell) -> None:
        pages = [planned.pages for planned in plan.inputs]
        known = None if None in pages else sum(count for count in pages if count is not None)
        self._total = known if plan.limit is None or known is None else min(known, plan.limit)
        self._done = 0
        self._progress = progress

    def __call__(self, pages: int, name: str) -> None:
        """Add pages that were just done; the last was `name`."""
        self._done += pages
        self._progress(Progress(self._done, self._total, name))


def _claimed(plan: Plan, corpus: Corpus) -> Plan:
    """The plan to work on: this one, or that of a dead run of the same inputs, taken over."""

    def is_committed(dead: Plan) -> bool:
        return corpus.log.of_run(dead.run, after=dead.base_seq) is not None

    return plans.claim(corpus.bucket, replace(plan, base_seq=corpus.roll()), is_committed)


def _stage(
    plan: Plan, state: State, staging: Staging, settings: Settings, fetch: Fetch | None, tell: Callable[[int, str], None]
) -> None:
    """Read or fetch, store, judge and stage every input of the plan."""
    pipeline = pipeline_of(settings)
    with Judges(judge_factory(pipeline), workers=workers_of(settings), config=settings.isolation) as judges:
        shard_s = settings.fetch.shard_s
        note = staging.notes.append
        reading = Reading(plan, state, pipeline, ANYWHERE, judges.judge, staging.bucket, fetch, shard_s, tell, note)
        for shard in reading.shards():
            staging.add(shard)
        staging.cpu_s = judges.cpu_s


def _end(plan: Plan, corpus: Corpus, report: Report) -> None:
    """Record what the run did, and remove what only an unfinished run needs."""
    corpus.bucket.put(keys.run_record(plan.run), report.to_json().encode())
    staged.remove(corpus.bucket, plan.run)
    corpus.bucket.delete(keys.run_plan(plan.run))
