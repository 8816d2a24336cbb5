"""What a run shows in the browser: a summary, a table of outcomes by reason, its progress, one picture, links."""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import cast
from uuid import UUID

from prefect.artifacts import (
    create_image_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from flows.picture import data_uri
from flows.runs.report import Progress, Report

PAGES = "WINNOW_PAGES"
"""Variable with the address under which the corpus's pages are served; unset where none serves them."""
UPDATE_EVERY_S = 10.0
"""An update costs 30 to 50 ms of CPU, client and server: half a percent at this pace."""
MARKUP = re.compile(r"[\\`*_{}\[\]()#+\-.!|<>~&]")
"""What Markdown or HTML could take for markup in a stranger's text."""


@contextmanager
def shown(clock: Callable[[], float] = time.monotonic) -> Iterator[Callable[[Progress], None]]:
    """What to call with each step of a run: keeps a progress artifact up to date, now and then, and at the end."""
    made = cast("UUID", create_progress_artifact(0.0, key="progress", description="looking at the inputs"))
    last, step = clock(), Progress(0, None, "")

    def show(now: Progress) -> None:
        nonlocal last, step
        step = now
        if clock() - last >= UPDATE_EVERY_S:
            last = clock()
            update_progress_artifact(made, _percent(step), _told(step))

    yield show
    update_progress_artifact(made, 100.0, _told(step))


def publish(report: Report) -> None:
    """Makes every artifact of a run that has ended."""
    create_markdown_artifact(summary(report), key="summary", description="What became of the inputs")
    create_table_artifact(list(outcomes(report)), key="outcomes", description="Inputs by outcome and reason; searchable")
    create_image_artifact(data_uri(report), key="picture", description="Kept, cut, rejected, duplicates")


def summary(report: Report) -> str:
    """The report as Markdown."""
    lines = [f"# Run {report.run_id}{' (dry run: nothing was written)' if report.dry_run else ''}", ""]
    if report.gate_refused is not None:
        lines += [refusal(report.gate_refused), ""]
    lines += ["| inputs | |", "|---|---:|"]
    lines += [f"| {what} | {count:,} |" for what, count in _counts(report).items()]
    total = report.chars_kept + sum(report.chars_cut.values())
    if total:
        lines += ["", "| characters | | |", "|---|---:|---:|", _row("kept", report.chars_kept, total)]
        lines += [_row(f"cut: {reason}", count, total) for reason, count in _largest_first(report.chars_cut)]
    if report.languages:
        lines += ["", "Languages: " + ", ".join(f"{plain(name)} {count:,}" for name, count in _largest_first(report.languages))]
    if report.messages:
        lines += ["", "**Broken inputs**", "", *(f"- {plain(message)}" for message in report.messages)]
    return "\n".join([*lines, "", *_where(report)])


def refusal(why: str) -> str:
    """What the quality gate found, and how to publish all the same."""
    return (
        f"**The quality gate refused this run; nothing was committed: {plain(why)}.** Look at the outcomes below. "
        "To publish all the same, run it again with *Ignore the gate* switched on, "
        "or raise the limit under `[gate]` in `winnow.toml`."
    )


def outcomes(report: Report) -> Iterator[dict[str, object]]:
    """Rows of the table: how many inputs ended how, and why."""
    for outcome in ("kept", "duplicates", "unchanged"):
        count = getattr(report, outcome)
        if count:
            yield {"outcome": outcome, "stage": "", "reason": "", "inputs": count}
    for name, count in _largest_first(report.rejected):
        stage, _, reason = name.partition("/")
        yield {"outcome": "rejected", "stage": stage, "reason": reason, "inputs": count}
    for reason, count in _largest_first(report.failed):
        yield {"outcome": "failed", "stage": "", "reason": reason, "inputs": count}


def plain(text: str) -> str:
    """A stranger's text such that Markdown shows it and does nothing else with it."""
    return MARKUP.sub(lambda match: f"\\{match[0]}" if match[0] not in "<>&" else f"&#{ord(match[0])};", " ".join(text.split()))


def page(key: str) -> str | None:
    """The address of an object that a run wrote for people; null where no server shows it."""
    base = os.environ.get(PAGES)
    return f"{base}/{key}" if base else None


def link(text: str, key: str) -> str:
    """A Markdown link to such an object; where none serves it, its place in the corpus."""
    address = page(key)
    return f"[{text}]({address})" if address else f"{text}: `{key}` of the corpus"


def _where(report: Report) -> Iterator[str]:
    if not report.dry_run:
        yield f"{link('The record of this run', f'clean/runs/{report.run_id}.json')} (JSON)"
    yield ""
    yield f"The corpus: `{report.corpus}`. To read it: `winnow list --run {report.run_id} --corpus {report.corpus}`"


def _counts(report: Report) -> Mapping[str, int]:
    return {
        "all": report.inputs,
        "kept": report.kept,
        "– new versions among them": report.new_versions,
        "rejected": sum(report.rejected.values()),
        "duplicates": report.duplicates,
        "unchanged": report.unchanged,
        "failed": sum(report.failed.values()),
    }


def _row(what: str, count: int, total: int) -> str:
    return f"| {what} | {count:,} | {count / total:.1%} |"


def _largest_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def _percent(step: Progress) -> float:
    return 100.0 * step.done / step.total if step.total else 0.0


def _told(step: Progress) -> str:
    of = f" of {step.total:,}" if step.total is not None else ""
    return f"{step.done:,}{of} inputs"
