"""What the verbs print with: text that cannot act on a terminal, tables, and the options that several verbs share."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import IO, TYPE_CHECKING, cast, get_type_hints

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

# C0 but tab and line feed, DEL, C1; marks that reorder or hide what stands beside them; what no terminal encodes.
# Zero-width joiners and direction marks stay: Persian, Indic scripts and emoji need them.
HOSTILE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff\ud800-\udfff]|[\U000e0000-\U000e007f]"
)

corpus_option = click.option(
    "--corpus", metavar="CORPUS", help="Folder or s3://bucket/prefix; else WINNOW_CORPUS, else settings, else ./corpus."
)
config_option = click.option("--config", metavar="FILE", help="Settings file; else ./winnow.toml where it exists.")
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for scripts.")


class Recorded(click.Command):
    """A command whose function takes all options as one record: the class that annotates its only parameter."""

    def invoke(self, ctx: click.Context) -> object:
        """Calls the function with the record made of the parsed options."""
        function = cast("Callable[[object], object]", self.callback)
        (record,) = (hint for name, hint in get_type_hints(function).items() if name != "return")
        return function(record(**ctx.params))


def safe(text: str) -> str:
    r"""Text with every character that could act on a terminal spelt out as `\xNN`, `\uNNNN` or `\UNNNNNNNN`."""
    return HOSTILE.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def safe_json(value: object) -> str:
    r"""One line of JSON whose strings hold hostile characters as `\uNNNN` only."""
    return escaped_json(json.dumps(value, ensure_ascii=False, default=str))


def escaped_json(text: str) -> str:
    """The same JSON with hostile characters escaped."""
    return HOSTILE.sub(lambda match: json.dumps(match[0])[1:-1], text)


def console(file: IO[str] | None = None) -> "Console":
    """The console for results; in a pipe nothing is wrapped or coloured."""
    from rich.console import Console

    out = file or sys.stdout
    width = None if out.isatty() else 10_000
    return Console(file=out, highlight=False, soft_wrap=not out.isatty(), width=width)


def notices() -> "Console":
    """The console for progress and warnings."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()) -> "Table":
    """A plain table; `right` names the columns of numbers."""
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text(_shown(cell)) for cell in row))
    return made


def printed(out: "Console", columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()) -> None:
    """Prints a table on a terminal, and a line a row into a pipe."""
    if out.is_terminal:
        out.print(table(columns, rows, right=right))
        return
    for line in tabbed(columns, rows):
        click.echo(line)


def tabbed(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterable[str]:
    """The same table for a pipe: a line a row, cells separated by tabs."""
    yield "\t".join(columns)
    for row in rows:
        yield "\t".join(_shown(cell).replace("\t", " ").replace("\n", " ") for cell in row)


def _shown(cell: object) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:.4f}"
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else safe(str(cell))
