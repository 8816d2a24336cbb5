"""`winnow releases`: every release of a corpus, with counts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from flows.cli.console import config_option, console, corpus_option, json_option, safe_json, tabbed, table

if TYPE_CHECKING:
    from storage.published import Standing

COLUMNS = ("name", "commit", "of", "documents", "words", "languages", "files", "MB", "")
NUMBERS = ("commit", "documents", "words", "languages", "files", "MB")


@click.command()
@corpus_option
@config_option
@json_option
def command(corpus: str | None, config: str | None, *, as_json: bool) -> None:
    """List the releases of a corpus, the newest state first; unfinished ones too."""
    from flows.runs.reading import open_corpus
    from flows.runs.settings import read
    from storage.published import listed

    given = {"corpus.location": corpus} if corpus is not None else {}
    found = listed(open_corpus(read(config, given=given).settings.corpus.location).bucket)
    if as_json:
        for each in found:
            click.echo(safe_json(_plain(each)))
        return
    out = console()
    rows = [tuple(_cells(each)) for each in found]
    if not out.is_terminal:
        for line in tabbed(COLUMNS, rows):
            click.echo(line)
    elif found:
        out.print(table(COLUMNS, rows, right=NUMBERS))
    else:
        out.print("There is no release yet: winnow release NAME makes one.", markup=False)


def _plain(each: "Standing") -> dict[str, Any]:
    """A release as JSON tells it."""
    told: dict[str, Any] = {"name": each.name, "is_latest": each.is_latest, "is_finished": each.manifest is not None}
    if each.damage is not None:
        told["damage"] = each.damage
    if each.manifest is None:
        return told
    counts, terms = each.manifest.counts, each.manifest.terms
    return told | {
        "seq": terms.seq,
        "committed_at": each.manifest.committed_at.isoformat(),
        "opt_outs": terms.opt_outs,
        "jsonl": terms.jsonl,
        "documents": counts.documents,
        "words": counts.words,
        "languages": counts.distinct["language"],
        "files": len(each.manifest.files),
        "bytes": sum(file.bytes for file in each.manifest.files),
    }


def _cells(each: "Standing") -> Iterator[object]:
    told = _plain(each)
    yield each.name
    yield told.get("seq")
    yield told["committed_at"][:16].replace("T", " ") if each.manifest else None
    yield from (told.get(name) for name in ("documents", "words", "languages", "files"))
    yield f"{told['bytes'] / 1e6:,.1f}" if each.manifest else None
    yield "damaged" if each.damage else "unfinished" if each.manifest is None else "latest" if each.is_latest else ""
