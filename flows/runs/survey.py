"""What there is to clean again: of each document its stored inputs, and how it stands; read from narrow columns alone.

The tables only grow, so the same can be told of any earlier commit: a plan need not list the documents that it selected.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow.compute as pc

from flows.runs.publish import CODE
from ingest.urls import site_of
from storage.raw import RawRef
from storage.rows import decisions_of, latest, raw_ref_of
from storage.tables import Corpus

OUTCOME_COLUMNS: tuple[str, ...] = ("id", "seq", "run_id", "source", "name", "url", "outcome", "stage", "reason", "chars_cut")
OUTCOME_COLUMNS += ("raw_sha256", "config_id", "raw_ref", "fetched_at")
GOOD = frozenset({"kept", "duplicate", "unchanged"})
"""Outcomes of inputs that made or confirmed a version."""


@dataclass(frozen=True, slots=True)
class Input:
    """One stored input of a document."""

    id: str
    """Of the document."""
    source: str
    name: str
    url: str | None
    """The URL given or fetched."""
    raw_sha256: str
    raw_ref: RawRef
    fetched_at: datetime | None
    seq: int
    """Commit that listed it last."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document as reprocessing sees it."""

    id: str
    inputs: tuple[Input, ...]
    """What it was last seen with; before them, where all of those were refused, what made the version that it has."""
    version: int
    """Its newest; 0 where it never had one."""
    standing: str
    """kept, duplicate, rejected, withdrawn or failed."""
    site: str | None
    language: str | None
    published_at: datetime | None
    reasons: frozenset[str]
    """Why its last inputs were rejected, with and without stage, and why text of them was cut."""
    runs: frozenset[str]
    """Every run that listed it."""
    config_id: str
    """Under which it was last cleaned."""
    code: str
    """Version of the code that did."""

    @property
    def fingerprint(self) -> tuple[tuple[str, RawRef], ...]:
        """Equal for equal stored inputs."""
        return tuple(sorted(((each.raw_sha256, each.raw_ref) for each in self.inputs), key=repr))


@dataclass(slots=True)
class _Trail:
    """The rows of `outcomes` on one document that matter, while they are read in commit order."""

    runs: set[str] = field(default_factory=set)
    last: list[Mapping[str, Any]] = field(default_factory=list)
    """Of the last commit in which an input of it did not fail."""
    good: list[Mapping[str, Any]] = field(default_factory=list)
    """Of the last commit in which an input of it made or confirmed a version."""
    failed: list[Mapping[str, Any]] = field(default_factory=list)
    """Of failures since."""

    def add(self, row: Mapping[str, Any]) -> None:
        self.runs.add(row["run_id"])
        if row["outcome"] == "failed":
            self.failed = [*(each for each in self.failed if each["seq"] == row["seq"]), row]
            return
        self.last = [*(each for each in self.last if each["seq"] == row["seq"]), row]
        if row["outcome"] in GOOD or (self.good and self.good[0]["seq"] == row["seq"]):
            self.good = [*(each for each in self.good if each["seq"] == row["seq"]), row]

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        """Those whose inputs are to be cleaned, in the order in which the corpus met them."""
        is_good = any(row["outcome"] in GOOD for row in self.last)
        since = max((row["seq"] for row in self.last), default=0)
        failed = [row for row in self.failed if row["seq"] > since]
        return [*([] if is_good else self.good), *self.last, *failed]


def survey(corpus: Corpus, at: int) -> dict[str, Candidate]:
    """Every document that has stored inputs, as of commit `at`, by id; withdrawn ones only where a rejection withdrew them."""
    trails: dict[str, _Trail] = {}
    for row in _rows(corpus, at):
        trails.setdefault(row["id"], _Trail()).add(row)
    standings, heads = _standings(corpus, at), _heads(corpus, at)
    codes = {commit.seq: commit.engines.get("winnow-news", CODE) for commit in corpus.log.since(0, at)}
    found: dict[str, Candidate] = {}
    for id_, trail in trails.items():
        rows = trail.rows
        inputs = tuple(_inputs(rows))
        standing = standings.get(id_) or ("rejected" if trail.last else "failed")
        if inputs and (standing != "withdrawn" or rows[-1]["outcome"] == "rejected"):
            head = heads.get(id_) or _Head(0, _site(rows[-1]), None, None)
            found[id_] = Candidate(
                id=id_,
                inputs=inputs,
                standing=standing,
                version=head.version,
                site=head.site,
                language=head.language,
                published_at=head.published_at,
                reasons=frozenset(_reasons(trail.last or trail.failed)),
                runs=frozenset(trail.runs),
                config_id=rows[-1]["config_id"],
                code=codes[rows[-1]["seq"]],
            )
    return found


def _rows(corpus: Corpus, at: int) -> Iterator[Mapping[str, Any]]:
    for batch in corpus.batches("outcomes", OUTCOME_COLUMNS, pc.field("seq") <= at):
        yield from batch.to_pylist()


def _inputs(rows: list[Mapping[str, Any]]) -> Iterator[Input]:
    """The rows' inputs whose bytes are stored and can be judged; each once."""
    seen: set[str] = set()
    for row in rows:
        ref = raw_ref_of(row["raw_ref"])
        # What was refused while it was fetched, or broke off, is no page: cleaning would take it for one.
        is_page = row["stage"] != "fetch" and (row["stage"], row["reason"]) != ("load", "truncated")
        if ref is not None and is_page and row["raw_sha256"] not in seen:
            seen.add(row["raw_sha256"])
            told = {name: row[name] for name in ("id", "source", "name", "url", "raw_sha256", "fetched_at", "seq")}
            yield Input(raw_ref=ref, **told)


def _reasons(rows: list[Mapping[str, Any]]) -> Iterator[str]:
    for row in rows:
        if row["reason"]:
            yield from (row["reason"], f"{row['stage']}/{row['reason']}")
        yield from (cut["reason"] for cut in row["chars_cut"] or ())


def _site(row: Mapping[str, Any]) -> str | None:
    return site_of(row["url"]) if row["url"] else None


def _standings(corpus: Corpus, at: int) -> dict[str, str]:
    rows = latest(corpus.scan("decisions", where=pc.field("seq") <= at))
    return {
        decision.id: "withdrawn" if decision.status != "live" else "duplicate" if decision.duplicate_of else "kept"
        for decision in decisions_of(rows)
    }


@dataclass(frozen=True, slots=True)
class _Head:
    version: int
    site: str | None
    language: str | None
    published_at: datetime | None


def _heads(corpus: Corpus, at: int) -> dict[str, _Head]:
    names = ["id", "version", "site", "language", "published_at", "seq"]
    found: dict[str, _Head] = {}
    table = corpus.scan("versions", names, pc.field("seq") <= at)
    for id_, *values in zip(*(table[name].to_pylist() for name in names[:-1]), strict=True):
        head = _Head(*values)
        if id_ not in found or head.version > found[id_].version:
            found[id_] = head
    return found
