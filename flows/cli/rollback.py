"""`winnow rollback`: undoes one run by a new commit."""

from dataclasses import dataclass

import click

from flows.cli.console import Recorded, config_option, console, corpus_option, escaped_json, notices


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    run: str
    approved_by: str
    dry_run: bool
    corpus: str | None
    config: str | None
    as_json: bool


@click.command(cls=Recorded)
@click.argument("run", metavar="RUN")
@click.option("--by", "approved_by", required=True, metavar="NAME", help="Who wants it; stands in the run's record.")
@click.option("--dry-run", is_flag=True, help="Find out what would change and write nothing.")
@corpus_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON; no progress.")
def command(order: Order) -> None:
    """Undo a run: what it changed stands again as it stood before.

    RUN is a run's id, the start of it, or the number of its commit (see `winnow log`). A new commit gives documents that the run
    changed their earlier content back, as a new version, and withdraws those that it brought; what a later run has changed stays.
    Nothing that was written is changed, so that a rollback can be rolled back too. Ends with 0: done; 1: the store failed; 2:
    there is no such run, or it was rolled back already.
    """
    from flows.cli.progress import shown
    from flows.cli.summary import print_report
    from flows.runs.rollback import RollbackRequest, rollback
    from flows.runs.settings import read

    given = {"corpus.location": order.corpus} if order.corpus is not None else {}
    settings = read(order.config, given=given).settings
    request = RollbackRequest(settings.corpus.location, order.run, order.approved_by, order.dry_run)
    with shown(notices(), quiet=order.as_json) as show:
        report = rollback(request, settings, show)
    if order.as_json:
        click.echo(escaped_json(report.to_json()))
    else:
        print_report(report, console())
