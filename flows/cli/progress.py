"""Shows how far a run is: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from flows.cli.console import safe
from flows.runs.report import Progress

LINE_EVERY_S = 5.0
Show = Callable[[Progress], None]


@contextmanager
def shown(console: Console, *, quiet: bool = False) -> Iterator[Show]:
    """What to call with each step: draws on the console, or nothing where `quiet`."""
    if quiet:
        yield lambda _step: None
    elif console.is_terminal:
        with bar(console) as show:
            yield show
    else:
        yield lines(console)


def lines(console: Console, clock: Callable[[], float] = time.monotonic) -> Show:
    """Prints a step where none was printed for `LINE_EVERY_S`, and the one that completes the run."""
    last = clock()

    def show(step: Progress) -> None:
        nonlocal last
        now = clock()
        if now - last >= LINE_EVERY_S or (step.total and step.done == step.total):
            last = now
            of = f" of {step.total:,}" if step.total is not None else ""
            console.print(f"{step.done:,}{of}  {safe(step.name)}", markup=False)

    return show


@contextmanager
def bar(console: Console) -> Iterator[Show]:
    """A progress bar that is gone when the run is done."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[what]}", markup=False))
    with Bar(*columns, console=console, transient=True) as drawn:
        task = drawn.add_task("", total=None, what="")
        yield lambda step: drawn.update(task, completed=step.done, total=step.total, what=safe(step.name)[-60:])
