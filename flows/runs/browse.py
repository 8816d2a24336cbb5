"""A corpus as a folder of pages: an index with search, a page for each document and each run.

Every page carries a stamp of what it was made from. The same call again writes only pages whose stamp changed, goes on where one
was cut off, and removes pages of what is no longer there.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.runs.dossier import portrait
from flows.runs.folder import Folder
from flows.runs.indexpage import index_html
from flows.runs.publish import CODE
from flows.runs.reading import found_of, reports
from flows.runs.report import Progress, Report
from flows.runs.runpage import CONTENT, record_of, run_html
from flows.runs.shelf import MAX_NAMED, Shelf, whole_shelf
from flows.view.document import document_page
from flows.view.pages import Place, document_path, run_path
from storage.tables import Corpus

PORTION = 1_000
"""Documents of several versions whose texts are held at once."""
Tell = Callable[[Progress], None]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Browsed:
    """What was done."""

    documents: int
    """Pages of documents and refused inputs that the folder holds now."""
    runs: int
    written: int
    """Pages that were new or had changed, the index left out."""
    removed: int
    """Pages of what is no longer there."""


def browse(corpus: Corpus, target: Path, location: str, progress: Tell = lambda _step: None) -> Browsed:
    """Bring the folder up to date with the corpus. Raises: FolderError where it holds something else."""
    folder = Folder.at(target, corpus.bucket.uri)
    shelf = whole_shelf(corpus)
    told = list(reports(corpus))
    outcomes = corpus.scan("outcomes")
    stamps = {id_: _stamp(shelf, id_) for id_ in shelf.outcomes}
    stale = [id_ for id_ in stamps if folder.stamp(document_path(id_)) != stamps[id_]]
    place = Place("../../", location, shelf.outcomes)
    for done, (id_, rows) in enumerate(_rows(corpus, shelf, stale), 1):
        found = found_of(shelf.outcomes[id_], shelf.decisions.get(id_), rows)
        folder.write(document_path(id_), document_page(portrait(shelf, id_, found, rows, place)), stamps[id_])
        progress(Progress(done, len(stale), shelf.name(id_)))
    written = _write_runs(corpus, folder, told, outcomes, Place("../", location, shelf.outcomes))
    removed = folder.keep_only({*map(document_path, stamps), *(run_path(report.run_id) for report in told)})
    folder.write("index.html", index_html(shelf, told, outcomes, Place("", location, shelf.outcomes)), "")
    return Browsed(len(stamps), len(told), len(stale) + written, removed)


def _rows(corpus: Corpus, shelf: Shelf, ids: Sequence[str]) -> Iterator[tuple[str, list[Row]]]:
    """The rows of `versions` of each document; the table is read once, and once more for each portion of many versions."""
    single = {id_ for id_ in ids if len(shelf.versions.get(id_, ())) == 1}
    several = [id_ for id_ in ids if len(shelf.versions.get(id_, ())) > 1]
    yield from ((id_, []) for id_ in ids if not shelf.versions.get(id_))
    if single:
        for batch in corpus.batches("versions", where=pc.field("id").isin(sorted(single))):
            yield from ((row["id"], [row]) for part in batch.to_batches(PORTION) for row in part.to_pylist())
    for start in range(0, len(several), PORTION):
        portion = several[start : start + PORTION]
        rows: dict[str, list[Row]] = {id_: [] for id_ in portion}
        for row in corpus.scan("versions", where=pc.field("id").isin(portion)).to_pylist():
            rows[row["id"]].append(row)
        yield from rows.items()


def _write_runs(corpus: Corpus, folder: Folder, told: Sequence[Report], outcomes: pa.Table, place: Place) -> int:
    """Writes the pages of runs that changed, and returns how many."""
    stamps = {report.run_id: _digest(_edition(), place.corpus, report.to_json()) for report in told}
    stale = [report for report in told if folder.stamp(run_path(report.run_id)) != stamps[report.run_id]]
    if not stale:
        return 0
    versions = corpus.scan("versions", CONTENT, pc.field("run_id").isin([report.run_id for report in stale]))
    for report in stale:
        of_run = pc.field("run_id") == report.run_id
        record = record_of(report, outcomes.filter(of_run), versions.filter(of_run))
        folder.write(run_path(report.run_id), run_html(record, place), stamps[report.run_id])
    return len(stale)


def _stamp(shelf: Shelf, id_: str) -> str:
    """Changes whenever a document's page would."""
    others = [*shelf.named(id_), *shelf.linked(id_)[:MAX_NAMED]]
    around = [(other, shelf.heading(other), shelf.name(other), shelf.edges(other).get(id_)) for other in others]
    return _digest(
        _edition(), shelf.outcomes[id_], shelf.decisions.get(id_), shelf.versions.get(id_), len(shelf.copies(id_)), around
    )


@cache
def _edition() -> str:
    """Changes whenever the same rows may give another page: a digest of all code and templates that make pages."""
    digest = hashlib.sha256(CODE.encode("ascii"))
    folders = (files("flows.runs"), files("flows.view"), files("flows.view") / "templates")
    for part in sorted((part for folder in folders for part in folder.iterdir() if part.is_file()), key=str):
        digest.update(part.read_bytes())
    return digest.hexdigest()


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]
