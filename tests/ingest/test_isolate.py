"""Pages are judged in groups, and a poisonous one costs itself and none of those beside it."""

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from ingest.isolate import TOGETHER, TOGETHER_BYTES, IsolationConfig, Judges, _groups, judge_safely
from ingest.records import Failed, RawPage, Rejected

IN_WORKER = """lambda pages: [
    __import__("os")._exit(7) if page.body == b"crash"
    else [None for _ in iter(int, 1)] if page.body == b"hang"
    else __import__("ingest.records", fromlist=["Rejected"]).Rejected("clean", page.name)
    for page in pages
]"""
"""A judge that a worker can make: a module of tests cannot be imported there."""


def page(name: str, body: bytes = b"") -> RawPage:
    return RawPage("s", name, "text/plain", body)


def judged(bodies: Sequence[bytes], config: IsolationConfig) -> list[tuple[int, str]]:
    with Judges(partial(eval, IN_WORKER), workers=1, config=config) as judges:
        pages = [(number, page(f"page {number}", body)) for number, body in enumerate(bodies)]
        return [(tag, result.reason) for tag, result in judges.judge(pages) if isinstance(result, Rejected)]


def test_a_page_that_ends_its_worker_costs_none_of_its_group() -> None:
    found = judged([b"", b"", b"crash", b"", b"crash", b""], IsolationConfig())
    assert found == [(0, "page 0"), (1, "page 1"), (2, "crashed"), (3, "page 3"), (4, "crashed"), (5, "page 5")]


@pytest.mark.slow
def test_a_page_that_takes_too_long_costs_none_of_its_group() -> None:
    assert judged([b"", b"hang", b""], IsolationConfig(cpu_s=3)) == [(0, "page 0"), (1, "too-slow"), (2, "page 2")]


def failing(error: Exception) -> Callable[[Sequence[RawPage]], list[Rejected]]:
    def judge(pages: Sequence[RawPage]) -> list[Rejected]:
        if any(one.body == b"bad" for one in pages):
            raise error
        return [Rejected("clean", one.name) for one in pages]

    return judge


def test_an_error_on_one_page_fails_that_page_alone() -> None:
    first, bad, last = judge_safely([page("a"), page("b", b"bad"), page("c")], failing(ValueError("secret text")))
    assert (first, last) == (Rejected("clean", "a"), Rejected("clean", "c"))
    assert isinstance(bad, Failed)
    assert "ValueError" in bad.detail
    assert "secret" not in bad.detail


def test_a_page_that_needs_too_much_memory_is_rejected_alone() -> None:
    first, bad = judge_safely([page("a"), page("b", b"bad")], failing(MemoryError()))
    assert first == Rejected("clean", "a")
    assert isinstance(bad, Rejected)
    assert bad.reason == "too-much-memory"


def test_groups_are_bounded_in_pages_and_bytes_and_keep_the_order() -> None:
    sizes = [10] * 40 + [TOGETHER_BYTES + 1, 10, TOGETHER_BYTES, 10]
    groups = list(_groups(((number, page("x", b"x" * size)) for number, size in enumerate(sizes)), TOGETHER))
    assert [number for group in groups for number, _ in group] == list(range(len(sizes)))
    assert all(len(group) <= TOGETHER for group in groups)
    assert all(len(group) == 1 or sum(len(one.body) for _, one in group) <= TOGETHER_BYTES for group in groups)
