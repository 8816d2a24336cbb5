"""The index of a corpus's pages: one row for each document and refused input, one for each run."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import pyarrow as pa

from flows.runs.report import Report
from flows.runs.runpage import began, inputs_of, verdict_of
from flows.runs.shelf import Shelf
from flows.view.index import IndexPage, Row, RunRow, index_page
from flows.view.pages import Place


def index_html(shelf: Shelf, reports: Sequence[Report], outcomes: pa.Table, place: Place) -> str:
    """The page as HTML."""
    runs = _runs_of(outcomes)
    rows = [_row(shelf, id_, runs.get(id_, ())) for id_ in shelf.outcomes]
    return index_page(
        IndexPage(
            heading=PurePosixPath(place.corpus).name or place.corpus,
            tiles=_tiles(rows),
            rows=rows,
            runs=[_run(report) for report in reversed(reports)],
            place=place,
        )
    )


def _runs_of(outcomes: pa.Table) -> Mapping[str, Sequence[str]]:
    """Document → the runs that listed it."""
    found: dict[str, list[str]] = defaultdict(list)
    for id_, run in zip(outcomes["id"].to_pylist(), outcomes["run_id"].to_pylist(), strict=True):
        if run not in found[id_]:
            found[id_].append(run)
    return found


def _row(shelf: Shelf, id_: str, runs: Sequence[str]) -> Row:
    outcome = shelf.outcomes[id_]
    refused = (f"{outcome.stage}/{outcome.reason}",) if outcome.reason else ()
    return Row(
        id=id_,
        title=shelf.titles.get(id_) or "",
        name=shelf.name(id_),
        site=outcome.site or "",
        language=outcome.language or "",
        outcome=outcome.outcome,
        reasons=(*refused, *outcome.cuts),
        runs=runs,
        flags=outcome.flags,
        kept=outcome.chars_kept,
        cut=outcome.chars_cut,
        published_at=shelf.published.get(id_),
        n_versions=len(shelf.versions.get(id_, ())),
    )


def _tiles(rows: Sequence[Row]) -> list[tuple[str, int, str]]:
    counts = Counter(row.outcome for row in rows)
    kept, cut = (sum(getattr(row, name) for row in rows) for name in ("kept", "cut"))
    return [
        ("kept", counts["kept"], ""),
        ("duplicates", counts["duplicate"], ""),
        ("rejected", counts["rejected"], "rejected"),
        ("failed", counts["failed"], "failed"),
        ("characters kept", kept, ""),
        ("characters cut", cut, ""),
    ]


def _run(report: Report) -> RunRow:
    verdict, tone = verdict_of(report)
    return RunRow(report.run_id, began(report.run_id), inputs_of(report), verdict, tone)
