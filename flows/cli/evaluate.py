"""`winnow evaluate`: scores cleaning against gold data, through the functions that every scorer calls."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.cli.console import Recorded, console, json_option, notices, safe_json, table
from ingest.gold import GROUPS, TASKS, Choice, Gold, Task

if TYPE_CHECKING:
    from ingest.goldfiles import Opener

Scores = dict[str, float]


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    gold: str
    split: str
    task: tuple[Task, ...]
    by: str | None
    all_types: bool
    limit: int | None
    as_json: bool


@click.command(cls=Recorded)
@click.option("--gold", required=True, metavar="PATH", help="A gold file, or a folder of them.")
@click.option("--split", type=click.Choice(["dev", "train", "all"]), default="dev", show_default=True, help="Which publishers.")
@click.option("--task", type=click.Choice(TASKS), multiple=True, help="That task only; repeatable. Else all that PATH holds.")
@click.option("--by", type=click.Choice(GROUPS), help="A score for each group of that kind.")
@click.option("--all-types", is_flag=True, help="Pages that are no news articles count too.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="The first N documents of each task only.")
@json_option
def command(order: Order) -> None:
    """Score cleaning against gold data.

    Shares are of characters for text, story and natural, of pages for pages and metadata, of files or blocks for seeds.
    """
    from flows.cli.progress import shown
    from flows.runs.report import Progress
    from ingest.goldfiles import read

    opener, tasks = _tasks(order)
    results = []
    for task, names in tasks.items():
        with shown(notices(), quiet=order.as_json) as show:
            documents = _first(read(task, names, opener, Choice(order.split, order.all_types)), order.limit)
            counted = _told(documents, lambda done, task=task: show(Progress(done, None, task)))  # type: ignore[misc]
            results += [(task, group, scores) for group, scores in _scored(task, counted, order.by)]
    if order.as_json:
        for task, group, scores in results:
            click.echo(safe_json({"task": task, "split": order.split, "group": group, **scores}))
    else:
        _print(results)


def _tasks(order: Order) -> tuple["Opener", Mapping[Task, tuple[str, ...]]]:
    """How to open the gold files, and which there are for each task."""
    from ingest.errors import GoldError
    from ingest.goldfiles import files_by_task

    path = Path(order.gold)
    if not path.exists():
        raise click.BadParameter(f"there is nothing at {order.gold}", param_hint="--gold")
    folder = path if path.is_dir() else path.parent
    names = sorted(each.name for each in folder.iterdir() if each.is_file())
    opener: Opener = lambda name: (folder / name).open("rb")  # noqa: E731 - a closure over the folder
    found = files_by_task(names, opener)
    if not path.is_dir():
        found = {task: files if task == "metadata" else (path.name,) for task, files in found.items() if path.name in files}
    wanted = {task: files for task, files in found.items() if not order.task or task in order.task}
    if not wanted:
        raise GoldError(f"{order.gold} holds no gold data{' of that task' if found else ' in a format that can be scored'}")
    return opener, wanted


def _first(documents: Iterator[Gold], limit: int | None) -> Iterator[Gold]:
    from itertools import islice

    return islice(documents, limit)


def _told(documents: Iterable[Gold], tell: Callable[[int], None]) -> Iterator[Gold]:
    for done, document in enumerate(documents):
        tell(done)
        yield document


def _scored(task: Task, documents: Iterable[Gold], by: str | None) -> Iterator[tuple[str, Scores]]:
    """Group → scores; everything is one group where none is asked for, so that only one document is held at a time."""
    score = _scorer(task)
    if by is None:
        yield "all", score(documents)
        return
    groups: dict[str, list[Gold]] = defaultdict(list)
    for document in documents:
        groups[document.groups.get(by, "none")].append(document)
    for group in sorted(groups):
        yield group, score(groups[group])


def _scorer(task: Task) -> Callable[[Iterable[Any]], Scores]:
    from ingest import evaluate, scores

    if task in ("text", "story", "natural"):
        by_lines = {"text": scores.text, "story": scores.story, "natural": scores.natural}
        return partial(by_lines[task], keep=evaluate.keep_lines)
    if task == "pages":
        return _timed_pages
    if task == "metadata":
        return partial(scores.metadata, describe=evaluate.describe, today=datetime.now(UTC).date())
    if task == "language":
        return partial(scores.language, detect=evaluate.language)
    return partial(scores.seeds, read=_seed_reader())


def _timed_pages(documents: Iterable[Any]) -> Scores:
    """Scores of pages, with the CPU time that cleaning one takes."""
    from ingest import evaluate, scores

    spent = 0.0

    def clean(html: bytes, url: str) -> str:
        nonlocal spent
        start = time.process_time()
        text = evaluate.clean_html(html, url)
        spent += time.process_time() - start
        return text

    found = scores.pages(documents, clean)
    return {**found, "cpu_ms_per_page": 1000 * spent / max(1, found["docs"])}


def _seed_reader() -> Callable[[Any], Any]:
    """The production path for a raw text file."""
    from ingest.records import Cleaned, RawPage
    from ingest.stages import PipelineConfig, judge_of

    judge = judge_of(PipelineConfig())

    def clean(gold: Any) -> Any:  # noqa: ANN401
        page = RawPage(source="gold", name=gold.name, media_type="text/plain", body=gold.body)
        result = judge(page)
        return result.document if isinstance(result, Cleaned) else None

    return clean


def _print(results: Sequence[tuple[Task, str, Scores]]) -> None:
    out = console()
    for task in dict.fromkeys(task for task, _, _ in results):
        rows = [(group, scores) for each, group, scores in results if each == task]
        names = list(rows[0][1])
        cells = [(group, *(scores[name] for name in names)) for group, scores in rows]
        out.print(table((task, *names), cells, right=names))
        out.print()
