"""`winnow evaluate`: scores cleaning against gold data, through the functions that every scorer calls."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from flows.cli.console import Recorded, console, json_option, notices, safe_json, table
from flows.cli.scoring import Scores, Scoring
from ingest.clean.config import OperatingPoint
from ingest.gold import GROUPS, TASKS, Choice, Gold, Task

if TYPE_CHECKING:
    from ingest.audit import Account
    from ingest.goldfiles import Opener


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    gold: str | None
    point: OperatingPoint
    split: str
    task: tuple[Task, ...]
    by: str | None
    all_types: bool
    limit: int | None
    worst: int
    as_json: bool


@click.command(cls=Recorded)
@click.option("--gold", metavar="PATH", help="A gold file, or a folder of them; else the set that comes with the program.")
@click.option(
    "--point", type=click.Choice(get_args(OperatingPoint)), default="conservative", show_default=True, help="How boldly to cut."
)
@click.option("--split", type=click.Choice(["dev", "train", "all"]), default="dev", show_default=True, help="Which publishers.")
@click.option("--task", type=click.Choice(TASKS), multiple=True, help="That task only; repeatable. Else all that PATH holds.")
@click.option("--by", type=click.Choice(GROUPS), help="A score for each group of that kind.")
@click.option("--all-types", is_flag=True, help="Pages that are no news articles count too.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="The first N documents of each task only.")
@click.option(
    "--worst", type=click.IntRange(min=0), default=3, show_default=True, metavar="N", help="Show the N worst documents of a task."
)
@json_option
def command(order: Order) -> None:
    """Score cleaning against gold data: by task, by reason for a cut, by language, and the worst documents.

    Shares are of characters for text, story and natural, of pages for pages and metadata, of files or blocks for seeds.
    """
    from flows.cli.progress import shown
    from flows.runs.report import Progress
    from ingest.goldfiles import read

    opener, tasks = _tasks(order)
    for task, names in tasks.items():
        scoring = Scoring(order.point)
        with shown(notices(), quiet=order.as_json) as show:
            documents = _first(read(task, names, opener, Choice(order.split, order.all_types)), order.limit)
            counted = _told(documents, lambda done, task=task: show(Progress(done, None, task)))  # type: ignore[misc]
            groups = list(_scored(task, counted, order.by, scoring))
        (_tell if order.as_json else _print)(order, task, groups, scoring.accounts)


def _tasks(order: Order) -> tuple["Opener", Mapping[Task, tuple[str, ...]]]:
    """How to open the gold files, and which there are for each task."""
    from ingest.errors import GoldError
    from ingest.goldfiles import SHIPPED, files_by_task

    path = SHIPPED if order.gold is None else Path(order.gold)
    if not path.exists():
        raise click.BadParameter(f"there is nothing at {path}", param_hint="--gold")
    folder = path if path.is_dir() else path.parent
    names = sorted(each.name for each in folder.iterdir() if each.is_file())
    opener: Opener = lambda name: (folder / name).open("rb")  # noqa: E731 - a closure over the folder
    found = files_by_task(names, opener)
    if not path.is_dir():
        found = {task: files if task == "metadata" else (path.name,) for task, files in found.items() if path.name in files}
    wanted = {task: files for task, files in found.items() if not order.task or task in order.task}
    if not wanted:
        raise GoldError(f"{path} holds no gold data{' of that task' if found else ' in a format that can be scored'}")
    return opener, wanted


def _first(documents: Iterator[Gold], limit: int | None) -> Iterator[Gold]:
    from itertools import islice

    return islice(documents, limit)


def _told(documents: Iterable[Gold], tell: Callable[[int], None]) -> Iterator[Gold]:
    for done, document in enumerate(documents):
        tell(done)
        yield document


def _scored(task: Task, documents: Iterable[Gold], by: str | None, scoring: Scoring) -> Iterator[tuple[str, Scores]]:
    """Group → scores; everything is one group where none is asked for, so that only one document is held at a time."""
    if by is None:
        yield "all", scoring.score(task, documents)
        return
    groups: dict[str, list[Gold]] = defaultdict(list)
    for document in documents:
        groups[document.groups.get(by, "none")].append(document)
    for group in sorted(groups):
        yield group, scoring.score(task, groups[group])


def _tell(order: Order, task: Task, groups: Sequence[tuple[str, Scores]], accounts: "Sequence[Account]") -> None:
    """Print a JSON object for each row of each table."""
    from flows.cli.accounts import records

    asked: dict[str, Any] = {"task": task, "split": order.split, "point": order.point}
    for group, scores in groups:
        click.echo(safe_json({**asked, "table": "scores", "group": group, **scores}))
    for record in records(accounts, order.worst):
        click.echo(safe_json({**asked, **record}))


def _print(order: Order, task: Task, groups: Sequence[tuple[str, Scores]], accounts: "Sequence[Account]") -> None:
    from flows.cli.accounts import show

    out = console()
    names = list(groups[0][1]) if groups else []
    out.print(table((task, *names), [(group, *(scores[name] for name in names)) for group, scores in groups], right=names))
    out.print()
    if accounts:
        show(out, accounts, order.worst)
