"""The floors of benchmarks/baseline.json hold on the development data."""

from pathlib import Path

import pytest

from benchmarks.quality import COMMANDS, measure, shortfalls


@pytest.mark.slow
@pytest.mark.shared
def test_no_figure_is_below_its_floor(shared: Path) -> None:
    assert shortfalls([measure(shared.resolve(), command) for command in COMMANDS]) == []
