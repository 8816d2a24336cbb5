"""The environment of the service's processes: Prefect's settings, none of which the user's own Prefect can disturb."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from ingest.errors import ConfigError

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
FOREIGN = ("PREFECT_API_KEY", "PREFECT_PROFILE", "PREFECT_API_DATABASE_", "PREFECT_SERVER_DATABASE_")
"""How names of variables start in which the user's shell may speak of another server."""
POSTGRES = "WINNOW_POSTGRES"
"""Variable with the database's URL: the place for one that holds a password."""
SECRET = (POSTGRES, "PGPASSWORD", "PGPASSFILE")
"""What the server alone needs: the worker and what it starts never see the way into the database."""
SCHEMES = frozenset({"postgres", "postgresql", "postgresql+asyncpg"})


def environment(url: str, state: Path, base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables of a process that belongs to the service at `url`."""
    found = {name: value for name, value in base.items() if not name.startswith(FOREIGN) and name not in SECRET}
    found |= FIXED
    found["PREFECT_HOME"] = str(state / "prefect")
    found["PREFECT_API_URL"] = f"{url}/api"
    # Links lead to the interface that a browser gets by default.
    found["PREFECT_UI_URL"] = f"{url}/v2"
    found["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] = f"{url},{url.replace('127.0.0.1', 'localhost')}"
    return found


def database(postgres: str | None, base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What the server needs beside that to reach its database; SQLite needs nothing. Raises: ConfigError, see `asynchronous`."""
    if postgres is None:
        return {}
    passed = {name: base[name] for name in SECRET[1:] if name in base}
    return {**passed, "PREFECT_SERVER_DATABASE_CONNECTION_URL": asynchronous(postgres)}


def asynchronous(postgres: str) -> str:
    """The URL with the driver that Prefect needs, and with that driver's word for libpq's `sslmode`.

    Raises: ConfigError, which repeats nothing of it, for what is no URL of a PostgreSQL database.
    """
    try:
        parts = urlsplit(postgres)
        is_whole = parts.scheme in SCHEMES and parts.path.strip("/") and (parts.port is None or parts.port > 0)
    except ValueError:
        is_whole = False
    if not is_whole:
        raise ConfigError("that is no URL of a PostgreSQL database: write postgresql://USER@HOST/DATABASE")
    place, mark, options = postgres.partition("://")[2].partition("?")
    words = (f"ssl={word[8:]}" if word.startswith("sslmode=") else word for word in options.split("&"))
    return f"postgresql+asyncpg://{place}{mark}{'&'.join(words)}"


def has_password(postgres: str) -> bool:
    """Whether a URL holds a password."""
    try:
        return urlsplit(postgres).password is not None or "password=" in postgres.partition("?")[2]
    except ValueError:
        return False
