"""The command as a person calls it, and a corpus as a stranger's code reads it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

WINNOW = str(Path(sys.executable).parent / "winnow")
Winnow = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def winnow() -> Winnow:
    """Calls `winnow` with arguments; keyword arguments go to subprocess.run."""

    def call(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        command = [WINNOW, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, **options)

    return call


@pytest.fixture(scope="session")
def ingest(winnow: Winnow) -> Callable[..., dict[str, Any]]:
    """Ingests and returns the report; any exit code but 0 and 1 fails."""

    def call(*arguments: str | Path, **options: Any) -> dict[str, Any]:
        done = winnow("ingest", *arguments, "--json", **options)
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout)

    return call
