"""`winnow show`: one document, or every block of its page with what became of it."""

from dataclasses import dataclass

import click

from flows.cli.console import Recorded, config_option, console, corpus_option, safe_json


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    doc: str
    cuts: bool
    corpus: str | None
    config: str | None
    as_json: bool


@click.command(cls=Recorded)
@click.argument("doc", metavar="DOC")
@click.option("--cuts", is_flag=True, help="Every block of the page, kept and cut, with reason and score.")
@corpus_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def command(order: Order) -> None:
    """Show one document.

    DOC is an id, the unique start of one, a URL, or a file name. Of a rejected document, the reason; with --cuts it is cleaned
    again from its raw bytes.
    """
    from flows.cli.portrait import as_json, print_cuts, print_document, print_outcome
    from flows.runs.reading import find, open_corpus
    from flows.runs.recall import recalled
    from flows.runs.settings import read

    given = {"corpus.location": order.corpus} if order.corpus is not None else {}
    settings = read(order.config, given=given).settings
    found = find(open_corpus(settings.corpus.location), order.doc)
    if found.document is None and order.cuts:
        found = recalled(found, settings)
    if order.as_json:
        click.echo(safe_json(as_json(found, with_cuts=order.cuts)))
        return
    out = console()
    print_outcome(found, out)
    if found.document is not None and order.cuts:
        print_cuts(found.document, out)
    elif found.document is not None:
        print_document(found.document, out)
