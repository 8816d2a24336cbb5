"""`winnow up`: the service with a browser UI, schedules and forms."""

import os
from dataclasses import dataclass
from pathlib import Path

import click

from flows.cli.console import Recorded, config_option


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    corpus: str | None
    port: int
    postgres: str | None
    state: str | None
    config: str | None


@click.command(cls=Recorded)
@click.option(
    "--corpus", metavar="CORPUS", help="Folder or s3://bucket/prefix; else WINNOW_CORPUS, else settings, else ./corpus."
)
@click.option(
    "--port", type=click.IntRange(1, 65534), default=4200, show_default=True, help="Port of the UI; the next is for pages."
)
@click.option(
    "--postgres",
    metavar="URL",
    help="Where Prefect keeps schedules and runs; else WINNOW_POSTGRES (if it has a password), else SQLite.",
)
@click.option("--state", metavar="DIR", help="Folder of the service's own files; else $XDG_STATE_HOME/winnow.")
@config_option
def command(order: Order) -> None:
    """Start the service: a UI in the browser, schedules, forms. Ctrl-C stops it.

    Starts a Prefect server on the loopback and a worker, registers what can be run, and prints the UI's address when all is
    ready. A run that was cut off when the service was killed goes on when it is started again.
    """
    from flows.environment import POSTGRES, has_password
    from flows.runs.settings import read
    from flows.server import ServiceConfig, state_folder, up

    if order.postgres is not None and has_password(order.postgres):
        raise click.UsageError(
            f"everybody on this machine can see a password on a command line: leave it out there, and put it into PGPASSWORD or "
            f"~/.pgpass, or the whole URL into {POSTGRES}"
        )
    settings = read(order.config, given={} if order.corpus is None else {"corpus.location": order.corpus}).settings
    location = settings.corpus.location
    config = ServiceConfig(
        corpus=location if "://" in location else str(Path(location).resolve()),
        port=order.port,
        postgres=order.postgres or os.environ.get(POSTGRES) or None,
        settings=order.config,
        state=state_folder() if order.state is None else Path(order.state).resolve(),
    )
    up(config, click.echo)
