"""`winnow log`: the commits of a corpus, newest first."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from flows.cli.console import Recorded, config_option, console, corpus_option, json_option, safe, safe_json, tabbed

if TYPE_CHECKING:
    from rich.console import Console

    from flows.runs.chronicle import Entry

COLUMNS = ("seq", "committed", "run", "kind", "versions", "decisions", "counts", "settings", "made by", "remark")
DIGITS = 12
"""Of a model's digest that a person is shown."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    count: int
    corpus: str | None
    config: str | None
    as_json: bool


@click.command(cls=Recorded)
@click.option("-n", "--count", type=click.IntRange(min=0), default=20, show_default=True, help="How many; 0: all.")
@corpus_option
@config_option
@json_option
def command(order: Order) -> None:
    """List commits, newest first: number, time, run, kind, counts, settings, and what made the rows.

    The number, the run and the time name the state that stood after a commit, for `winnow diff` and `winnow changes`.
    """
    from flows.runs.chronicle import chronicle
    from flows.runs.reading import open_corpus
    from flows.runs.settings import read

    given = {"corpus.location": order.corpus} if order.corpus is not None else {}
    corpus = open_corpus(read(order.config, given=given).settings.corpus.location)
    entries = chronicle(corpus, order.count or None)
    if order.as_json:
        for entry in entries:
            click.echo(safe_json(asdict(entry)))
        return
    out = console()
    if not out.is_terminal:
        for line in tabbed(COLUMNS, map(_cells, entries)):
            click.echo(line)
        return
    for entry in entries:
        _print(entry, out)


def _print(entry: "Entry", out: "Console") -> None:
    """Three lines, as a table would be too wide."""
    from rich.text import Text

    seq, when, run, kind, versions, decisions, counts, settings, made_by, remark = _cells(entry)
    out.print(Text(f"{seq:>6}  {when} UTC  {kind}  ", style="bold").append(safe(str(run)), style="cyan"))
    out.print(Text(f"        {versions:,} versions, {decisions:,} decisions" + (f"; {safe(str(counts))}" if counts else "")))
    out.print(Text(f"        settings {settings}; {safe(str(made_by))}", style="dim"))
    if remark:
        out.print(Text(f"        {safe(str(remark))}", style="yellow"))


def _cells(entry: "Entry") -> tuple[object, ...]:
    counts = ", ".join(f"{name} {count:,}" for name, count in entry.summary.items())
    when = f"{entry.committed_at:%Y-%m-%d %H:%M:%S}"
    rows = entry.rows["versions"], entry.rows["decisions"]
    return entry.seq, when, entry.run, entry.kind, *rows, counts, entry.config_id, _made_by(entry), "; ".join(_remarks(entry))


def _made_by(entry: "Entry") -> str:
    engine = f"engine {entry.engine}" if entry.engine else ""
    model = f"model {entry.model[:DIGITS]}" if entry.model else ""
    return ", ".join(filter(None, (entry.code, engine, model)))


def _remarks(entry: "Entry") -> Iterator[str]:
    if entry.approved_by:
        yield f"approved by {entry.approved_by}"
    if entry.undoes:
        yield f"undoes {entry.undoes}"
    if not entry.is_in_documents:
        yield "not in documents yet: `winnow maintain` brings it in"
