"""Finds documents and outcomes for people: by id, prefix, URL or file name, from the committed tables."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, get_args

import pyarrow.compute as pc

from flows.errors import NotFoundError
from flows.runs.choices import choices
from flows.runs.report import Report
from flows.runs.selection import require
from ingest.identity import document_id
from ingest.records import Decision, Document, RawPage
from ingest.urls import canonical_url, site_of
from storage import keys
from storage.bucket import open_bucket
from storage.raw import RawRef
from storage.rows import OutcomeKind, decisions_of, document_of, latest, raw_ref_of, speakable
from storage.tables import Corpus

PREFIX = re.compile(r"[0-9a-f]{4,32}")
"""The start of an id, long enough that a person means one by it."""
RECORD = re.compile(rf"{keys.RUNS}[^/.]+\.json")
"""Keys of what runs did; their plans stand beside them."""
NAMED_AT_MOST = 5
"""Candidates that are named where a name fits several documents."""


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What became of one input, the last time that it was not skipped."""

    id: str
    run_id: str
    seq: int
    source: str
    name: str
    url: str | None
    site: str | None
    language: str | None
    outcome: str
    """kept, rejected, duplicate, unchanged or failed."""
    stage: str | None
    reason: str | None
    detail: str | None
    version: int | None
    duplicate_of: str | None
    flags: tuple[str, ...]
    chars_kept: int
    chars_cut: int
    """Of all reasons."""
    cuts: tuple[str, ...]
    """The reasons, most characters first."""
    raw_ref: RawRef | None
    fetched_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """All that the corpus says of one document."""

    outcome: OutcomeRow | None
    """Its newest, which names the input; null in a corpus whose outcomes were not rolled yet."""
    document: Document | None
    """Its current version; null where every input of it was rejected or failed."""
    decision: Decision | None
    origin: "Origin | None"
    """Of the current version."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a version comes from."""

    id: str
    version: int
    source: str
    run_id: str
    fetched_at: datetime | None
    first_seen_at: datetime | None
    code: str
    """Version of Winnow that made it."""
    config_id: str
    """Of all settings that change results."""
    raw_ref: RawRef | None
    """Where the bytes stand that it was made from."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which outcomes are wanted; null: any."""

    site: str | None = None
    language: str | None = None
    outcome: str | None = None
    reason: str | None = None
    """Why something was cut, or a rejection's reason, or `stage/reason`."""
    run: str | None = None
    """A run's id or the start of it; its rows instead of the newest of each document."""


def open_corpus(uri: str) -> Corpus:
    """The corpus at a place. Raises: StorageError where there is none."""
    return Corpus.open(open_bucket(uri))


def find(corpus: Corpus, name: str) -> Found:
    """The document that a user means by an id, the unique start of one, a URL or a file name. Raises: NotFoundError."""
    id_ = resolve(corpus, name)
    outcomes = latest(corpus.handles.at_once("outcomes", None, pc.field("id") == id_))
    decisions = decisions_of(latest(corpus.handles.at_once("decisions", None, pc.field("id") == id_)))
    versions = corpus.handles.at_once("versions", None, pc.field("id") == id_).to_pylist()
    outcome = next(map(outcome_row, outcomes.to_pylist()), None)
    return found_of(outcome, decisions[0] if decisions else None, versions)


def found_of(outcome: OutcomeRow | None, decision: Decision | None, versions: Sequence[Mapping[str, Any]]) -> Found:
    """What the rows of one document say of it; `versions` are whole rows."""
    row = max(versions, key=lambda each: int(each["version"]), default=None)
    if decision is not None:
        row = next((each for each in versions if each["version"] == decision.version), row)
    return Found(outcome, document_of(row) if row else None, decision, origin_of(row) if row else None)


def checked(corpus: Corpus, filters: Filters) -> Filters:
    """The filters as the tables spell their values.

    Raises: NotFoundError, one sentence that names the nearest value, for the first value that nothing in the corpus has.
    """
    site = filters.site and filters.site.lower().removeprefix("www.")
    found = replace(filters, site=site, language=filters.language and filters.language.lower())
    if found == Filters():
        return found
    there = choices(corpus)
    known = (
        ("site", found.site, there.sites),
        ("language", found.language, there.languages),
        ("outcome", found.outcome, get_args(OutcomeKind)),
        ("reason", found.reason, there.all_reasons),
    )
    for what, value, values in known:
        if value is not None:
            require(what, value, values)
    runs = _runs(corpus, there.runs)
    if found.run is not None and not any(run.startswith(found.run) for run in runs):
        require("run", found.run, runs)
    return found


def _runs(corpus: Corpus, committed: Iterable[str]) -> tuple[str, ...]:
    """Every run that committed or left a record, the newest first."""
    recorded = (info.key.removeprefix(keys.RUNS) for info in corpus.bucket.list(keys.RUNS) if RECORD.fullmatch(info.key))
    return tuple(sorted({*committed, *(key.removesuffix(".json") for key in recorded)}, reverse=True))


def outcomes(corpus: Corpus, filters: Filters) -> list[OutcomeRow]:
    """How every document and refused input stands, or what one run made of each of its inputs; newest commit first.

    Raises: NotFoundError, see `checked`.
    """
    filters = checked(corpus, filters)
    if filters.run is None:
        rows = _standing(corpus)
    else:
        table = corpus.scan("outcomes")
        rows = [row for row in table.to_pylist() if row["run_id"].startswith(filters.run)] or _refused(corpus, filters.run)
    wanted = (outcome_row(row) for row in rows if _matches(row, filters))
    return sorted(wanted, key=lambda row: (-row.seq, row.source, row.name))


def _standing(corpus: Corpus) -> list[dict[str, Any]]:
    """The newest outcome of each input; of live documents with what they are now, whatever confirmed or copied them since."""
    decisions = {decision.id: decision for decision in decisions_of(latest(corpus.scan("decisions")))}
    rows: list[dict[str, Any]] = latest(corpus.scan("outcomes")).to_pylist()
    for row in rows:
        decision = decisions.get(row["id"])
        if decision is not None and decision.status == "live":
            row["version"] = decision.version
            if row["outcome"] not in {"rejected", "failed"}:
                row["outcome"] = "duplicate" if decision.duplicate_of else "kept"
                row["duplicate_of"] = decision.duplicate_of
    return rows


def _refused(corpus: Corpus, run: str) -> list[dict[str, Any]]:
    """What the runs that the quality gate refused would have made of their inputs."""
    return [row for report in reports(corpus, run) for row in report.outcomes]


def reports(corpus: Corpus, run: str = "") -> Iterator[Report]:
    """What the runs whose ids start so said when they ended, oldest first."""
    for info in corpus.bucket.list(keys.RUNS + run):
        if RECORD.fullmatch(info.key):
            yield Report.from_json(corpus.bucket.get(info.key).decode())


def _matches(row: Mapping[str, Any], filters: Filters) -> bool:
    reasons = {row["reason"], f"{row['stage']}/{row['reason']}", *(cut["reason"] for cut in row["chars_cut"] or ())}
    return (
        filters.site in (None, _site(row))
        and filters.language in (None, row["language"])
        and filters.outcome in (None, row["outcome"])
        and (filters.reason is None or filters.reason in reasons)
    )


def _site(row: Mapping[str, Any]) -> str | None:
    """That of the page, else that of its URL: a page that was rejected has no site of its own."""
    site: str | None = row["site"]
    return site or (site_of(row["url"]) if row["url"] else None)


def resolve(corpus: Corpus, name: str) -> str:
    """The one id that a name means; the first way of reading the name that finds any document counts. Raises: NotFoundError."""
    for ids in _readings(corpus, speakable(name)):
        if len(ids) == 1:
            return next(iter(ids))
        if ids:
            shown = ", ".join(f"{id_[:12]} ({where})" for id_, where in sorted(ids.items())[:NAMED_AT_MOST])
            raise NotFoundError(f"{name} fits {len(ids)} documents: {shown}; give more of an id")
    raise NotFoundError(f"no document {name} in {corpus.bucket.uri}: `winnow list` shows what there is")


def _readings(corpus: Corpus, name: str) -> Iterator[dict[str, str]]:
    """Id → where it is from, for each way of reading the name, the most exact first; a later one is read if asked for."""
    if PREFIX.fullmatch(name):
        # In order of ids by the files' own statistics: few rows are read, however large the corpus.
        yield _inputs(corpus, (pc.field("id") >= name) & (pc.field("id") < f"{name}g"))
    canonical = canonical_url(name)
    if canonical is not None:
        own = document_id(RawPage(source="", name="", media_type="", body=b"", url=name))
        yield _inputs(corpus, (pc.field("id") == own) | pc.field("url").isin([name, canonical]))
        yield _by_page_url(corpus, {name, canonical})
    yield from _by_file_name(corpus, posixpath.normpath(name))
    yield _by_page_url(corpus, {canonical_url(f"{scheme}://{name}") or name for scheme in ("https", "http")})


def _inputs(corpus: Corpus, where: pc.Expression) -> dict[str, str]:
    """Documents of whose inputs the condition holds."""
    return {id_: f"{source}/{path}" for id_, source, path in _paths(corpus, where)}


def _by_file_name(corpus: Corpus, plain: str) -> Iterator[dict[str, str]]:
    """Documents whose input bears the name: the whole path, its last part, and that of a file that holds records."""
    last = posixpath.basename(plain)
    found = [(id_, f"{source}/{path}", path) for id_, source, path in _paths(corpus, pc.match_substring(pc.field("name"), last))]
    yield {id_: whole for id_, whole, path in found if plain in (path, whole)}
    yield {id_: whole for id_, whole, path in found if posixpath.basename(path) == last}
    yield {id_: whole for id_, whole, path in found if posixpath.basename(path).rpartition("#")[0] == plain}


def _paths(corpus: Corpus, where: pc.Expression) -> Iterator[tuple[str, str, str]]:
    """Id, source and path of inputs of which the condition holds."""
    rows = corpus.handles.at_once("outcomes", ["id", "source", "name"], where)
    return zip(*(rows[column].to_pylist() for column in rows.column_names), strict=True)


def _by_page_url(corpus: Corpus, urls: set[str]) -> dict[str, str]:
    """Documents whose page names the URL as its own; where copies of one story do, the canonical one."""
    found = corpus.handles.at_once("documents", ["id", "url", "duplicate_of"], pc.field("url").isin(sorted(urls))).to_pylist()
    canonical = [row for row in found if row["duplicate_of"] is None]
    return {row["id"]: row["url"] for row in canonical or found}


def outcome_row(row: Mapping[str, Any]) -> OutcomeRow:
    """A row of `outcomes`, as the table or the record of a refused run holds it."""
    values = {entry.name: row.get(entry.name) for entry in fields(OutcomeRow)}
    chars = {each["reason"]: each["chars"] for each in row["chars_cut"] or ()}
    cuts = tuple(sorted(chars, key=lambda reason: (-chars[reason], reason)))
    made = {"flags": tuple(row["flags"] or ()), "chars_cut": sum(chars.values()), "cuts": cuts}
    return OutcomeRow(**{**values, **made, "raw_ref": raw_ref_of(row["raw_ref"])})


def origin_of(row: Mapping[str, Any]) -> Origin:
    """Where the version of a whole row of `versions` comes from."""
    values = {**row, **row["pipeline"], "raw_ref": raw_ref_of(row["raw_ref"])}
    return Origin(**{entry.name: values[entry.name] for entry in fields(Origin)})
