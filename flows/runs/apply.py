"""Does what a preview showed: cleans what is left, looks again at what changed, and commits as one run."""

from collections.abc import Callable
from dataclasses import replace

import pyarrow.compute as pc

from flows.errors import AlreadyAppliedError, PlanError
from flows.runs import plan as plans
from flows.runs import previews
from flows.runs.engine import stamped
from flows.runs.plan import Plan
from flows.runs.previews import Preview
from flows.runs.publish import CODE
from flows.runs.reclean import Recleaned
from flows.runs.redecide import Redecided, redecide
from flows.runs.report import Progress, Report
from flows.runs.rework import ApplyRequest, bring_to_head, digest, run_of, select
from flows.runs.settings import Settings
from flows.runs.settle import counted, proposal, recount, told, with_lag
from flows.runs.stopwatch import Stopwatch
from flows.runs.survey import Candidate, survey
from flows.runs.wiring import open_known, pipeline_of
from ingest.stages import config_id_of
from storage import keys
from storage.errors import HeadMovedError, KeyMissingError
from storage.tables import Corpus

ROUNDING = 1e-9


def apply(request: ApplyRequest, settings: Settings, progress: Callable[[Progress], None] = lambda _step: None) -> Report:
    """Apply a plan, in one atomic commit; the same order finishes what was killed, and of two at once one is turned away.

    Where the changed share leaves the preview's interval nothing is committed, and the report's `gate_refused` says why.
    Raises: PlanError, AlreadyAppliedError, RunIsAliveError, StorageError, each with a sentence for the user.
    """
    stopwatch = Stopwatch()
    corpus, made = _approved(request, settings)
    choose = _Chosen(corpus, made, progress)
    run = run_of(made.plan, made.config_id, made.selected_sha256, made.base_seq, request.approved_by.strip())
    run = _claimed(corpus, made, run)
    recleaned = Recleaned(corpus.bucket, made.plan)
    report = _commit(made, run, choose, recleaned, settings, progress)
    report = replace(
        stopwatch.stamp(with_lag(report, corpus), recleaned), kind="reprocess", plan=made.plan, approved_by=run.approved_by
    )
    corpus.bucket.put(keys.run_record(run.run), report.to_json().encode())
    plans.give_up(corpus.bucket, run)
    return report


def _approved(request: ApplyRequest, settings: Settings) -> tuple[Corpus, Preview]:
    """The corpus, and the plan that may be applied. Raises: PlanError, AlreadyAppliedError."""
    if not request.approved_by.strip():
        raise PlanError("a plan is applied in somebody's name: say whose")
    corpus = open_known(request.corpus, settings)
    made = previews.read(corpus.bucket, request.plan)
    _check_not_applied(corpus, made)
    config_id = config_id_of(pipeline_of(settings))
    if (made.config_id, made.code) != (config_id, CODE):
        under = f"settings {made.config_id} of version {made.code}, today's are {config_id} of {CODE}"
        raise PlanError(f"plan {made.plan} was made under {under}: preview again, or take back what changed")
    return corpus, made


def _check_not_applied(corpus: Corpus, made: Preview) -> None:
    try:
        record = Report.from_json(corpus.bucket.get(keys.run_record(made.plan)).decode())
    except KeyMissingError:
        return
    if record.seq is not None:
        raise AlreadyAppliedError(
            f"plan {made.plan} was applied already, as commit {record.seq}, approved by {record.approved_by}: nothing was changed"
        )


def _claimed(corpus: Corpus, made: Preview, run: Plan) -> Plan:
    """The run, written as at work; that of a process that died is taken over. Raises: RunIsAliveError, AlreadyAppliedError."""
    run = plans.claim_alone(corpus.bucket, run)
    try:
        # Looked at again: another may have claimed, applied and gone since the first look.
        _check_not_applied(corpus, made)
    except AlreadyAppliedError:
        plans.give_up(corpus.bucket, run)
        raise
    return run


def _recounted(corpus: Corpus, run: Plan) -> Report | None:
    """The report of a run that was killed between its commit and its end; null where it has not committed."""
    report = recount(run, corpus)
    if report is None:
        return None
    decided = corpus.scan("decisions", ["status"], pc.field("run_id") == run.run)
    return replace(report, withdrawn=decided["status"].to_pylist().count("withdrawn"))


def _commit(
    made: Preview, run: Plan, choose: "_Chosen", recleaned: Recleaned, settings: Settings, progress: Callable[[Progress], None]
) -> Report:
    corpus = choose.corpus
    while True:
        report = _recounted(corpus, run)
        if report is not None:
            return report
        state, candidates = bring_to_head(corpus, choose, recleaned, settings, progress)
        progress(Progress(len(candidates), len(candidates), "deciding"))
        redecided = redecide(run, corpus, state, recleaned, candidates, pipeline_of(settings).dedup)
        base = stamped(Report(run_id=run.run, corpus=corpus.bucket.uri), settings)
        report = counted(base, recleaned, redecided.publication)
        refused = _refusal(made, redecided, len(candidates))
        report = replace(report, withdrawn=len(redecided.withdrawn), gate_refused=refused)
        if refused:
            return replace(report, outcomes=tuple(told(recleaned, redecided.publication)))
        if not candidates:
            return report
        try:
            return replace(report, seq=corpus.commit(proposal(run, corpus, recleaned, redecided.publication, report)))
        except HeadMovedError:
            continue


class _Chosen:
    """The documents of a plan that are still to be cleaned, as they stand at a commit."""

    def __init__(self, corpus: Corpus, made: Preview, progress: Callable[[Progress], None]) -> None:
        """Selects again what the plan selected. Raises: PlanError where that is no longer there."""
        progress(Progress(0, None, "looking for the documents"))
        self.corpus = corpus
        self._then = select(corpus, made.selection, made.config_id, made.base_seq)
        if digest(self._then.values()) != made.selected_sha256:
            raise PlanError(f"the corpus no longer holds what plan {made.plan} was made of: preview again")

    def __call__(self, at: int) -> list[Candidate]:
        """Each as it stands now; one that was withdrawn since stays so, for later edits win."""
        now = survey(self.corpus, at)
        return [
            now[id_]
            for id_, then in self._then.items()
            if id_ in now and (now[id_].standing, then.standing) not in _WITHDRAWN_SINCE
        ]


_WITHDRAWN_SINCE = {("withdrawn", "kept"), ("withdrawn", "duplicate")}


def _refusal(made: Preview, redecided: Redecided, documents: int) -> str | None:
    """Why nothing is committed, one sentence; null where the changed share is what the preview said."""
    share = redecided.affected / documents if documents else 0.0
    if not documents or made.low - ROUNDING <= share <= made.high + ROUNDING:
        return None
    said = f"the preview of {made.looked_at:,} said {made.low:.1%} to {made.high:.1%}"
    return f"{share:.1%} of {documents:,} documents would change, {said}: preview again, of more documents or all"
