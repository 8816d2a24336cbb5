"""`winnow release`: writes the canonical documents as plain Parquet files with a card, under a name that stands for ever."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import click

from flows.cli.console import Recorded, config_option, console, corpus_option, escaped_json, notices, safe, table

if TYPE_CHECKING:
    from flows.runs.release import Released

MOST_LANGUAGES = 12


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    name: str
    at: str | None
    opt_outs: Literal["keep", "leave-out"] | None
    jsonl: bool
    dry_run: bool
    corpus: str | None
    config: str | None
    as_json: bool


@click.command(cls=Recorded)
@click.argument("name")
@click.option("--at", metavar="SEQ|RUN", help="As of that commit, or of that run's: its id or the start of it; else the newest.")
@click.option(
    "--opt-outs",
    type=click.Choice(["keep", "leave-out"]),
    help="Documents whose pages signal against use (noai …); else as the settings say, else keep.",
)
@click.option("--jsonl", is_flag=True, help="The same rows beside as jsonl/….jsonl.zst.")
@click.option("--dry-run", is_flag=True, help="Count, write nothing.")
@corpus_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="What was done as one JSON object; no progress.")
def command(order: Order) -> None:
    """Release the corpus under NAME: plain Parquet by language and month, a manifest with digests, a dataset card.

    A release holds the canonical live documents as of one commit, and never changes: the same command again finishes one that
    was cut off, and does nothing to one that stands; another state under its name is refused, exit code 2. The same state
    gives the same bytes.
    """
    from flows.cli.progress import shown
    from flows.runs.settings import read

    given = {"corpus.location": order.corpus} if order.corpus is not None else {}
    settings = read(order.config, given=given).settings
    from flows.runs.release import ReleaseRequest, release

    request = ReleaseRequest(
        settings.corpus.location, order.name, order.at, order.opt_outs, jsonl=order.jsonl, dry_run=order.dry_run
    )
    with shown(notices(), quiet=order.as_json) as show:
        done = release(request, settings, show)
    if order.as_json:
        click.echo(escaped_json(done.to_json()))
    else:
        _print(done)


def _print(done: "Released") -> None:
    from rich.text import Text

    out = console()
    counts = done.counts
    out.print(Text(_heading(done), style="bold"))
    ordered = sorted(counts.by["language"].items(), key=lambda entry: (-entry[1], entry[0]))
    rows = [(language or "none", documents, counts.words_by_language[language]) for language, documents in ordered]
    out.print(table(("language", "documents", "words"), rows[:MOST_LANGUAGES], right=("documents", "words")))
    if len(rows) > MOST_LANGUAGES:
        out.print(f"… and {len(rows) - MOST_LANGUAGES:,} more languages")
    for line in _told(done):
        out.print(Text(line))


def _heading(done: "Released") -> str:
    what = "would hold" if done.dry_run else "holds" if done.is_new else "stands already, nothing was written: it holds"
    return f"Release {done.name} {what} {done.counts.documents:,} documents, the corpus as of commit {done.seq}."


def _told(done: "Released") -> Iterator[str]:
    counts, signalled = done.counts, sum(done.counts.by["opt_out"].values())
    yield f"Left out: {counts.duplicates_left_out:,} duplicates, {counts.opt_outs_left_out:,} whose pages signal against use."
    if signalled:
        yield "In it are documents whose pages signal against use (`rights.opt_outs`); --opt-outs leave-out leaves them out."
    if done.manifest is None:
        return
    size = sum(file.bytes for file in done.manifest.files)
    yield f"{len(done.manifest.files):,} files, {size / 1e6:,.1f} MB, at {safe(done.place)}"
    if done.latest != done.name:
        yield f"latest.json goes on naming {done.latest}, which is of a state as new or newer."
    if "://" not in done.place:
        yield f"  python -c 'from datasets import load_dataset; print(load_dataset(\"{safe(done.place)}\"))'"
