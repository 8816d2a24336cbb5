"""`winnow browse`: the whole corpus as a folder of pages, with an index that searches and filters."""

from dataclasses import asdict, dataclass
from pathlib import Path

import click

from flows.cli.console import Recorded, config_option, console, corpus_option, notices, safe, safe_json


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    folder: str
    corpus: str | None
    config: str | None
    as_json: bool


@click.command(cls=Recorded)
@click.option(
    "-o",
    "--folder",
    metavar="FOLDER",
    required=True,
    help="Where to write the pages: an empty or new folder, or that of an earlier call.",
)
@corpus_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="What was done as one JSON object; no progress.")
def command(order: Order) -> None:
    """Write a folder of pages for a browser: open its index.html, no server is needed.

    An index with search and filters, a page for each document, refused input and run. The same command again writes only what
    has changed since, goes on where it was cut off, and removes pages of what is no longer in the corpus.
    """
    from flows.cli.progress import shown
    from flows.runs.browse import browse
    from flows.runs.reading import open_corpus
    from flows.runs.settings import read

    given = {"corpus.location": order.corpus} if order.corpus is not None else {}
    location = read(order.config, given=given).settings.corpus.location
    with shown(notices(), quiet=order.as_json) as show:
        done = browse(open_corpus(location), Path(order.folder), location, show)
    if order.as_json:
        click.echo(safe_json(asdict(done)))
        return
    out = console()
    out.print(
        f"{done.documents:,} documents and {done.runs:,} runs; {done.written:,} pages written, {done.removed:,} removed",
        markup=False,
    )
    out.print(f"Open {safe(str(Path(order.folder) / 'index.html'))} in a browser.", markup=False)
