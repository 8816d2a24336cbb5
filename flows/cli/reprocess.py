"""`winnow reprocess`: find out what cleaning documents again would change, and do it once somebody approves."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.cli.console import Recorded, config_option, console, corpus_option, escaped_json, notices, safe

if TYPE_CHECKING:
    from flows.runs.selection import Selection
    from flows.runs.settings import Settings

EXIT_FAILED = 1
EXIT_REFUSED = 3
DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def command() -> None:
    """Clean documents again from stored bytes: preview first, then apply."""


@dataclass(frozen=True, slots=True)
class PreviewOrder:
    """What the command line says."""

    site: tuple[str, ...]
    language: tuple[str, ...]
    published_from: datetime | None
    published_to: datetime | None
    run: tuple[str, ...]
    outcome: tuple[str, ...]
    reason: tuple[str, ...]
    document: tuple[str, ...]
    cleaned_before: str | None
    other_config: bool
    sample: int | None
    everything: bool
    page: str | None
    corpus: str | None
    config: str | None
    as_json: bool

    def selection(self) -> "Selection":
        """The conditions among it."""
        from flows.runs.selection import Selection

        return Selection(
            sites=self.site,
            languages=self.language,
            published_from=self.published_from.date() if self.published_from else None,
            published_to=self.published_to.date() if self.published_to else None,
            runs=self.run,
            outcomes=self.outcome,
            reasons=self.reason,
            documents=self.document,
            cleaned_before=self.cleaned_before,
            other_config=self.other_config,
        )


@command.command(cls=Recorded)
@click.option("--site", multiple=True, metavar="HOST", help="Of that site, without www.; repeatable, as most that follow.")
@click.option("--language", multiple=True, metavar="CODE", help="In that language: en, de, und …")
@click.option("--from", "published_from", type=DAY, metavar="DAY", help="Published on that day or later: 2026-03-04.")
@click.option("--to", "published_to", type=DAY, metavar="DAY", help="Published on that day or earlier.")
@click.option("--run", multiple=True, metavar="RUN", help="Listed by that run: its id or the start of it.")
@click.option("--outcome", multiple=True, metavar="OUTCOME", help="Standing as kept, duplicate, rejected, withdrawn or failed.")
@click.option("--reason", multiple=True, metavar="REASON", help="Rejected for that reason, or with text cut for it.")
@click.option("--document", multiple=True, metavar="DOC", help="That document: id, start of one, URL or file name.")
@click.option("--cleaned-before", metavar="VERSION", help="Cleaned last by a version of Winnow lower than this.")
@click.option("--other-config", is_flag=True, help="Cleaned last under settings other than today's.")
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Look at N documents only; else 500.")
@click.option("--all", "everything", is_flag=True, help="Look at every selected document.")
@click.option("--page", metavar="PATH", help="Write the page there too; it is stored beside the plan anyway.")
@corpus_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON; no progress.")
def preview(order: PreviewOrder) -> None:
    """Find out what would change, and write a plan with a page; the documents stay as they are.

    Without a condition all documents are meant. Ends with 0: the plan is written; 1: the store failed; 2: a value that nothing
    in the corpus has, wrong usage or settings.
    """
    from flows.cli.progress import shown
    from flows.cli.summary import print_preview

    if order.everything and order.sample is not None:
        raise click.UsageError("--sample and --all exclude each other")
    settings = _settings(order.config, order.corpus)
    from flows.runs.reprocess import SAMPLE, PreviewRequest
    from flows.runs.reprocess import preview as run_preview

    sample = None if order.everything else order.sample or SAMPLE
    request = PreviewRequest(settings.corpus.location, order.selection(), sample)
    with shown(notices(), quiet=order.as_json) as show:
        made = run_preview(request, settings, show)
    if order.page is not None:
        from flows.runs.reading import open_corpus

        Path(order.page).write_bytes(open_corpus(settings.corpus.location).bucket.get(made.page))
    if order.as_json:
        click.echo(escaped_json(made.to_json()))
    else:
        print_preview(made, order.page, console())


@dataclass(frozen=True, slots=True)
class ApplyOrder:
    """What the command line says."""

    plan: str
    approved_by: str
    corpus: str | None
    config: str | None
    as_json: bool


@command.command(cls=Recorded)
@click.argument("plan", metavar="PLAN")
@click.option("--by", "approved_by", required=True, metavar="NAME", help="Who approves it; stands in the run's record.")
@corpus_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON; no progress.")
def apply(order: ApplyOrder) -> None:
    """Do what a preview showed, as one run; the same command finishes what was killed.

    Ends with 0: it is done, or was done before; 1: stored bytes could not be read, or the store failed; 2: an unknown plan, other
    settings, wrong usage; 3: more or less would change than the preview said, nothing was written.
    """
    from flows.cli.progress import shown
    from flows.cli.summary import print_report
    from flows.errors import AlreadyAppliedError

    settings = _settings(order.config, order.corpus)
    from flows.runs.reprocess import ApplyRequest
    from flows.runs.reprocess import apply as run_apply

    try:
        with shown(notices(), quiet=order.as_json) as show:
            report = run_apply(ApplyRequest(settings.corpus.location, order.plan, order.approved_by), settings, show)
    except AlreadyAppliedError as told:
        click.echo(safe(str(told)), err=True)
        return
    if order.as_json:
        click.echo(escaped_json(report.to_json()))
    else:
        print_report(report, console())
    if report.gate_refused is not None:
        raise click.exceptions.Exit(EXIT_REFUSED)
    if report.failed:
        raise click.exceptions.Exit(EXIT_FAILED)


def _settings(config: str | None, corpus: str | None) -> "Settings":
    from flows.runs.settings import read

    return read(config, given={"corpus.location": corpus} if corpus is not None else {}).settings
