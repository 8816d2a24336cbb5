"""What the corpus knows at one commit, read from its truth tables: heads, last inputs, decisions, sketches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from flows.runs.decide import Head, Seen
from ingest.dedup.search import Entry
from ingest.records import Decision, Sketch
from storage import keys
from storage.errors import DamagedError
from storage.raw import RawRef
from storage.rows import decisions_of, latest, raw_ref_of
from storage.tables import Corpus


@dataclass(frozen=True, slots=True)
class State:
    """What a run has to know of the corpus to decide; empty for a corpus that does not exist yet."""

    seq: int = 0
    """Number of the last commit that it shows."""
    heads: Mapping[str, Head] = field(default_factory=dict)
    seen: Mapping[str, Seen] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    """Of live documents."""


def read_state(corpus: Corpus) -> State:
    """The state at the head of the log, to which all tables are rolled first."""
    return _state(corpus, corpus.roll())


def peek_state(corpus: Corpus) -> State:
    """The state that the tables show as they stand; nothing is written."""
    return _state(corpus, min(corpus.applied().values()))


def _state(corpus: Corpus, seq: int) -> State:
    decisions = latest_decisions(corpus)
    live = {id_: decision for id_, decision in decisions.items() if decision.status == "live"}
    return State(seq, dict(_heads(corpus, live)), seen_inputs(corpus), live)


def latest_decisions(corpus: Corpus) -> dict[str, Decision]:
    """The newest decision on each document, withdrawn ones too."""
    return {decision.id: decision for decision in decisions_of(latest(corpus.scan("decisions")))}


def known_entries(corpus: Corpus, state: State) -> Iterator[Entry]:
    """The live documents as duplicate search sees them, from the sketch segments."""
    table = corpus.sketches()
    names = ["id", "version", "minhash", "fraction", "n_shingles", "published_at", "url", "n_chars"]
    for id_, version, minhash, fraction, n_shingles, published, url, n_chars in _rows(table, names):
        if id_ in state.decisions and state.decisions[id_].version == version:
            sketch = Sketch(minhash, fraction, n_shingles)
            yield Entry(id_, version, sketch, published, url, n_chars, state.heads[id_].first_seq)


def seen_inputs(corpus: Corpus) -> dict[str, Seen]:
    """The inputs that each document was last seen with; inputs that failed were not seen."""
    last: dict[str, int] = {}
    found: dict[str, tuple[dict[str, RawRef | None], str]] = {}
    accepted: dict[str, int] = {}
    refused: dict[str, tuple[int, str]] = {}
    names = ["id", "seq", "outcome", "stage", "reason", "raw_sha256", "config_id", "raw_ref"]
    for id_, seq, outcome, stage, reason, raw, config, ref in _rows(corpus.scan("outcomes", columns=names), names):
        if outcome == "rejected" and stage == "fetch" and seq >= refused.get(id_, (0, ""))[0]:
            refused[id_] = seq, reason
        if outcome == "failed" or raw is None or seq < last.get(id_, 0):
            continue
        if seq > last.get(id_, 0):
            last[id_], found[id_] = seq, ({}, config)
        found[id_][0][raw] = raw_ref_of(ref)
        if outcome != "rejected":
            accepted[id_] = seq
    refusals = {id_: reason for id_, (seq, reason) in refused.items() if seq > last.get(id_, 0)}
    rejected = {id_ for id_, seq in last.items() if accepted.get(id_) != seq}
    return {id_: Seen(*found.get(id_, ({}, "")), refusals.get(id_), id_ in rejected) for id_ in {**found, **refusals}}


def _heads(corpus: Corpus, live: Mapping[str, Decision]) -> Iterator[tuple[str, Head]]:
    names = ["id", "version", "content_sha256", "first_seen_at", "seq"]
    newest: dict[str, tuple[int, str]] = {}
    first: dict[str, tuple[int, datetime]] = {}
    for id_, version, content, first_seen, seq in _rows(corpus.scan("versions", columns=names), names):
        if version > newest.get(id_, (0, ""))[0]:
            newest[id_] = (version, content)
        if version == 1:
            first[id_] = (seq, first_seen)
    for id_, (version, content) in newest.items():
        if id_ not in first:
            raise DamagedError(
                f"document {id_} has no first version, so rows of {keys.table('versions')} are lost: see `winnow verify`"
            )
        seq, first_seen = first[id_]
        yield id_, Head(version, content, id_ in live, first_seen, seq)


def _rows(table: pa.Table, names: list[str]) -> Iterator[tuple[Any, ...]]:
    return zip(*(table[name].to_pylist() for name in names), strict=True)
