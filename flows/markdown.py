"""Runs and plans as Markdown and as rows of tables, for the browser."""

import os
from collections.abc import Iterator, Mapping

from flows.picture import Bar
from flows.runs.maintain import Maintained
from flows.runs.previews import Preview
from flows.runs.release import Released
from flows.runs.report import Report
from flows.view.pages import run_path
from flows.view.visible import plain
from storage import keys

PAGES = "WINNOW_PAGES"
"""Variable with the address under which the corpus's pages are served; unset where none serves them."""
LARGEST = 20
Row = dict[str, object]


def of_run(report: Report) -> str:
    """What a run did."""
    lines = [f"## Run {report.run_id}{' (dry run: nothing was written)' if report.dry_run else ''}", ""]
    if report.gate_refused is not None:
        lines += [_refusal(report), ""]
    lines += ["| inputs | |", "|---|---:|", *(f"| {what} | {count:,} |" for what, count in _counts(report).items())]
    total = report.chars_kept + sum(report.chars_cut.values())
    if total:
        lines += ["", "| characters | | |", "|---|---:|---:|", _share("kept", report.chars_kept, total)]
        lines += [_share(f"cut: {reason}", count, total) for reason, count in _largest_first(report.chars_cut)]
    if report.languages:
        lines += ["", "Languages: " + ", ".join(f"{plain(name)} {count:,}" for name, count in _largest_first(report.languages))]
    if report.messages:
        lines += ["", "**Broken inputs**", "", *(f"- {plain(message)}" for message in report.messages)]
    return "\n".join([*lines, "", *_where(report)])


def outcomes(report: Report) -> Iterator[Row]:
    """How many inputs ended how, and why."""
    for outcome in ("kept", "duplicates", "unchanged"):
        count = getattr(report, outcome)
        if count:
            yield {"outcome": outcome, "stage": "", "reason": "", "inputs": count}
    for name, count in _largest_first(report.rejected):
        stage, _, reason = name.partition("/")
        yield {"outcome": "rejected", "stage": stage, "reason": reason, "inputs": count}
    for reason, count in _largest_first(report.failed):
        yield {"outcome": "failed", "stage": "", "reason": reason, "inputs": count}


def bars_of_run(report: Report) -> list[Bar]:
    """Inputs by outcome, and characters of the cleaned documents."""
    inputs = {
        "kept": report.kept,
        "duplicates": report.duplicates,
        "unchanged": report.unchanged,
        "rejected": sum(report.rejected.values()),
        "failed": sum(report.failed.values()),
    }
    return [Bar("inputs", inputs), Bar("characters", {"kept": report.chars_kept, "cut": sum(report.chars_cut.values())})]


def of_plan(made: Preview, apply_at: str | None) -> str:
    """What a plan would change; `apply_at` is the address of the form that carries it out."""
    sample = f"a sample of {made.looked_at:,}; the whole lies, 99 to 1, from {made.low:.1%} to {made.high:.1%}"
    share = made.changed / made.looked_at if made.looked_at else 0.0
    form = f"[reprocess-apply]({apply_at})" if apply_at else "`reprocess-apply`"
    lines = [
        f"## Plan {made.plan}",
        "",
        f"**{made.changed:,} of {made.looked_at:,} documents would change ({share:.1%})**; {made.selected:,} are selected"
        + (f": {sample}." if made.is_sample else ", and all were looked at."),
        "",
        f"{link('The page of this plan', made.page)}: the largest changes before and after, with cuts.",
        "",
        f"To carry it out: {form} with this plan and your name. Nothing has been changed so far.",
        "",
        "| of those looked at | |",
        "|---|---:|",
        *(f"| {name} | {count:,} |" for name, count in _becomes(made).items()),
    ]
    if made.buckets:
        lines += ["", "| share of words that differ | documents |", "|---|---:|"]
        lines += [f"| {plain(name)} | {count:,} |" for name, count in made.buckets.items()]
    if made.messages:
        lines += ["", "**Could not be cleaned again**", "", *(f"- {plain(message)}" for message in made.messages)]
    return "\n".join(lines)


def largest(made: Preview) -> Iterator[Row]:
    """The documents that would change most, and those that would go; never empty."""
    changed = sorted(
        (result for result in made.results if result.becomes != "unchanged"),
        key=lambda result: (result.becomes == "new-version", -result.words_changed, result.id),
    )
    for result in changed[: 10 * LARGEST]:
        yield {
            "document": result.id,
            "becomes": result.becomes,
            "reason": result.reason or "",
            "words changed": result.words_changed,
        }
    if not changed:
        yield {"document": "none", "becomes": "unchanged", "reason": "", "words changed": 0}


def bars_of_plan(made: Preview) -> list[Bar]:
    """What becomes of the documents that were looked at."""
    names = {"new-version": "changed"}
    return [Bar("documents looked at", {names.get(name, name): count for name, count in made.counts.items()})]


def of_maintenance(done: Maintained) -> str:
    """What was tidied."""
    return "\n".join(
        [
            f"## The tables stand at commit {done.seq}",
            "",
            f"- {done.rolled:,} commits were brought into the tables",
            f"- {done.merged:,} files of the tables were merged into fewer",
            f"- {len(done.recorded):,} runs that died after their commit were recorded",
            f"- {len(done.given_up):,} runs that died before their commit were given up",
            f"- {done.removed:,} objects that no commit names were removed",
            f"- {done.retired:,} segments of raw pages were retired, as `[retention]` says",
            "" if done.is_done else "\nMore is left to remove: the next run goes on.",
        ]
    )


def of_release(done: Released) -> str:
    """What a release holds."""
    counts = done.counts
    what = "would hold" if done.dry_run else "holds" if done.is_new else "stood already and holds"
    held = f"It {what} {counts.documents:,} documents with {counts.words:,} words, the corpus as of commit {done.seq}."
    left = f"Left out: {counts.duplicates_left_out:,} duplicates, {counts.opt_outs_left_out:,} for signals against use."
    lines = [
        f"## Release {plain(done.name)}",
        "",
        f"{held} {left}",
        "",
        "| language | documents | words |",
        "|---|---:|---:|",
    ]
    words = counts.words_by_language
    lines += [f"| {plain(name)} | {count:,} | {words[name]:,} |" for name, count in _largest_first(counts.by["language"])]
    if not done.dry_run:
        lines += ["", f"It stands at `{done.place}`; the pointer names {plain(done.latest or '')}."]
    return "\n".join(lines)


def run_address(run: str) -> str | None:
    """Where a browser finds the page of a run; null where no server shows it."""
    return address(run_path(run))


def address(key: str) -> str | None:
    """Where a browser finds an object that a run wrote for people; null where no server shows it."""
    base = os.environ.get(PAGES)
    return f"{base}/{key}" if base else None


def link(text: str, key: str) -> str:
    """A link to such an object, or its place in the corpus."""
    found = address(key)
    return f"[{text}]({found})" if found else f"{text} is `{key}` of the corpus"


def _refusal(report: Report) -> str:
    why = f"**This run was refused; nothing was committed: {plain(report.gate_refused or '')}.**"
    if report.kind == "reprocess":
        return why
    how = "run it again with `ignore_gate` switched on, or raise the limit under `[gate]` in `winnow.toml`"
    return f"{why} Look at the outcomes; to publish all the same, {how}."


def _where(report: Report) -> Iterator[str]:
    if not report.dry_run:
        page = run_address(report.run_id)
        told = (
            f"[The page of this run]({page})"
            if page
            else f"`winnow inspect {report.run_id} -o page.html` writes the page of this run"
        )
        yield f"{told}: plots, and the documents to look at first"
        yield ""
        yield f"{link('The record of this run', keys.run_record(report.run_id))} (JSON)"
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
    } | ({"withdrawn documents": report.withdrawn} if report.kind == "reprocess" else {})


def _becomes(made: Preview) -> Mapping[str, int]:
    counts = made.counts
    return {
        "stay as they are": counts["unchanged"],
        "get a new version": counts["new-version"],
        **{f"newly rejected: {reason}": count for reason, count in made.newly_rejected.items()},
        "no longer rejected": counts["accepted"],
        "newly duplicates": made.newly_duplicate,
        "no longer duplicates": made.no_longer_duplicate,
        "could not be read": counts["failed"],
    }


def _share(what: str, count: int, total: int) -> str:
    return f"| {what} | {count:,} | {count / total:.1%} |"


def _largest_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
