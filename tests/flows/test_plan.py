"""Who works on a plan: one process at a time, and whoever finds a dead one's."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.runs import plan as plans
from flows.runs.plan import Owner, Plan, PlannedInput, RunIsAliveError
from storage.local import LocalBucket

INPUTS = (PlannedInput("desk", "a.txt", "/a.txt", 3, "ab", 1),)
DEAD = Owner(Owner.me().host, 2**22 + 1, "boot:1")
LIVING = Owner(Owner.me().host, os.getppid(), plans._start_of(os.getppid()) or "")
"""Another process that is at work."""


def plan(run: str, owner: Owner) -> Plan:
    return Plan(run, datetime.now(UTC), owner, "c", 500, None, INPUTS)


def never(_dead: Plan) -> bool:
    return False


@pytest.fixture
def bucket(tmp_path: Path) -> LocalBucket:
    return LocalBucket(tmp_path)


def test_a_living_run_of_the_same_inputs_is_left_alone(bucket: LocalBucket) -> None:
    plans.claim(bucket, plan("a", LIVING), never)
    with pytest.raises(RunIsAliveError, match="run a of the same inputs is at work"):
        plans.claim(bucket, plan("b", Owner.me()), never)
    assert [found.run for found in plans.unfinished(bucket)] == ["a"]


def test_a_dead_run_of_the_same_inputs_is_adopted(bucket: LocalBucket) -> None:
    plans.write(bucket, plan("a", DEAD))
    claimed = plans.claim(bucket, plan("b", Owner.me()), never)
    assert (claimed.run, claimed.owner) == ("a", Owner.me())


def test_a_process_adopts_its_own_run_that_the_store_cut_off(bucket: LocalBucket) -> None:
    plans.write(bucket, plan("a", Owner.me()))
    assert plans.claim(bucket, plan("b", Owner.me()), never).run == "a"


def test_a_dead_run_that_began_on_another_state_is_given_up(bucket: LocalBucket) -> None:
    plans.write(bucket, replace(plan("a", DEAD), base_seq=3))
    assert plans.claim(bucket, plan("b", Owner.me()), never).run == "b"
    assert [found.run for found in plans.unfinished(bucket)] == ["b"]


@pytest.mark.parametrize(("mine", "other", "goes_on"), [("a", "b", True), ("b", "a", False)])
def test_of_two_that_claim_at_once_one_goes_on(
    bucket: LocalBucket, monkeypatch: pytest.MonkeyPatch, mine: str, other: str, goes_on: bool
) -> None:
    written = plans.write

    def write_beside(target: LocalBucket, claimed: Plan) -> None:
        written(target, plan(other, Owner.me()))
        written(target, claimed)

    monkeypatch.setattr(plans, "write", write_beside)
    if goes_on:
        assert plans.claim(bucket, plan(mine, Owner.me()), never).run == mine
    else:
        with pytest.raises(RunIsAliveError):
            plans.claim(bucket, plan(mine, Owner.me()), never)
        assert [found.run for found in plans.unfinished(bucket)] == [other]
