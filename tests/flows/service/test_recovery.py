"""What the next start makes of runs that a killed service left."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

from prefect.client.schemas.objects import StateType

from flows.recovery import MOST_BEGINNINGS, recover


class FakeClient:
    """Keeps what is done to its runs."""

    def __init__(self, *runs: SimpleNamespace) -> None:
        self.runs = list(runs)
        self.states: list[tuple[object, str]] = []
        self.deleted: list[object] = []

    async def read_flow_runs(self, *, flow_run_filter, limit: int, offset: int, **_: object) -> list[SimpleNamespace]:
        wanted = flow_run_filter.state.type.any_
        return [run for run in self.runs if run.state_type in wanted][offset : offset + limit]

    async def set_flow_run_state(self, run: object, state, *, force: bool) -> None:
        assert force
        self.states.append((run, state.name))

    async def delete_flow_run(self, run: object) -> None:
        self.deleted.append(run)


def run(state: StateType, beginnings: int = 1, *, minutes: int = 0, deployment: object = None) -> SimpleNamespace:
    return SimpleNamespace(
        id=uuid4(),
        name="a",
        state_type=state,
        run_count=beginnings,
        deployment_id=deployment,
        auto_scheduled=True,
        expected_start_time=datetime.now(UTC) + timedelta(minutes=minutes),
    )


def test_a_run_that_was_at_work_crashes_and_is_put_back() -> None:
    working, pending = run(StateType.RUNNING), run(StateType.PENDING, 0)
    client = FakeClient(working, pending)
    asyncio.run(recover(client, "winnow"))
    assert client.states == [(each.id, name) for each in (working, pending) for name in ("Crashed", "AwaitingRetry")]


def test_a_run_that_kills_the_service_every_time_is_left_to_a_person() -> None:
    deadly = run(StateType.RUNNING, MOST_BEGINNINGS)
    client = FakeClient(deadly)
    asyncio.run(recover(client, "winnow"))
    assert client.states == [(deadly.id, "Crashed")]


def test_a_run_that_was_being_cancelled_is_cancelled() -> None:
    stopping = run(StateType.CANCELLING)
    client = FakeClient(stopping)
    asyncio.run(recover(client, "winnow"))
    assert client.states == [(stopping.id, "Cancelled")]


def test_of_missed_runs_each_deployment_makes_up_for_one() -> None:
    one, other = uuid4(), uuid4()
    missed = [run(StateType.SCHEDULED, 0, minutes=-minutes, deployment=one) for minutes in (30, 10, 20)]
    kept = [run(StateType.SCHEDULED, 0, minutes=minutes, deployment=one) for minutes in (5, 15)]
    lone = run(StateType.SCHEDULED, 0, minutes=-90, deployment=other)
    client = FakeClient(*missed, *kept, lone)
    asyncio.run(recover(client, "winnow"))
    assert client.deleted == [missed[0].id, missed[2].id]
    assert client.states == []
