"""Turns at a host: one at a time, with a gap, whoever asks."""

import asyncio
import time
from itertools import pairwise

import pytest

from ingest.errors import FetchError
from ingest.fetch.politeness import MAX_HOLD_S, Politeness

GAP_S = 0.15


async def turns(politeness: Politeness, host: str, log: list[tuple[float, float]], count: int = 1) -> None:
    for _ in range(count):
        async with politeness.turn(host, GAP_S):
            start = time.time()
            await asyncio.sleep(0)
            log.append((start, time.time()))


def gaps(log: list[tuple[float, float]]) -> list[float]:
    ordered = sorted(log)
    return [after[0] - before[1] for before, after in pairwise(ordered)]


def test_turns_at_a_host_keep_the_gap_and_hosts_do_not_wait_for_each_other(tmp_path):
    one, two = [], []

    async def both():
        politeness = Politeness(tmp_path, 10)
        await asyncio.gather(turns(politeness, "a", one), turns(politeness, "a", one), turns(politeness, "b", two))

    asyncio.run(both())
    assert min(gaps(one)) >= GAP_S - 0.005
    assert two[0][0] < max(start for start, _ in one)


def test_two_processes_take_turns_too(tmp_path):
    log = []

    async def both():
        # Each has locks of its own, as processes have; files are all that they share.
        await asyncio.gather(*(turns(Politeness(tmp_path, 10), "a", log, 2) for _ in range(2)))

    asyncio.run(both())
    assert len(log) == 4
    assert min(gaps(log)) >= GAP_S - 0.005


def test_the_gap_holds_for_the_next_process(tmp_path):
    log = []
    for _ in range(2):
        asyncio.run(turns(Politeness(tmp_path, 10), "a", log))
    assert min(gaps(log)) >= GAP_S - 0.005


def test_a_request_that_never_ended_counts_from_its_start(tmp_path):
    async def killed():
        turn = Politeness(tmp_path, 10).turn("a", GAP_S)
        await turn.__aenter__()
        state = {path.suffix: path.read_bytes() for path in tmp_path.iterdir()}
        await turn.__aexit__(None, None, None)
        return state

    before = time.time()
    state = asyncio.run(killed())
    (path,) = tmp_path.glob("*.json")
    path.write_bytes(state[".json"])
    log = []
    asyncio.run(turns(Politeness(tmp_path, 10), "a", log))
    assert log[0][0] - before >= GAP_S - 0.005


def held(folder, seconds: float, max_wait_s: float, clock=time.time) -> None:
    async def hold():
        async with Politeness(folder, max_wait_s, clock).turn("a", 0) as turn:
            turn.hold_s = seconds

    asyncio.run(hold())


def test_a_host_that_asks_to_be_left_alone_is_by_every_process(tmp_path):
    start, log = time.time(), []
    held(tmp_path, 0.3, 10)
    asyncio.run(turns(Politeness(tmp_path, 10), "a", log))
    assert log[0][0] - start >= 0.29


def test_a_host_that_asks_for_more_patience_than_there_is_fails_at_once(tmp_path):
    held(tmp_path, 3600, 10)
    with pytest.raises(FetchError) as caught:
        asyncio.run(turns(Politeness(tmp_path, 10), "a", []))
    assert caught.value.why.reason == "told-to-wait"


def test_no_hold_is_longer_than_a_day(tmp_path):
    now = [1_000_000.0]
    held(tmp_path, 10**9, 10, lambda: now[0])
    now[0] += MAX_HOLD_S + 1
    held(tmp_path, 0, 10, lambda: now[0])


def test_a_clock_that_was_set_back_costs_one_gap(tmp_path):
    now = [2_000_000.0]
    held(tmp_path, 0, 10, lambda: now[0])
    now[0] -= 1_000_000
    assert Politeness(tmp_path, 10, lambda: now[0])._left("a", 5.0) == 5.0


def test_a_damaged_state_costs_one_gap(tmp_path):
    asyncio.run(turns(Politeness(tmp_path, 10), "a", []))
    (path,) = tmp_path.glob("*.json")
    path.write_text("{")
    log, start = [], time.time()
    asyncio.run(turns(Politeness(tmp_path, 10, time.time), "a", log))
    assert log[0][0] - start >= GAP_S - 0.005
