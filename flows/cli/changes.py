"""`winnow changes`: what came, changed and went since a commit, for those who follow a corpus."""

from dataclasses import dataclass

import click

from flows.cli.console import Recorded, config_option, corpus_option, safe_json


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    since: str
    with_text: bool
    corpus: str | None
    config: str | None


@click.command(cls=Recorded)
@click.option(
    "--since",
    metavar="SEQ|RUN|TIME|RELEASE",
    required=True,
    help="What the follower has: a commit's number, 0 for nothing; a run's id or its start; a time, 2026-03-04T12:30; a release.",
)
@click.option("--text", "with_text", is_flag=True, help="With the text of each document.")
@corpus_option
@config_option
def command(order: Order) -> None:
    """Tell what changed since a commit: one JSON object a line, in the order of commits.

    `change` is inserted, updated, withdrawn, or re-elected: the document is a copy of another than before. Who puts the lines
    into a table by `id`, and takes out what is withdrawn, has the corpus's documents. The last line, on the standard error, says
    what to ask next time; until then nothing is told twice.
    """
    from flows.runs.follow import changes
    from flows.runs.reading import open_corpus
    from flows.runs.settings import read
    from storage.moments import named, readable

    given = {"corpus.location": order.corpus} if order.corpus is not None else {}
    corpus = open_corpus(read(order.config, given=given).settings.corpus.location)
    after, until = named(corpus, order.since), readable(corpus)
    count = 0
    for line in changes(corpus, after, until, with_text=order.with_text):
        click.echo(safe_json(line))
        count += 1
    click.echo(f"{count:,} changes from commit {after} to {until}; next time: --since {until}", err=True)
