"""Clears up what a service that was killed left in Prefect's records, before the next one works.

Runs that it was at stand there as running for ever. They are marked as crashed, which gives back the place that they hold in
their source's queue, and put back on the schedule: the same parameters make the same command, which takes up what is staged.
"""

import logging
from collections import defaultdict
from datetime import UTC, datetime
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import AwaitingRetry, Cancelled, Crashed

log = logging.getLogger(__name__)

BEGUN = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
MOST_BEGINNINGS = 5
"""A run that was begun so often and never ended is what kills the service: it is left to a person."""
PAGE = 200


async def recover(client: PrefectClient, pool: str) -> None:
    """Puts the runs of a pool in order; nothing of it may be at work."""
    for run in await _runs(client, pool, BEGUN):
        await _revive(client, run)
    await _drop_missed(client, await _runs(client, pool, [StateType.SCHEDULED]))


async def _revive(client: PrefectClient, run: FlowRun) -> None:
    if run.state_type == StateType.CANCELLING:
        await client.set_flow_run_state(run.id, Cancelled(message="The service was stopped meanwhile."), force=True)
        return
    await client.set_flow_run_state(run.id, Crashed(message="The service was killed while this run was at work."), force=True)
    if run.run_count < MOST_BEGINNINGS:
        await client.set_flow_run_state(run.id, AwaitingRetry(scheduled_time=datetime.now(UTC)), force=True)
    log.warning("revived run=%s name=%s beginnings=%d", run.id, run.name, run.run_count)


async def _drop_missed(client: PrefectClient, scheduled: list[FlowRun]) -> None:
    """Of the runs that schedules missed while the service was down, leaves each deployment its latest."""
    missed: dict[UUID, list[FlowRun]] = defaultdict(list)
    now = datetime.now(UTC)
    for run in scheduled:
        if run.deployment_id and run.auto_scheduled and run.run_count == 0 and _due(run) < now:
            missed[run.deployment_id].append(run)
    for runs in missed.values():
        for run in sorted(runs, key=_due)[:-1]:
            await client.delete_flow_run(run.id)


def _due(run: FlowRun) -> datetime:
    return run.expected_start_time or datetime.max.replace(tzinfo=UTC)


async def _runs(client: PrefectClient, pool: str, types: list[StateType]) -> list[FlowRun]:
    wanted = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=types)))
    in_pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[pool]))
    found: list[FlowRun] = []
    while True:
        some = await client.read_flow_runs(
            flow_run_filter=wanted, work_pool_filter=in_pool, sort=FlowRunSort.ID_DESC, limit=PAGE, offset=len(found)
        )
        found += some
        if len(some) < PAGE:
            return found
