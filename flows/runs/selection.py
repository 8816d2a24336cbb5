"""Which documents a reprocess is about: what a person asked for, checked against what there is."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from flows.errors import NotFoundError
from flows.runs.choices import Choices
from flows.runs.survey import Candidate

STANDINGS = ("kept", "duplicate", "rejected", "withdrawn", "failed")
"""How a document can stand in the corpus; the values of `Selection.outcomes`."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Conditions on documents; all must hold, and of the values of one condition any."""

    sites: tuple[str, ...] = ()
    """Hosts without `www.`; empty: any."""
    languages: tuple[str, ...] = ()
    """Language codes, `und` too; empty: any."""
    published_from: date | None = None
    """First day of publication, UTC; documents without a date are left out where a day is given."""
    published_to: date | None = None
    """Last day of publication, UTC."""
    runs: tuple[str, ...] = ()
    """Runs that listed the document, by id; empty: any."""
    outcomes: tuple[str, ...] = ()
    """How it stands: kept, duplicate, rejected, withdrawn or failed; empty: any."""
    reasons: tuple[str, ...] = ()
    """Why it was rejected (`too-short` or `quality/too-short`), or why text of it was cut (`share`); empty: any."""
    documents: tuple[str, ...] = ()
    """Ids; empty: any."""
    cleaned_before: str | None = None
    """Cleaned last by a version of the code that is lower than this; null: any."""
    other_config: bool = False
    """Only what was cleaned last under settings other than today's."""

    def to_plain(self) -> dict[str, Any]:
        """The conditions as JSON-able data."""
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        return plain | {name: day.isoformat() for name, day in plain.items() if isinstance(day, date)}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Selection":
        """The selection that `to_plain` told; keys of a later version are passed over."""
        known = {entry.name for entry in fields(cls)}
        told: dict[str, Any] = {name: value for name, value in plain.items() if name in known}
        told |= {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
        told |= {name: date.fromisoformat(told[name]) for name in ("published_from", "published_to") if told.get(name)}
        return cls(**told)


def check(selection: Selection, choices: Choices) -> None:
    """Raises: NotFoundError, one sentence that names the nearest value, for the first value that nothing in the corpus has."""
    known: tuple[tuple[str, Iterable[str], Iterable[str]], ...] = (
        ("site", selection.sites, choices.sites),
        ("language", selection.languages, choices.languages),
        ("run", selection.runs, choices.runs),
        ("outcome", selection.outcomes, STANDINGS),
        ("reason", selection.reasons, choices.all_reasons),
    )
    for what, wanted, there in known:
        for value in wanted:
            require(what, value, tuple(there))
    if selection.published_from and selection.published_to and selection.published_from > selection.published_to:
        raise NotFoundError(f"no day is both from {selection.published_from} on and up to {selection.published_to}")
    if selection.cleaned_before is not None and not _numbers(selection.cleaned_before):
        raise NotFoundError(f"{selection.cleaned_before!r} is no version of the code: write one such as {choices.code}")


def require(what: str, value: str, there: tuple[str, ...]) -> None:
    """Raises: NotFoundError, one sentence that names the nearest value, where the value is not there."""
    if value in there:
        return
    near = difflib.get_close_matches(value, there, 1, 0.5)
    few = ", ".join(there[:8]) + (" …" if there[8:] else "")
    hint = f"did you mean {near[0]}?" if near else f"there is {few}" if there else "the corpus has none"
    raise NotFoundError(f"no {what} {value} in the corpus: {hint}")


def matches(candidate: Candidate, selection: Selection, config_id: str) -> bool:
    """Whether the document is meant; `config_id` is that of today's settings."""
    return (
        (not selection.documents or candidate.id in selection.documents)
        and (not selection.sites or candidate.site in selection.sites)
        and (not selection.languages or candidate.language in selection.languages)
        and (not selection.outcomes or candidate.standing in selection.outcomes)
        and (not selection.runs or not candidate.runs.isdisjoint(selection.runs))
        and (not selection.reasons or not candidate.reasons.isdisjoint(selection.reasons))
        and (selection.cleaned_before is None or _numbers(candidate.code) < _numbers(selection.cleaned_before))
        and not (selection.other_config and candidate.config_id == config_id)
        and _is_published_within(candidate, selection)
    )


def _is_published_within(candidate: Candidate, selection: Selection) -> bool:
    first, last = selection.published_from, selection.published_to
    if first is None and last is None:
        return True
    if candidate.published_at is None:
        return False
    day = candidate.published_at.date()
    return (first is None or first <= day) and (last is None or day <= last)


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, for comparing; empty where it starts with none."""
    found: list[int] = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        found.append(int(digits))
        if digits != part:
            break
    return tuple(found)
