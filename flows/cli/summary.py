"""The summary of a run as a person reads it."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.cli.console import safe
from flows.runs.report import Report

if TYPE_CHECKING:
    from flows.runs.previews import Preview

Row = tuple[str, int, str]
"""What, how many, and a remark."""


def print_report(report: Report, out: Console) -> None:
    """Prints counts, messages, and how to read the corpus."""
    out.print(Text(_headline(report), style="bold"))
    out.print(_table(_inputs(report)))
    if report.chars_kept or report.chars_cut:
        out.print(Text("\nCharacters", style="bold"))
        out.print(_table(_characters(report)))
    if report.languages:
        out.print(Text(f"\nLanguages  {_listed(report.languages)}"))
    if report.flags:
        out.print(Text(f"Flags      {_listed(report.flags)}"))
    if report.engine:
        out.print(Text(f"Engine     {safe(report.engine)}, model {safe(report.model or '')}", style="dim"))
    for message in report.messages:
        out.print(Text(f"! {safe(message)}", style="yellow"))
    for line in _ending(report):
        out.print(Text(line))


def print_preview(made: "Preview", page: str | None, out: Console) -> None:
    """Prints what a reprocess would change, and how to look at it and apply it."""
    of = f"{made.looked_at:,} of {made.selected:,} documents looked at" if made.is_sample else f"{made.looked_at:,} documents"
    out.print(Text(f"Plan {made.plan}: {of}, {made.changed:,} would change", style="bold"))
    if made.is_sample:
        out.print(Text(f"Of all {made.selected:,} that is {made.low:.1%} to {made.high:.1%}, with 99 % confidence."))
    out.print(_table(_previewed(made)))
    for message in made.messages:
        out.print(Text(f"! {safe(message)}", style="yellow"))
    out.print(Text(f"\nThe page: {safe(page or f'{made.corpus.rstrip(chr(47))}/{made.page}')}"))
    out.print(Text(f"To apply it: winnow reprocess apply {made.plan} --by NAME --corpus {safe(made.corpus)}"))


def _previewed(made: "Preview") -> Iterator[Row]:
    counts = made.counts
    yield "stay", counts["unchanged"], ""
    yield "new versions", counts["new-version"], _listed({name: count for name, count in (made.buckets or {}).items() if count})
    yield "newly rejected", counts["rejected"], _listed(made.newly_rejected)
    yield "no longer rejected", counts["accepted"], ""
    yield "newly duplicates", made.newly_duplicate, f"{made.no_longer_duplicate:,} no longer" if made.no_longer_duplicate else ""
    yield "failed", counts["failed"], ""


def _headline(report: Report) -> str:
    what = f"rollback of {safe(report.undoes)}" if report.undoes else safe(report.kind)
    by = f" ({what}, approved by {safe(report.approved_by)})" if report.approved_by else ""
    return f"Run {report.run_id}{' (dry run: nothing was written)' if report.dry_run else ''}{by}"


def _inputs(report: Report) -> Iterator[Row]:
    yield "inputs", report.inputs, f"{report.seconds:.1f} s, {report.cpu_seconds:.1f} s of CPU"
    yield "kept", report.kept, f"{report.kept - report.new_versions:,} new, {report.new_versions:,} new versions"
    withdrawn = f" ({report.withdrawn:,} documents withdrawn)" if report.withdrawn else ""
    yield "rejected", sum(report.rejected.values()), _listed(report.rejected) + withdrawn
    linked = [f"{count:,} {what}" for what, count in (("of a series", report.series), ("round-ups", report.round_ups)) if count]
    yield "duplicates", report.duplicates, f"kept beside them: {', '.join(linked)}" if linked else ""
    yield "unchanged", report.unchanged, ""
    yield "failed", sum(report.failed.values()), _listed(report.failed)
    if report.would_fetch:
        yield "would fetch", report.would_fetch, "a dry run fetches feeds and lists, but no pages"


def _characters(report: Report) -> Iterator[Row]:
    total = report.chars_kept + sum(report.chars_cut.values())
    yield "kept", report.chars_kept, _share(report.chars_kept, total)
    for reason, count in _largest_first(report.chars_cut):
        yield f"cut: {reason}", count, _share(count, total)


def _ending(report: Report) -> Iterator[str]:
    corpus = safe(report.corpus)
    if report.gate_refused is not None and report.kind == "reprocess":
        yield f"\nStopped, nothing was committed: {safe(report.gate_refused)}"
    elif report.gate_refused is not None:
        yield f"\nThe quality gate refused this run, nothing was committed: {safe(report.gate_refused)}"
        yield "Its counts and outcomes stand in clean/runs of the corpus; the limits are those of [gate] in winnow.toml."
    elif report.undoes is not None and not report.inputs and not report.withdrawn:
        yield "\nNothing was left to undo, nothing was committed."
    elif report.undoes is None and not report.inputs and not report.would_fetch:
        endings = ".txt, .html(.gz) or .jsonl(.gz|.zst)"
        yield f"\nNothing to read was found: files must end in {endings}, and not be hidden or match load.skip"
    elif not report.dry_run:
        if report.behind:
            yield f"\n`documents` stands {report.behind:,} commits behind the other tables: `winnow maintain` brings them in."
        where = f"--corpus {corpus}"
        yield f"\nThe corpus is at {corpus}. To read it:"
        yield f"  winnow list {where}    winnow show DOC --cuts {where}"
        table = f'DeltaTable("{corpus.rstrip("/")}/clean/documents")'
        yield f"  python -c 'from deltalake import DeltaTable; print({table}.to_pyarrow_table().slice(0, 3).to_pylist())'"


def _table(rows: Iterator[Row]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for what, count, remark in rows:
        table.add_row(Text(what), Text(f"{count:,}"), Text(remark, style="dim"))
    return table


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{safe(name)} {count:,}" for name, count in _largest_first(counts))


def _largest_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}"
