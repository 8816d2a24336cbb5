"""`winnow rebuild`: makes the tables anew from the commit log and the files that it names."""

from dataclasses import asdict

import click

from flows.cli.console import config_option, console, json_option, notices, safe, safe_json


@click.command()
@click.argument("corpus", required=False, metavar="[CORPUS]")
@config_option
@json_option
def command(corpus: str | None, config: str | None, *, as_json: bool) -> None:
    """Make the tables of a corpus anew, with the same rows.

    For tables whose own log was lost, damaged, or changed by another program (a vacuum, a restore). CORPUS is a folder or
    s3://bucket/prefix, else the configured corpus. What the commit log names is not changed; `documents` is written anew.
    Readers see each table as it was or as it is then.
    """
    from flows.cli.progress import shown
    from flows.runs.report import Progress
    from flows.runs.settings import read
    from storage.bucket import open_bucket
    from storage.keys import TABLES
    from storage.rebuild import rebuild

    given = {"corpus.location": corpus} if corpus is not None else {}
    bucket = open_bucket(read(config, given=given).settings.corpus.location)
    with shown(notices(), quiet=as_json) as show:
        done = rebuild(bucket, lambda table: show(Progress(TABLES.index(table), len(TABLES), table)))
    if as_json:
        click.echo(safe_json(asdict(done)))
        return
    out = console()
    for count, what in (
        (len(done.reset), "tables had no readable log"),
        (done.added, "files were missing from a table"),
        (done.dropped, "files did not belong to a table"),
    ):
        if count:
            out.print(f"{count:,} {what}", markup=False)
    out.print(f"{safe(bucket.uri)} stands at commit {done.seq}: {done.documents:,} documents were written anew", markup=False)
