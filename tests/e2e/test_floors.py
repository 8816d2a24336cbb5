"""The floors of benchmarks/baseline.json hold: of cleaning on the development data, of the store on made corpora."""

from pathlib import Path

import pytest

from benchmarks.quality import ROOT, floored, measure, measure_all, shortfalls


@pytest.mark.slow
@pytest.mark.shared
def test_no_figure_is_below_its_floor(shared: Path) -> None:
    assert shortfalls(list(measure_all(shared.resolve(), floored()))) == []


@pytest.mark.slow
def test_no_figure_of_the_store_is_below_its_floor() -> None:
    # One after the other: each is compared with a peer that is measured beside it.
    assert shortfalls([measure(ROOT, command) for command in floored(of_store=True)]) == []
