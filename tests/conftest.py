"""What all tests share: the development data beside the project, and that what is required does not skip."""

import os
from pathlib import Path

import pytest

from tests.seaweed import s3, seaweed  # noqa: F401 - fixtures for all tests

ROOT = Path(__file__).parent.parent


def is_required(what: str) -> bool:
    """Whether a test that lacks `what` must fail instead of skip."""
    return what in os.environ.get("WINNOW_REQUIRE", "").split(",")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of development data; skips, saying so, where it is absent."""
    folder = Path(os.environ.get("WINNOW_SHARED", ROOT.parent / "shared"))
    if not (folder / "bench").is_dir():
        if is_required("shared"):
            pytest.fail(f"WINNOW_REQUIRE names shared, but there is no development data at {folder}")
        pytest.skip(f"no development data at {folder}: set WINNOW_SHARED")
    return folder


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's own folder."""
    return ROOT
