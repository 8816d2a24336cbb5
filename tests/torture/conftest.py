"""The scene, and how thoroughly it is tortured: WINNOW_TORTURE=full by `make torture`, else a sample that CI has time for."""

import os
from pathlib import Path

import pytest

from tests.torture import scene, victims

FULL = os.environ.get("WINNOW_TORTURE") == "full"


@pytest.fixture(scope="session")
def town(tmp_path_factory) -> Path:
    """The scene's folder, made by a victim that lives, so that this process keeps its judges."""
    folder = tmp_path_factory.mktemp("town")
    maker = victims.CONTEXT.Process(target=_make, args=(folder,))
    maker.start()
    maker.join(120)
    assert maker.exitcode == 0
    return folder


def _make(folder: Path) -> None:
    scene.here()
    scene.make(folder)
