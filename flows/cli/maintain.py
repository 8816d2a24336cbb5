"""`winnow maintain`: rolls tables, ends what dead runs left, removes what no commit names."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from flows.cli.console import Recorded, config_option, console, corpus_option, escaped_json, notices, safe

if TYPE_CHECKING:
    from flows.runs.maintain import Maintained


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    corpus: str | None
    config: str | None
    as_json: bool


@click.command(cls=Recorded)
@corpus_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="What was done as one JSON object; no progress.")
def command(order: Order) -> None:
    """Keep a corpus tidy. Safe at any time, also beside runs that are at work; a second time finds nothing to do.

    Brings every table to the newest commit, merges small files into few large ones, records runs that died right after their
    commit, and removes what runs left that died a day ago or longer. Everything that a commit names stays; files that others
    replace go after a week. Raw pages stay too, unless [retention] of the settings lets old ones go.
    """
    from flows.cli.progress import shown
    from flows.runs.settings import read

    given = {"corpus.location": order.corpus} if order.corpus is not None else {}
    settings = read(order.config, given=given).settings
    from flows.runs.maintain import maintain

    with shown(notices(), quiet=order.as_json) as show:
        done = maintain(settings.corpus.location, settings, show)
    if order.as_json:
        click.echo(escaped_json(done.to_json()))
    else:
        _print(done)


def _print(done: "Maintained") -> None:
    from rich.text import Text

    out = console()
    out.print(Text(f"The tables of {safe(done.corpus)} stand at commit {done.seq}."))
    told = (
        (done.rolled, "commits were brought into the tables"),
        (done.merged, "files of the tables were merged into fewer"),
        (len(done.recorded), "runs that died after their commit were recorded"),
        (len(done.given_up), "runs that died before their commit were given up"),
        (done.removed, "objects that no commit names were removed"),
        (done.retired, "segments of raw pages were retired, as [retention] of the settings says"),
    )
    for count, what in told:
        if count:
            out.print(Text(f"{count:,} {what}."))
    if not any(count for count, _ in told):
        out.print(Text("There was nothing to do."))
    if not done.is_done:
        out.print(Text("More is left to remove: run the same command again."))
