"""The environment of the service's processes: Prefect's settings, none of which the user's own Prefect can disturb."""

import os
from collections.abc import Mapping
from pathlib import Path

HEARTBEAT_S = 30
"""A run that has not been heard of for longer than two of these is dead."""

FIXED = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # Relative: behind a proxy or on another port the UI must not call 4200.
    "PREFECT_SERVER_UI_API_URL": "/api",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_S),
    # The defaults write each event alone: three times the server's CPU for the same work.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE": "100",
    # A hundred by default, written in one transaction while SQLite answers 503 to everybody else who writes.
    "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_RUNS": "20",
    # How soon a waiting run of a source starts after the one before.
    "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "5",
    "PREFECT_WORKER_QUERY_SECONDS": "5",
    "PREFECT_CLI_COLORS": "false",
    "PREFECT_LOGGING_COLORS": "false",
}
FOREIGN = ("PREFECT_API_KEY", "PREFECT_PROFILE", "PREFECT_PROFILES_PATH", "PREFECT_API_DATABASE_CONNECTION_URL")
"""What the user's shell may say of another server."""


def environment(url: str, state: Path, postgres: str | None, base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables of a process that belongs to the service at `url`."""
    found = {name: value for name, value in base.items() if name not in FOREIGN}
    found |= FIXED
    found["PREFECT_HOME"] = str(state / "prefect")
    found["PREFECT_API_URL"] = f"{url}/api"
    # Links lead to the interface that a browser gets by default.
    found["PREFECT_UI_URL"] = f"{url}/v2"
    found["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] = f"{url},{url.replace('127.0.0.1', 'localhost')}"
    if postgres is not None:
        found["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = asynchronous(postgres)
    return found


def asynchronous(postgres: str) -> str:
    """The URL with the driver that Prefect needs; people write `postgres://` or `postgresql://`."""
    scheme, separator, rest = postgres.partition("://")
    return f"postgresql+asyncpg{separator}{rest}" if scheme in {"postgres", "postgresql"} else postgres
