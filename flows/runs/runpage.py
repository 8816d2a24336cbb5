"""The page of a run: its report, what became of each input, and what to look at first."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.errors import NotFoundError
from flows.runs.engine import made_by
from flows.runs.reading import OutcomeRow, outcome_row, reports
from flows.runs.report import Report
from flows.runs.suspicious import UNSURE, Content, Sign, signs
from flows.view.fact import Fact
from flows.view.fates import FAMILY
from flows.view.pages import Place
from flows.view.plots import Chart, Part, Stack, lengths, ranked, shares
from flows.view.run import Listed, Refusals, RunPage, run_page
from storage.tables import Corpus

SUSPECTS = 30
"""Documents that a page names as suspicious."""
REFUSED = 30
"""Inputs that a page names for each reason."""
CONTENT = ("id", "run_id", "version", "title", "language_score", "removals")
OF_CONTENT_ONLY = {"kept", "duplicate"}
"""Outcomes of inputs whose text stands in the corpus by this run."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a run."""

    report: Report
    outcomes: Sequence[OutcomeRow]
    content: Mapping[tuple[str, int | None], Content]
    """Document and version → what the run's versions say; empty for a run that was refused."""


def inspected_run(corpus: Corpus, run: str, place: Place) -> str:
    """The page of the run whose id starts so, as HTML. Raises: NotFoundError."""
    found = list(reports(corpus, run))
    if len(found) != 1:
        what = f"fits {len(found)} runs: give more of its id" if found else "is no run that has ended"
        raise NotFoundError(f"{run} {what}")
    (report,) = found
    of_run = pc.field("run_id") == report.run_id
    outcomes = corpus.scan("outcomes", where=of_run)
    return run_html(record_of(report, outcomes, corpus.scan("versions", CONTENT, of_run)), place)


def record_of(report: Report, outcomes: pa.Table, versions: pa.Table) -> Record:
    """A run's record from its rows of `outcomes` and of `versions`."""
    rows = report.outcomes or outcomes.to_pylist()
    content = {(row["id"], row["version"]): _content(row) for row in versions.to_pylist()}
    return Record(report, [outcome_row(row) for row in rows], content)


def run_html(record: Record, place: Place) -> str:
    """The page as HTML."""
    report = record.report
    documents = [row for row in record.outcomes if row.outcome in OF_CONTENT_ONLY]
    suspects = list(_suspects(record, documents))
    verdict, tone = verdict_of(report)
    return run_page(
        RunPage(
            run=report.run_id,
            heading=f"{'Reprocess' if report.kind == 'reprocess' else 'Run'} of {began(report.run_id)}",
            verdict=verdict,
            tone=tone,
            refused=report.gate_refused,
            facts=[fact for fact in _facts(report) if fact.value],
            stacks=[inputs_of(report), _characters_of(report)],
            charts=_charts(report, documents),
            histograms=_histograms(documents),
            suspects=[listed for _, listed in suspects[:SUSPECTS]],
            n_suspects=len(suspects),
            n_documents=len(documents),
            refusals=list(_refusals(record.outcomes)),
            messages=report.messages,
            place=place,
            filters={} if report.outcomes else {"what this run listed": f"run={report.run_id}"},
        )
    )


def _content(row: Mapping[str, Any]) -> Content:
    unsure = sum(removal["end"] - removal["start"] for removal in row["removals"] if removal["score"] < UNSURE)
    return Content(row["title"], row["language_score"], unsure)


def verdict_of(report: Report) -> tuple[str, str]:
    """How a run ended, in a few words, and their colour."""
    if report.gate_refused is not None:
        return "refused by the quality gate", "failed"
    return ("committed", "kept") if report.seq is not None else ("nothing to commit", "")


def began(run: str) -> str:
    """When a run began, from its id; the id itself where it does not tell."""
    try:
        return f"{datetime.strptime(run[:15], '%Y%m%dT%H%M%S').replace(tzinfo=UTC):%-d %B %Y, %H:%M} UTC"
    except ValueError:
        return run


def _facts(report: Report) -> Iterator[Fact]:
    yield Fact("run", report.run_id)
    yield Fact("commit", str(report.seq or ""))
    yield Fact("took", f"{report.seconds:,.1f} s, {report.cpu_seconds:,.1f} s of CPU" if report.seconds else "")
    yield Fact("made by", made_by(report))
    yield Fact("new versions", f"{report.new_versions:,}" if report.new_versions else "", "of documents known before")
    yield Fact("series", f"{report.series:,}" if report.series else "", "linked to earlier issues, kept")
    yield Fact("round-ups", f"{report.round_ups:,}" if report.round_ups else "", "hold several other documents, kept")
    why = "documents that the run had brought" if report.undoes else "documents that are rejected now"
    yield Fact("withdrawn", f"{report.withdrawn:,}" if report.withdrawn else "", why)
    yield Fact("undoes", report.undoes or "", "what it changed stands again as before, but for what later runs changed")
    yield Fact("plan", report.plan or "")
    yield Fact("approved by", report.approved_by or "")
    yield Fact("flags", ", ".join(f"{flag} {count:,}" for flag, count in sorted(report.flags.items())))


def inputs_of(report: Report) -> Stack:
    """Its inputs by outcome."""
    parts = [
        Part("kept", report.kept, "kept"),
        Part("duplicates", report.duplicates, "duplicate"),
        Part("unchanged", report.unchanged, "unchanged"),
        Part("rejected", sum(report.rejected.values()), "rejected"),
        Part("failed", sum(report.failed.values()), "failed"),
    ]
    return Stack("inputs", parts)


def _characters_of(report: Report) -> Stack:
    parts = [Part("kept", report.chars_kept, "kept"), Part("cut", sum(report.chars_cut.values()), "cut")]
    return Stack("characters of the pages that were cleaned", parts)


def _charts(report: Report, documents: Sequence[OutcomeRow]) -> list[Chart]:
    sites = Counter(row.site for row in documents if row.site)
    return [
        ranked("Characters cut, by reason", report.chars_cut, {reason.value: family for reason, family in FAMILY.items()}),
        ranked("Documents by language", report.languages),
        ranked("Documents by site", sites),
        ranked(
            "Rejected and failed, by reason", {**report.rejected, **report.failed}, dict.fromkeys(report.rejected, "rejected")
        ),
    ]


def _histograms(documents: Sequence[OutcomeRow]) -> list[Chart]:
    if not documents:
        return []
    cut = (row.chars_cut / max(1, row.chars_cut + row.chars_kept) for row in documents)
    return [
        shares("Documents by share of the page that was cut", cut),
        lengths("Documents by characters kept", (row.chars_kept for row in documents)),
    ]


def _suspects(record: Record, documents: Sequence[OutcomeRow]) -> list[tuple[float, Listed]]:
    """Documents that something speaks against, with the sum of the weights, the most suspicious first."""
    found: list[tuple[float, Listed]] = []
    for row in documents:
        content = record.content.get((row.id, row.version))
        against = signs(row, content)
        if against:
            found.append((_sum(against), _listed(row, [sign.why for sign in against], content.title if content else None)))
    return sorted(found, key=lambda each: (-each[0], each[1].id))


def _sum(against: Sequence[Sign]) -> float:
    return sum(sign.weight for sign in against)


def _listed(row: OutcomeRow, why: Sequence[str], title: str | None = None) -> Listed:
    return Listed(row.id, title or row.name, f"{row.source}/{row.name}", why, row.chars_kept, row.chars_cut)


def _refusals(outcomes: Sequence[OutcomeRow]) -> Iterator[Refusals]:
    """Rejected and failed inputs by reason, the most frequent first."""
    groups: dict[tuple[str, str], list[OutcomeRow]] = defaultdict(list)
    for row in outcomes:
        if row.outcome in {"rejected", "failed"}:
            groups[row.outcome, f"{row.stage}/{row.reason}"].append(row)
    for (outcome, name), rows in sorted(groups.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        shown = sorted(rows, key=lambda row: (row.source, row.name))[:REFUSED]
        yield Refusals(name, outcome, len(rows), [_listed(row, [row.detail or ""]) for row in shown])
