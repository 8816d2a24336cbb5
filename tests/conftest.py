"""What all tests share: the development data beside the project, a real browser, and that what is required does not skip."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import postgres  # noqa: F401 - a fixture for all tests
from tests.seaweed import s3, seaweed  # noqa: F401 - fixtures for all tests

ROOT = Path(__file__).parent.parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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


@pytest.fixture(scope="module")
def browser() -> Iterator:
    """Chromium through Playwright; skips, saying so, where there is none.

    No longer than a module: as long as it lives no other test can run an event loop of its own.
    """
    if shutil.which(CHROMIUM) is None:
        if is_required("browser"):
            pytest.fail(f"WINNOW_REQUIRE names browser, but there is no {CHROMIUM}")
        pytest.skip(f"no browser at {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()
