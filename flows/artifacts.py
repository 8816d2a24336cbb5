"""What a run shows in the browser: a summary, a table, its progress, one picture, links."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

from prefect.artifacts import (
    create_image_artifact,
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from flows import markdown
from flows.picture import data_uri, embedded
from flows.runs.maintain import Maintained
from flows.runs.previews import Preview
from flows.runs.release import Released
from flows.runs.report import Progress, Report
from flows.view.release import picture

UPDATE_EVERY_S = 10.0
"""At first; an update costs 30 to 50 ms of CPU, client and server."""
UPDATE_SHARE = 0.05
"""Later an update waits for this share of the run so far: a long run needs no more of them than a short one."""


@contextmanager
def shown(clock: Callable[[], float] = time.monotonic) -> Iterator[Callable[[Progress], None]]:
    """What to call with each step of a run: keeps a progress artifact up to date, now and then, and at the end."""
    made = cast("UUID", create_progress_artifact(0.0, key="progress", description="beginning"))
    began = last = clock()
    step = Progress(0, None, "")

    def show(now: Progress) -> None:
        nonlocal last, step
        step = now
        if clock() - last >= max(UPDATE_EVERY_S, UPDATE_SHARE * (last - began)):
            last = clock()
            update_progress_artifact(made, _percent(step), _told(step))

    yield show
    update_progress_artifact(made, 100.0, _told(step))


def of_run(report: Report) -> None:
    """Shows a run that has ended."""
    create_markdown_artifact(markdown.of_run(report), key="summary", description="What became of the inputs")
    create_table_artifact(list(markdown.outcomes(report)), key="outcomes", description="Inputs by outcome and reason")
    bars = markdown.bars_of_run(report)
    create_image_artifact(data_uri(bars), key="picture", description="Kept, cut, rejected, duplicates")
    page = None if report.dry_run else markdown.run_address(report.run_id)
    if page is not None:
        create_link_artifact(page, "Plots, and the documents to look at first", key="page", description="The page of this run")


def of_plan(made: Preview, apply_at: str | None) -> None:
    """Shows a plan that waits for approval; `apply_at` is the address of the form that carries it out."""
    create_markdown_artifact(markdown.of_plan(made, apply_at), key="plan", description="What would change")
    create_table_artifact(list(markdown.largest(made)), key="largest", description="Documents that would go or change most")
    create_image_artifact(data_uri(markdown.bars_of_plan(made)), key="picture", description="What would become of the documents")
    page = markdown.address(made.page)
    if page is not None:
        create_link_artifact(page, "Before and after, with cuts", key="page", description="The page of this plan")


def of_maintenance(done: Maintained) -> None:
    """Shows what was tidied."""
    create_markdown_artifact(markdown.of_maintenance(done), key="summary", description="What was tidied")


def of_release(done: Released) -> None:
    """Shows what was released."""
    create_markdown_artifact(markdown.of_release(done), key="summary", description="What the release holds")
    if done.manifest is not None:
        create_image_artifact(embedded(picture(done.manifest)), key="picture", description="Documents by month and language")


def _percent(step: Progress) -> float:
    return min(100.0, 100.0 * step.done / step.total) if step.total else 0.0


def _told(step: Progress) -> str:
    of = f" of {step.total:,}" if step.total is not None else ""
    return f"{step.done:,}{of}"
