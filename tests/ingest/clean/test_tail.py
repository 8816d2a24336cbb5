"""What the lines from one on say together."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.clean.features import columns_of, wording_columns
from ingest.clean.lines import read
from ingest.clean.outline import outline
from ingest.clean.pages import Pages, pages_together
from ingest.clean.shape import Column
from ingest.clean.tail import NONE, REGISTER, tail_columns
from ingest.records import Block

OWN = "The council decided on Tuesday evening that the old mill by the river will be restored over the next two years."
LOUD = "what a waste of money!!! who asked for this?? nobody i know wants that old ruin near the river.."


def page_of(lines: list[str]) -> tuple[Pages, dict[str, Column]]:
    page = pages_together([outline(read([Block(line) for line in lines]), None, None)])
    return page, columns_of(page) | wording_columns(page, np.zeros(len(lines), np.float32))


def tail_of(lines: list[str], sure: list[float]) -> dict[str, Column]:
    page, columns = page_of(lines)
    return tail_columns(page, np.array(sure, np.float32), columns)


def test_the_verdict_on_all_that_follows_falls_where_the_article_ends() -> None:
    tail = tail_of([OWN] * 4 + [LOUD] * 6, [0.97] * 4 + [0.5] * 6)
    assert tail["tail_odds"][3] > tail["tail_odds"][4]
    assert tail["tail_contrast"][4] > tail["tail_contrast"][1]
    np.testing.assert_allclose(tail["tail_odds"][4:], 0.0, atol=1e-6)


def test_the_surest_row_to_come_tells_whether_the_article_goes_on() -> None:
    shares = [0.97] * 4 + [0.5] * 3
    ends, goes_on = tail_of([OWN] * 4 + [LOUD] * 6, [*shares, 0.5, 0.5, 0.5]), tail_of([OWN] * 10, [*shares, 0.97, 0.97, 0.97])
    assert ends["tail_best_run"][5] < 0.1 < goes_on["tail_best_run"][5]
    assert ends["tail_best"][5] < 0.1 < goes_on["tail_best"][5]


def test_a_change_of_register_shows() -> None:
    tail = tail_of([OWN] * 9 + [LOUD] * 8, [0.97] * 9 + [0.5] * 8)
    assert tail["near_loud_contrast"][11] > 0.5
    assert abs(tail["near_loud_contrast"][1]) < 1e-6


def test_a_page_of_short_lines_has_no_rows() -> None:
    tail = tail_of(["Menu", "Sport", "Weather"], [0.1, 0.2, 0.3])
    np.testing.assert_array_equal(tail["tail_best_run"], np.full(3, NONE, np.float32))
    np.testing.assert_array_equal(tail["tail_odds"], np.full(3, NONE, np.float32))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([OWN, LOUD, "Menu", "-", "…"]), st.floats(0, 1)), min_size=1, max_size=30))
def test_every_value_is_a_number(lines: list[tuple[str, float]]) -> None:
    tail = tail_of([line for line, _ in lines], [share for _, share in lines])
    assert all(np.isfinite(values).all() and len(values) == len(lines) for values in tail.values())
    assert {f"near_{name}" for name in REGISTER} <= set(tail)
