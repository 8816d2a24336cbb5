"""`winnow history`: what became of one document, commit by commit."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from flows.cli.console import Recorded, config_option, console, corpus_option, json_option, printed, safe_json

if TYPE_CHECKING:
    from flows.runs.history import Event

COLUMNS = ("seq", "when", "run", "version", "words", "change", "detail")


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    doc: str
    corpus: str | None
    config: str | None
    as_json: bool


@click.command(cls=Recorded)
@click.argument("doc", metavar="DOC")
@corpus_option
@config_option
@json_option
def command(order: Order) -> None:
    """Tell what became of a document, oldest first: its versions, and every decision on it.

    DOC is an id, the unique start of one, a URL, or a file name. `winnow diff DOC 1 2` shows what differs between two versions.
    """
    from flows.runs.history import history
    from flows.runs.reading import open_corpus, resolve
    from flows.runs.settings import read

    given = {"corpus.location": order.corpus} if order.corpus is not None else {}
    corpus = open_corpus(read(order.config, given=given).settings.corpus.location)
    id_ = resolve(corpus, order.doc)
    events = history(corpus, id_)
    if order.as_json:
        for event in events:
            click.echo(safe_json({"id": id_} | asdict(event)))
        return
    printed(console(), COLUMNS, map(_cells, events), right=("seq", "version", "words"))
    if not events:
        click.echo(f"{id_} never was a document: every input of it was rejected or failed (`winnow show {id_[:12]}`)", err=True)


def _cells(event: "Event") -> tuple[object, ...]:
    when = f"{event.when:%Y-%m-%d %H:%M:%S}"
    return event.seq, when, event.run, event.version, event.n_words, event.change, event.detail
