"""`winnow diff`: what two versions of a document, or two states of the corpus, differ in."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.cli.console import Recorded, config_option, console, corpus_option, safe, safe_json

if TYPE_CHECKING:
    from flows.runs.differences import Edition
    from storage.tables import Corpus

VERSION = re.compile(r"v?(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    names: tuple[str, ...]
    page: str | None
    samples: int
    corpus: str | None
    config: str | None
    as_json: bool


@click.command(cls=Recorded)
@click.argument("names", nargs=-1, required=True, metavar="DOC [V1 [V2]] | A B")
@click.option("-o", "--page", metavar="PATH", help="Of a document: write a page for a browser there, page.html.")
@click.option(
    "--samples",
    type=click.IntRange(min=0),
    metavar="N",
    default=5,
    show_default=True,
    help="Of states: documents shown of a kind.",
)
@corpus_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def command(order: Order) -> None:
    """Show what differs: between versions of a document, word by word, or between states of the corpus.

    DOC V1 V2: two versions of a document, named as in `winnow show`; without versions the last two; with one, it and the one
    before. A B: two states, each the number of a commit, a run's id or its start, a time, or `head`; what each name means is the
    state after that commit. Two names that both can be states are states.
    """
    from flows.runs.reading import open_corpus
    from flows.runs.settings import read

    if len(order.names) > 3:
        raise click.UsageError("name a document and two versions of it, or two states of the corpus")
    given = {"corpus.location": order.corpus} if order.corpus is not None else {}
    location = read(order.config, given=given).settings.corpus.location
    corpus = open_corpus(location)
    pair = _states(corpus, order.names)
    if pair is not None:
        _show_states(corpus, pair, order)
    else:
        _show_document(corpus, location, order)


def _states(corpus: "Corpus", names: tuple[str, ...]) -> tuple[int, int] | None:
    """The two states that are meant; null where a document is."""
    from storage.moments import named, seq_of

    if len(names) != 2:
        return None
    one = seq_of(corpus, names[0])
    return None if one is None else (one, named(corpus, names[1]))


def _show_states(corpus: "Corpus", pair: tuple[int, int], order: Order) -> None:
    from flows.cli.comparison import print_states
    from flows.runs.differences import states

    if order.page is not None:
        raise click.UsageError("--page is for versions of a document: of two states there is no page")
    found = states(corpus, *pair, order.samples)
    if order.as_json:
        click.echo(safe_json(asdict(found)))
    else:
        print_states(found, console())


def _show_document(corpus: "Corpus", location: str, order: Order) -> None:
    from flows.cli.comparison import print_edition
    from flows.runs.differences import edition
    from flows.runs.reading import resolve

    numbers = [_version(name) for name in order.names[1:]]
    id_ = resolve(corpus, order.names[0])
    found = edition(corpus, id_, *(numbers if len(numbers) == 2 else (None, *numbers)))
    if order.page is not None:
        _write(found, location, order.page)
    if order.as_json:
        click.echo(safe_json(asdict(found)))
    elif order.page is None:
        print_edition(found, console())


def _version(name: str) -> int:
    number = VERSION.fullmatch(name)
    if number is None:
        raise click.UsageError(f"{name} is no version of a document: write its number, as in DOC 1 2")
    return int(number[1])


def _write(found: "Edition", location: str, page: str) -> None:
    from flows.view.edition import edition_page
    from flows.view.pages import Place

    Path(page).write_text(edition_page(found.pair, found.notes, Place(corpus=location)), "utf-8")
    click.echo(f"wrote {safe(page)}", err=True)
