"""`winnow inspect`: one document or one run as a page for a browser."""

import re
from dataclasses import dataclass
from pathlib import Path

import click

from flows.cli.console import Recorded, config_option, corpus_option, safe

RUN = re.compile(r"\d{8}T\d{4,6}(-[0-9a-f]*)?")
"""The start of a run's id, long enough that a person means one by it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    name: str
    page: str
    corpus: str | None
    config: str | None


@click.command(cls=Recorded)
@click.argument("name", metavar="DOC|RUN")
@click.option("-o", "--page", metavar="PATH", required=True, help="Where to write the page: page.html.")
@corpus_option
@config_option
def command(order: Order) -> None:
    """Write a page for a browser about one document or one run.

    DOC is an id, the unique start of one, a URL, or a file name: what was kept and cut and why, its versions and copies. A
    rejected input is cleaned again from its raw bytes. RUN is a run's id or the start of it, `20260304T1200`: counts, plots, and
    the documents to look at first.
    """
    from flows.runs.dossier import inspected
    from flows.runs.reading import open_corpus
    from flows.runs.runpage import inspected_run
    from flows.runs.settings import read
    from flows.view.pages import Place

    given = {"corpus.location": order.corpus} if order.corpus is not None else {}
    settings = read(order.config, given=given).settings
    corpus = open_corpus(settings.corpus.location)
    if RUN.fullmatch(order.name):
        made = inspected_run(corpus, order.name, Place(corpus=settings.corpus.location))
    else:
        made = inspected(corpus, order.name, settings)
    Path(order.page).write_text(made, "utf-8")
    click.echo(f"wrote {safe(order.page)}")
