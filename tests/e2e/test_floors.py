"""The floors of benchmarks/baseline.json hold on the development data."""

from pathlib import Path

import pytest

from benchmarks.quality import floored, measure_all, shortfalls


@pytest.mark.slow
@pytest.mark.shared
def test_no_figure_is_below_its_floor(shared: Path) -> None:
    assert shortfalls(list(measure_all(shared.resolve(), floored()))) == []
