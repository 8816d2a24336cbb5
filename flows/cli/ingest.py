"""`winnow ingest`: raw articles in, a clean versioned corpus out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from flows.cli.console import Recorded, config_option, console, escaped_json, notices

if TYPE_CHECKING:
    from flows.runs.settings import Settings
    from flows.runs.sources import SourceConfig

EXIT_FAILED = 1
EXIT_REFUSED = 3


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    paths: tuple[str, ...]
    only: tuple[str, ...]
    into: str | None
    source: str | None
    workers: int | None
    limit: int | None
    dry_run: bool
    field: tuple[str, ...]
    config: str | None
    as_json: bool

    def sources(self, settings: "Settings") -> "tuple[SourceConfig, ...]":
        """The configured sources that it asks for: all without a path."""
        from flows.runs.sources import chosen

        if self.paths and self.only:
            raise click.UsageError("give PATHs, or --only SLUG, not both: paths are no configured sources")
        if self.paths:
            return ()
        if self.source is not None:
            raise click.UsageError("--source names the source of PATHs, and none is given; a configured source has its slug")
        found = chosen(settings.source, self.only)
        if not found:
            raise click.UsageError("nothing to ingest: give a PATH, or name sources by [[source]] tables in winnow.toml")
        return found

    def given(self) -> dict[str, object]:
        """The settings among it, by path."""
        found: dict[str, object] = {}
        if self.into is not None:
            found["corpus.location"] = self.into
        if self.workers is not None:
            found["run.workers"] = self.workers
        for entry in self.field:
            key, separator, name = entry.partition("=")
            if not (separator and key and name):
                raise click.BadParameter(f"{entry!r} is not of the form KEY=NAME, such as text=body", param_hint="--field")
            found[f"load.fields.{key}"] = [*found.get(f"load.fields.{key}", []), name]  # type: ignore[misc]
        return found


@click.command(cls=Recorded)
@click.argument("paths", nargs=-1, metavar="[PATH…]")
@click.option("--only", multiple=True, metavar="SLUG", help="Of the [[source]] tables in the settings, take this; repeatable.")
@click.option(
    "--into", "--corpus", "into", metavar="CORPUS", help="Folder or s3://bucket/prefix; else WINNOW_CORPUS, else ./corpus."
)
@click.option(
    "--source",
    metavar="NAME",
    help="Name of the source of PATHs; else that of the given folder, for a file its parent's, for a URL its host.",
)
@click.option("--workers", type=click.IntRange(min=0), metavar="N", help="Worker processes; 0: one per core.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Take the first N inputs only.")
@click.option(
    "--dry-run",
    is_flag=True,
    help="Tell what would happen; write nothing to the corpus. Feeds and lists are fetched, pages are not.",
)
@click.option(
    "--field",
    multiple=True,
    metavar="KEY=NAME",
    help="Where a JSON record holds what: text=body, html=…, url=…, id=…; repeatable.",
)
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON; no progress.")
def command(order: Order) -> None:
    """Clean files, folders, pages of the web and configured sources into a corpus.

    PATHs are files or folders of .txt, .html(.gz), .jsonl(.gz|.zst), on disk or s3://bucket/folder, and URLs of pages, mixed;
    without any, all sources that the settings name by [[source]] tables are taken, or with --only some of them. Pages are
    fetched as sites allow it; that needs fetch.contact in the settings. The same command again goes on where a killed run
    stopped, and skips what has not changed. Ends with 0: every input is accounted for; 1: an input could not be read or fetched,
    or the store failed; 2: wrong usage or settings; 3: the quality gate refused the run.
    """
    from flows.cli.progress import shown
    from flows.cli.summary import print_report
    from flows.runs.report import IngestRequest
    from flows.runs.settings import read

    settings = read(order.config, given=order.given()).settings
    sources = order.sources(settings)
    # After the settings: it takes a second to import, and a fault in them should be told at once.
    from flows.runs.ingest import ingest

    where, workers = settings.corpus.location, settings.run.workers
    request = IngestRequest(order.paths, where, order.source, order.limit, order.dry_run, workers, sources)
    with shown(notices(), quiet=order.as_json) as show:
        report = ingest(request, settings, show)
    if order.as_json:
        click.echo(escaped_json(report.to_json()))
    else:
        print_report(report, console())
    if report.gate_refused is not None:
        raise click.exceptions.Exit(EXIT_REFUSED)
    if report.failed:
        raise click.exceptions.Exit(EXIT_FAILED)
