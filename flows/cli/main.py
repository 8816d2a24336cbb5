"""The winnow command: finds the verb, turns errors into one sentence and an exit code.

0: every input is accounted for; 1: an input could not be read, the store failed, or an error of ours; 2: usage or settings;
3: the quality gate refused, or a
reprocess would change more or less than its preview said; 130: interrupted.
"""

import logging
import signal
import sys
from importlib import import_module
from types import TracebackType

import click

from flows.errors import FlowError, FolderError, NotFoundError, PlanError
from ingest.errors import ConfigError, GoldError, IngestError
from storage.errors import NotACorpusError, ReleaseError, StorageError, UnknownMomentError

VERBS = {
    "ingest": "flows.cli.ingest",
    "show": "flows.cli.show",
    "list": "flows.cli.list",
    "inspect": "flows.cli.inspect",
    "browse": "flows.cli.browse",
    "history": "flows.cli.history",
    "diff": "flows.cli.diff",
    "log": "flows.cli.log",
    "changes": "flows.cli.changes",
    "reprocess": "flows.cli.reprocess",
    "release": "flows.cli.release",
    "releases": "flows.cli.releases",
    "rollback": "flows.cli.rollback",
    "maintain": "flows.cli.maintain",
    "evaluate": "flows.cli.evaluate",
    "config": "flows.cli.config",
    "verify": "flows.cli.verify",
    "rebuild": "flows.cli.rebuild",
    "doctor": "flows.cli.doctor",
    "up": "flows.cli.up",
}
"""Verb → module that holds its `command`; imported when asked for."""
RESUMABLE = frozenset({"ingest", "browse", "release"})
"""Verbs whose work, done so far, is taken up by the same command."""
USAGE = (ConfigError, GoldError, NotACorpusError, ReleaseError, UnknownMomentError, NotFoundError, PlanError, FolderError)
"""What the user asked for cannot be: exit code 2."""


class Told(click.ClickException):
    """A failure as the user sees it: one sentence, and the code that tells what to do about it."""

    def __init__(self, error: Exception) -> None:
        super().__init__(f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error))
        self.exit_code: int = 2 if isinstance(error, USAGE) else 1  # type: ignore[misc]


class Verbs(click.Group):
    """A group whose commands are imported on first use and whose errors end as one sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The verbs in the order in which a person meets them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The verb's command; null where there is no such verb."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(VERBS[cmd_name]).command
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Runs the verb; what fails for a known cause ends as a message and its exit code."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            goes_on = " What is done so far stays: the same command goes on from there."
            click.echo(f"Interrupted.{goes_on if ctx.invoked_subcommand in RESUMABLE else ''}", err=True)
            raise click.exceptions.Exit(130) from None
        except (OSError, IngestError, StorageError, FlowError) as error:
            if ctx.params["debug"] or isinstance(error, BrokenPipeError):
                raise
            raise Told(error) from error


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="winnow-news", prog_name="winnow")
@click.option("--debug", is_flag=True, help="Show tracebacks and log messages.")
def cli(*, debug: bool) -> None:
    """Turn raw news pages into a clean, deduplicated, versioned corpus, with a reason for every cut."""
    logging.basicConfig(level=logging.DEBUG if debug else logging.ERROR, stream=sys.stderr)
    if debug:
        sys.excepthook = sys.__excepthook__


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        # Hostile text may hold what the terminal's encoding lacks.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.excepthook = _one_sentence
    # What systemd and Kubernetes send is meant as Ctrl-C is.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    cli()


def _one_sentence(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """What a user sees of an error of ours; the interpreter then ends with code 1."""
    click.echo(f"Error: winnow failed unexpectedly: {kind.__name__}: {error} (`winnow --debug …` shows where)", err=True)
