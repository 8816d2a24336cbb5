"""`winnow show`: one document, or every block of its page with what became of it."""

from dataclasses import dataclass

import click

from flows.cli.console import Recorded, config_option, console, corpus_option, safe_json


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    doc: str
    cuts: bool
    why: bool
    corpus: str | None
    config: str | None
    as_json: bool


@click.command(cls=Recorded)
@click.argument("doc", metavar="DOC")
@click.option("--cuts", is_flag=True, help="Every block of the page, kept and cut, with reason and score.")
@click.option("--why", is_flag=True, help="The same with what weighed most for or against each block.")
@corpus_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def command(order: Order) -> None:
    """Show one document.

    DOC is an id, the unique start of one, a URL, or a file name. Of a rejected document, the reason; with --cuts it is cleaned
    again from its raw bytes, with --why every document is: the scores are those of today's engine and settings.
    """
    from flows.cli.portrait import as_json, print_cuts, print_document, print_outcome
    from flows.runs.reading import find, open_corpus
    from flows.runs.recall import recalled
    from flows.runs.settings import read
    from flows.runs.why import account

    given = {"corpus.location": order.corpus} if order.corpus is not None else {}
    settings = read(order.config, given=given).settings
    corpus, with_cuts = open_corpus(settings.corpus.location), order.cuts or order.why
    found = find(corpus, order.doc)
    if found.document is None and with_cuts:
        found = recalled(found, settings)
    why = account(corpus, found, settings) if order.why else None
    if order.as_json:
        click.echo(safe_json(as_json(found, why, with_cuts=with_cuts)))
        return
    out = console()
    print_outcome(found, out)
    if found.document is not None and with_cuts:
        print_cuts(found.document, out, why)
    elif found.document is not None:
        print_document(found.document, out)
