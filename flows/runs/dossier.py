"""All that the corpus says of one document, brought together for its page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow.compute as pc

from flows.runs.differences import version_note
from flows.runs.facts import deeper_facts, facts, heading, likeness, verdict
from flows.runs.history import Event, history
from flows.runs.reading import Found, found_of, resolve
from flows.runs.recall import recalled
from flows.runs.settings import Settings
from flows.runs.shelf import MAX_NAMED, Shelf, shelf_around
from flows.runs.why import account
from flows.view.changes import pair
from flows.view.document import Portrait, Relative, Step, VersionNote, document_page
from flows.view.pages import Place
from ingest.records import Document, Edge
from storage.rows import decisions_of, document_of, latest
from storage.tables import Corpus

OF_RELATIVES = {"duplicate of", "like"}
"""Facts that a page shows as a table of other documents."""
MAX_CHANGES = 10
"""Versions of which a page shows what changed, the newest; a comparison costs up to a second."""


def inspected(corpus: Corpus, name: str, settings: Settings) -> str:
    """The page of the document that a user means, as HTML; a rejected input is cleaned again for it. Raises: NotFoundError."""
    id_ = resolve(corpus, name)
    is_it = pc.field("id") == id_
    decision = next(iter(decisions_of(latest(corpus.scan("decisions", where=is_it)))), None)
    rows = corpus.scan("versions", where=is_it).to_pylist()
    shelf = shelf_around(corpus, id_, decision)
    found = recalled(found_of(shelf.outcomes.get(id_), decision, rows), settings)
    shown = portrait(shelf, id_, found, rows, Place(corpus=settings.corpus.location))
    steps = [_step(event) for event in reversed(history(corpus, id_))]
    return document_page(replace(shown, history=steps, account=account(corpus, found, settings)))


def _step(event: Event) -> Step:
    return Step(f"{event.when:%Y-%m-%d %H:%M} UTC", event.run, event.version, event.change, event.detail)


def portrait(shelf: Shelf, id_: str, found: Found, rows: Sequence[Mapping[str, Any]], place: Place) -> Portrait:
    """What a document's page shows; `rows` are its rows of `versions`."""
    return Portrait(
        id=id_,
        heading=heading(found),
        verdict=verdict(found),
        document=found.document,
        facts=[fact for fact in facts(found) if fact.label not in OF_RELATIVES],
        deeper=list(deeper_facts(found)),
        versions=list(reversed(list(_versions(found, rows)))),
        relatives=list(_relatives(shelf, id_)),
        copies_left_out=len(shelf.copies(id_)) - len(shelf.named(id_)),
        links_left_out=max(0, len(shelf.linked(id_)) - MAX_NAMED),
        place=place,
    )


def _versions(found: Found, rows: Sequence[Mapping[str, Any]]) -> Iterator[VersionNote]:
    ordered = sorted(rows, key=lambda row: int(row["version"]))
    current = found.origin.version if found.origin else None
    before: Document | None = None
    for left, row in zip(range(len(ordered), 0, -1), ordered, strict=True):
        document = document_of(row)
        changes = pair(row["id"], "", before, document) if before is not None and left <= MAX_CHANGES else None
        yield version_note(row, changes, is_current=row["version"] == current)
        before = document


def _relatives(shelf: Shelf, id_: str) -> Iterator[Relative]:
    """Copies with the canonical document first, then those that are only linked."""
    edges, decision = shelf.edges(id_), shelf.decisions.get(id_)
    canonical = (decision.duplicate_of or id_) if decision else id_
    for other in shelf.named(id_):
        yield _relative(shelf, other, edges.get(other) or shelf.edges(other).get(id_), is_copy=True, of=(id_, canonical))
    for other in shelf.linked(id_)[:MAX_NAMED]:
        yield _relative(shelf, other, edges[other], is_copy=False, of=(id_, ""))


def _relative(shelf: Shelf, other: str, edge: Edge | None, *, is_copy: bool, of: tuple[str, str]) -> Relative:
    id_, canonical = of
    return Relative(
        id=other,
        heading=shelf.heading(other),
        where=shelf.name(other),
        kind=edge.kind if edge and other != id_ else "",
        evidence=likeness(edge) if edge else "",
        is_copy=is_copy,
        is_canonical=other == canonical,
        is_self=other == id_,
    )
