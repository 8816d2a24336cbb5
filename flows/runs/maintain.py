"""Keeps a corpus tidy: tables at the head of the log, nothing left behind by runs that died.

Idempotent, and safe beside runs that are at work.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from flows.runs import plan as plans
from flows.runs.plan import Plan
from flows.runs.report import Progress
from flows.runs.settings import Settings
from flows.runs.settle import recount
from flows.runs.wiring import open_known
from storage import keys
from storage.compaction import merge
from storage.retention import retire
from storage.sweep import sweep
from storage.tables import Corpus

LEFT_AFTER = timedelta(hours=24)
"""What no commit names and is as old as this was left behind: no run takes so long from its staging to its commit."""
MOST = 20_000
"""Objects that are removed at once; the next call goes on."""

STEPS = 5


@dataclass(frozen=True, slots=True)
class Maintained:
    """What was done."""

    corpus: str
    seq: int
    """Commit at which all tables stand."""
    rolled: int = 0
    """Commits that at least one table had not taken."""
    merged: int = 0
    """Files of tables that were written into fewer ones."""
    removed: int = 0
    """Objects that no commit named."""
    retired: int = 0
    """Segments of raw pages that `[retention]` let go."""
    recorded: tuple[str, ...] = ()
    """Runs that had committed and died before they wrote what they did."""
    given_up: tuple[str, ...] = ()
    """Runs that died before their commit, a day ago or longer: the same command would begin them anew."""
    is_done: bool = True
    """Whether nothing is left to remove."""

    def to_json(self) -> str:
        """All of it as one JSON object."""
        return json.dumps(asdict(self))


def maintain(corpus: str, settings: Settings, progress: Callable[[Progress], None] = lambda _step: None) -> Maintained:
    """Roll every table, merge files, end what dead runs left half-done, remove what no commit names and no policy keeps.

    Raises: StorageError.
    """
    opened = open_known(corpus, settings)
    progress(Progress(0, STEPS, "rolling the tables"))
    stood = min(opened.applied().values())
    head = opened.roll(budget=None)
    progress(Progress(1, STEPS, "merging small files"))
    merged = merge(opened)
    progress(Progress(2, STEPS, "looking for runs that died"))
    now = datetime.now(UTC)
    before = now - LEFT_AFTER
    dead = [run for run in plans.unfinished(opened.bucket) if run.created_at < before and run.owner.is_dead(run.created_at)]
    recorded = tuple(run.run for run in dead if _record(opened, run))
    for run in dead:
        plans.give_up(opened.bucket, run)
    progress(Progress(3, STEPS, "removing what was left behind"))
    removed = sweep(opened, before, most=MOST)
    progress(Progress(4, STEPS, "looking for raw pages whose time is over"))
    unfinished = {run.run for run in plans.unfinished(opened.bucket)}
    retired = retire(opened, settings.retention, now, unfinished=unfinished, most=MOST)
    progress(Progress(STEPS, STEPS, "done"))
    return Maintained(
        corpus=opened.bucket.uri,
        seq=opened.roll(budget=None),
        rolled=head - stood,
        merged=merged,
        removed=len(removed),
        retired=len(retired),
        recorded=recorded,
        given_up=tuple(run.run for run in dead if run.run not in recorded),
        is_done=max(len(removed), len(retired)) < MOST,
    )


def _record(corpus: Corpus, run: Plan) -> bool:
    """Whether the run had committed; then what it did is written, unless it was before."""
    report = recount(run, corpus)
    if report is None:
        return False
    if corpus.bucket.head(keys.run_record(run.run)) is None:
        commit = corpus.log.read(report.seq or corpus.log.head())
        if commit.undoes is not None:
            report = replace(report, kind="rollback", undoes=commit.undoes, approved_by=run.approved_by)
        elif run.approved_by is not None:
            report = replace(report, kind="reprocess", plan=run.run, approved_by=run.approved_by)
        corpus.bucket.put(keys.run_record(run.run), report.to_json().encode())
    return True
