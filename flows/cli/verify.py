"""`winnow verify`: whether everything in a bucket is what the commit log says of it."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from flows.cli.console import Recorded, config_option, console, corpus_option, notices, safe, safe_json

if TYPE_CHECKING:
    from flows.runs.repair import Repaired
    from storage.verification.report import Fault, Verified

SHOWN = 40
"""Faults that are printed; `--json` has all."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    deep: bool
    repair: bool
    corpus: str | None
    config: str | None
    as_json: bool


@click.command(cls=Recorded)
@click.option("--deep", is_flag=True, help="Read every object and compare its bytes with their digest; reads the whole bucket.")
@click.option(
    "--repair", is_flag=True, help="Make anew what can be derived from what is whole: tables' logs, documents, sketches."
)
@corpus_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="What was found as one JSON object; no progress.")
def command(order: Order) -> None:
    """Check a corpus: every object, reference, version chain and table against the commit log.

    Names what is damaged and what follows from it. Writes nothing without --repair. Ends with 0: everything is whole, or was
    made so; 1: something is damaged; 2: there is no corpus.
    """
    from flows.cli.progress import shown
    from flows.runs.repair import repair
    from flows.runs.report import Progress
    from flows.runs.settings import read
    from storage.bucket import open_bucket
    from storage.verify import verify

    given = {"corpus.location": order.corpus} if order.corpus is not None else {}
    bucket = open_bucket(read(order.config, given=given).settings.corpus.location)
    with shown(notices(), quiet=order.as_json) as show:
        found = verify(bucket, deep=order.deep, tell=lambda what, done, total: show(Progress(done, total, what)))
        repaired = repair(bucket, found) if order.repair and found.faults else None
    left = found.faults if repaired is None else list(repaired.left)
    if order.as_json:
        told = asdict(found) | {"is_whole": found.is_whole, "repaired": asdict(repaired) if repaired else None}
        click.echo(safe_json(told))
    else:
        _print(found, repaired)
    if left:
        raise click.exceptions.Exit(1)


def _print(found: "Verified", repaired: "Repaired | None") -> None:
    _print_faults(found.faults)
    out = console()
    read = f", {found.digests:,} read ({found.bytes_read / 2**20:,.1f} MB)" if found.is_deep else ""
    pages = f", {found.records:,} raw pages" if found.is_deep else ""
    out.print(f"{safe(found.uri)} at commit {found.seq}: {found.objects:,} objects listed{read}{pages}", markup=False)
    notes = (
        (found.behind, "commits are not in documents yet: `winnow maintain` brings them in"),
        (found.retired, f"segments of raw pages were retired by policy, the last on {found.retired_on}"),
        (found.leftovers, "objects are named by no commit: `winnow maintain` removes them"),
        (len(found.strangers), f"objects are none of ours, such as {safe(next(iter(found.strangers), ''))}"),
    )
    for count, what in notes:
        if count:
            out.print(f"{count:,} {what}", markup=False)
    if repaired is not None:
        _print_repaired(repaired)
    elif not found.faults:
        out.print("everything is whole", markup=False)


def _print_faults(faults: "list[Fault]") -> None:
    out = console()
    for fault in faults[:SHOWN]:
        out.print(f"{safe(fault.key)}: {safe(fault.what)}\n    {fault.follows}", markup=False)
    if len(faults) > SHOWN:
        out.print(f"{len(faults) - SHOWN:,} more faults: `--json` tells all", markup=False)


def _print_repaired(repaired: "Repaired") -> None:
    out = console()
    if repaired.rebuilt is not None:
        out.print(
            f"made anew: all tables at commit {repaired.rebuilt.seq}, {repaired.rebuilt.documents:,} documents", markup=False
        )
    if repaired.sketches:
        out.print(f"made anew: {len(repaired.sketches):,} segments of sketches", markup=False)
    told = f"{len(repaired.left):,} faults are left" if repaired.left else "everything is whole now"
    out.print(told, markup=False)
