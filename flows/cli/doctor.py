"""`winnow doctor`: whether the store keeps what we rely on, and what follows."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from flows.cli.console import config_option, console, json_option, safe, safe_json, table

if TYPE_CHECKING:
    from storage.doctor import Diagnosis

COLUMNS = ("", "probe", "seen", "what follows")
SIGNS = {"fine": "ok", "note": "note", "missing": "MISSING"}


@click.command()
@click.argument("corpus", required=False, metavar="[CORPUS]")
@config_option
@json_option
def command(corpus: str | None, config: str | None, *, as_json: bool) -> None:
    """Try out a directory or bucket.

    CORPUS is a folder or s3://bucket/prefix, else the configured corpus; there need not be a corpus yet. Writes below
    clean/probes/ alone and removes it again. Ends with 0: everything that a corpus relies on is there; 1: something is missing.
    """
    from flows.runs.settings import read
    from storage.bucket import open_bucket
    from storage.doctor import examine

    given = {"corpus.location": corpus} if corpus is not None else {}
    found = examine(open_bucket(read(config, given=given).settings.corpus.location))
    if as_json:
        click.echo(safe_json(asdict(found) | {"is_fine": found.is_fine}))
    else:
        _print(found)
    if not found.is_fine:
        raise click.exceptions.Exit(1)


def _print(found: "Diagnosis") -> None:
    out = console()
    rows = [(SIGNS[each.verdict], each.probe, each.seen, each.follows) for each in found.findings]
    out.print(table(COLUMNS, rows))
    missing = [each.probe for each in found.findings if each.verdict == "missing"]
    told = f"missing: {', '.join(missing)}" if missing else "everything that a corpus relies on is there"
    out.print(f"\n{safe(found.uri)}: {told}", markup=False)
