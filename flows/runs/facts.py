"""What is known of a document, as labels and values for people, with where each is known from as far as that is stored."""

from collections.abc import Iterator
from datetime import datetime

from flows.runs.reading import Found, OutcomeRow
from flows.view.fact import Fact
from ingest.records import Decision, Document, Edge
from ingest.urls import canonical_url

_KNOWN_FROM = {
    "record": "said by the record",
    "json-ld": "JSON-LD of the page",
    "meta": "a meta element of the page",
    "time-element": "an element marked up as the date",
    "text": "the stamp beside the headline",
    "url": "the URL",
    "feed": "the feed that led to the page",
    "search": "found by a search of the whole page",
}
"""`published_source` in words."""


def facts(found: Found) -> Iterator[Fact]:
    """What the document is, where it comes from, and what became of its last input; only what is known."""
    told = (*_about(found), *(_metadata(found.document, found.outcome) if found.document else ()))
    return (fact for fact in told if fact.value)


def deeper_facts(found: Found) -> Iterator[Fact]:
    """What only who looks closely wants to know; only what is known."""
    document, origin, outcome = found.document, found.origin, found.outcome
    told: list[Fact] = []
    if document is not None:
        told = [
            Fact("modified", _moment(document.modified_at), "said by the page or record"),
            Fact("kind of page", document.page_type or "", "markup or structure"),
            Fact("access", document.access if document.access != "unknown" else "", "markup"),
            Fact("licence", document.licence_url or "", "named by the page"),
            Fact("opted out", ", ".join(document.opt_outs), "signals of the page against use"),
        ]
    if origin is not None:
        told += [
            Fact("first seen", _moment(origin.first_seen_at)),
            Fact("fetched", _moment(origin.fetched_at), "files: the time of their run"),
            Fact("cleaned by", f"winnow {origin.code}, settings {origin.config_id}"),
        ]
    ref = outcome.raw_ref if outcome else None
    told.append(Fact("raw bytes", f"{ref.key}, {ref.length:,} bytes from {ref.offset:,}" if ref else "", "of the newest input"))
    return (fact for fact in told if fact.value)


def heading(found: Found) -> str:
    """What a person calls the document: its title, else its input's name."""
    if found.document is not None and found.document.title:
        return found.document.title
    return found.outcome.name if found.outcome is not None else ""


def verdict(found: Found) -> str:
    """How the document stands, in a few words."""
    if found.decision is None:
        outcome = found.outcome
        return f"{outcome.outcome}: {outcome.stage}/{outcome.reason}" if outcome and outcome.reason else "no document"
    if found.decision.status != "live":
        return found.decision.status
    return "duplicate" if found.decision.duplicate_of else "kept"


def likeness(edge: Edge) -> str:
    """The figures behind an edge."""
    return f"containment {edge.containment:.2f}, Jaccard {edge.jaccard:.2f}, numbers that differ {edge.conflict:.2f}"


def _about(found: Found) -> Iterator[Fact]:
    outcome, origin = found.outcome, found.origin
    yield Fact("id", origin.id if origin else outcome.id if outcome else "")
    if origin is not None:
        yield Fact("version", f"{origin.version} of run {origin.run_id}")
    if outcome is not None:
        yield Fact("input", f"{outcome.source}/{outcome.name}")
        why = f": {outcome.stage}/{outcome.reason}" if outcome.reason else ""
        yield Fact("outcome", f"{outcome.outcome}{why} in run {outcome.run_id}")
        yield Fact("", outcome.detail or "")
    if found.decision is not None:
        yield from _standing(found.decision)


def _standing(decision: Decision) -> Iterator[Fact]:
    yield Fact("status", decision.status if decision.status != "live" else "")
    yield Fact("duplicate of", decision.duplicate_of or "")
    for edge in decision.evidence:
        yield Fact("like", f"{edge.other} {edge.kind} ({likeness(edge)})")


def _metadata(document: Document, outcome: OutcomeRow | None) -> Iterator[Fact]:
    yield Fact("url", document.url or "", _named_by(document, outcome))
    yield Fact("title", document.title or "", "a block of the page" if document.title_span else "markup or record")
    yield Fact("authors", ", ".join(document.authors))
    if document.published_at is not None:
        known_from = _KNOWN_FROM.get(document.published_source or "", "")
        yield Fact("published", f"{_moment(document.published_at)} ({document.published_precision})", known_from)
    yield Fact("section", document.section or "")
    yield Fact("agency", document.agency or "")
    language = f"{document.language} ({document.language_score:.2f}, {document.script or 'no letters'})"
    yield Fact("language", language, "found from the kept text, with how sure that is")
    yield Fact("words", f"{document.n_words:,}", "of the kept text")
    yield Fact("flags", ", ".join(sorted(document.flags)))


def _moment(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC" if when else ""


def _named_by(document: Document, outcome: OutcomeRow | None) -> str:
    """Where the document's URL is known from."""
    given = outcome.url if outcome else None
    if given is None:
        return "named by the page or record"
    return "as it was given" if canonical_url(given) == document.url else f"named by the page; given was {given}"
