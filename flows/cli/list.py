"""`winnow list`: how every document and refused input stands, or what one run made of each of its inputs."""

from dataclasses import asdict, dataclass

import click

from flows.cli.console import Recorded, config_option, console, corpus_option, json_option, printed, safe_json

COLUMNS = ("id", "outcome", "version", "language", "kept", "cut", "input", "reason")


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    site: str | None
    language: str | None
    outcome: str | None
    reason: str | None
    run: str | None
    limit: int | None
    corpus: str | None
    config: str | None
    as_json: bool


@click.command(cls=Recorded)
@click.option("--site", metavar="HOST", help="Of that site only, without www.")
@click.option("--language", metavar="CODE", help="In that language only: en, de, und …")
@click.option(
    "--outcome", metavar="OUTCOME", help="With that outcome only: kept, rejected, duplicate, failed; with --run also unchanged."
)
@click.option(
    "--reason",
    metavar="REASON",
    help="With a cut for that reason, or rejected for it: foreign-story, too-short, quality/too-short.",
)
@click.option("--run", metavar="RUN", help="What a run did: its id or the start of it.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Show the first N only.")
@corpus_option
@config_option
@json_option
def command(order: Order) -> None:
    """List documents and rejected inputs, newest first.

    A row tells how a document stands now; where its newest input was rejected or failed, that, with the version that stays live.
    A value that nothing in the corpus has is refused with the nearest one, exit code 2. In a pipe a row is one line, its cells
    separated by tabs.
    """
    if order.outcome == "unchanged" and order.run is None:
        raise click.UsageError("--outcome unchanged is what a run found: name the run with --run")
    from flows.runs.reading import Filters, OutcomeRow, open_corpus, outcomes
    from flows.runs.settings import read

    given = {"corpus.location": order.corpus} if order.corpus is not None else {}
    corpus = open_corpus(read(order.config, given=given).settings.corpus.location)
    found = outcomes(corpus, Filters(order.site, order.language, order.outcome, order.reason, order.run))
    shown = found[: order.limit]

    def cells(row: OutcomeRow) -> tuple[object, ...]:
        why = f"{row.stage}/{row.reason}" if row.reason else f"of {row.duplicate_of[:12]}" if row.duplicate_of else ""
        name = f"{row.source}/{row.name}"
        return row.id[:12], row.outcome, row.version, row.language, row.chars_kept, row.chars_cut, name, why

    if order.as_json:
        for row in shown:
            click.echo(safe_json(asdict(row)))
        return
    out = console()
    printed(out, COLUMNS, map(cells, shown), right=("version", "kept", "cut"))
    if out.is_terminal and len(shown) < len(found):
        out.print(f"… and {len(found) - len(shown):,} more")
