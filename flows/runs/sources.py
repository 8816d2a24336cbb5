"""The sources that `winnow.toml` names: `[[source]]` tables, what may stand in them, and how they are written."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from functools import cache
from typing import Any, Literal, get_type_hints

from flows.runs.options import Option
from ingest.errors import ConfigError

TABLE = "source"
"""Name of the tables in the settings file."""
SLUG = re.compile(r"[a-z0-9-]+")
CRON = {
    "minute": (0, 59, ()),
    "hour": (0, 23, ()),
    "day of the month": (1, 31, ()),
    "month": (1, 12, ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
    "day of the week": (0, 7, ("sun", "mon", "tue", "wed", "thu", "fri", "sat")),
}
"""Field → its smallest and largest number, and the names that may stand for numbers."""
CRON_PART = re.compile(r"(?:\*|(\w+)(?:-(\w+))?)(?:/0*[1-9]\d*)?", re.ASCII)
"""`*`, a value or a range, each with or without a step."""


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """One place that articles come from again and again."""

    slug: str
    """Its name: in the identity of its documents, on the command line and in schedules. Unique; `a` to `z`, digits, hyphens."""
    kind: Literal["path", "feed", "urls"]
    """`path`: files and folders; `feed`: the pages that an RSS or Atom feed links to; `urls`: those of a list, one URL a line."""
    location: str
    """Where it is: a path, relative to where winnow is started, `s3://…`, or for `feed` and `urls` a URL."""
    cron: str | None = None
    """When a schedule takes it, as five cron fields in UTC."""
    every_s: int | None = None
    """Instead of `cron`: seconds from one scheduled run to the next."""
    overlap: Literal["skip", "wait"] = "skip"
    """What a scheduled run does while the one before is still at it."""

    def __post_init__(self) -> None:
        if not SLUG.fullmatch(self.slug):
            raise ConfigError(f"slug may hold only a to z, digits and hyphens, not {self.slug!r}")
        if not self.location.strip():
            raise ConfigError("location is empty: say where the source is")
        if self.cron is not None and self.every_s is not None:
            raise ConfigError("it has cron and every_s: give one of them")
        if self.every_s is not None and self.every_s < 1:
            raise ConfigError(f"every_s must be 1 or more, not {self.every_s}")
        if self.cron is not None:
            check_cron(self.cron)


@cache
def keys() -> dict[str, Option]:
    """Key → option, of everything that a `[[source]]` table may hold."""
    hints = get_type_hints(SourceConfig)
    return {
        each.name: Option(
            f"{TABLE}.{each.name}", hints[each.name], None if each.default is MISSING else each.default, SourceConfig
        )
        for each in fields(SourceConfig)
    }


@cache
def required() -> tuple[str, ...]:
    """The keys that every table must have."""
    return tuple(each.name for each in fields(SourceConfig) if each.default is MISSING)


def read_sources(tables: object, origin: str) -> tuple[tuple[SourceConfig, ...], list[str]]:
    """The sources of a settings file, and what is wrong with them, a sentence each."""
    if not isinstance(tables, list) or not all(isinstance(entry, dict) for entry in tables):
        return (), [f"{TABLE} in {origin} must be tables: write [[{TABLE}]]"]
    found, faults = [], []
    for number, entry in enumerate(tables, start=1):
        wrong = list(_faults(entry, number, origin))
        faults += wrong
        if not wrong:
            try:
                found.append(SourceConfig(**entry))
            except ConfigError as error:
                faults.append(f"{_where(entry, number, origin)}: {error}")
    return tuple(found), [*faults, *_repeated(tables, origin)]


def _where(entry: Mapping[str, Any], number: int, origin: str) -> str:
    """The table as a person finds it: by its place, and by its slug where it has one."""
    slug = entry.get("slug")
    return f"{origin}, [[{TABLE}]] number {number}" + (f" ({slug})" if isinstance(slug, str) and slug.strip() else "")


def _faults(entry: Mapping[str, Any], number: int, origin: str) -> Iterator[str]:
    where = _where(entry, number, origin)
    for key, value in entry.items():
        option = keys().get(key)
        if option is None:
            near = difflib.get_close_matches(key, keys(), 1, 0.6)
            yield f"{where}: unknown key {key}: " + (f"did you mean {near[0]}?" if near else f"known are {', '.join(keys())}")
            continue
        try:
            option.checked(value)
        except ValueError as error:
            yield f"{where}: {key} {error}"
    for key in required():
        if key not in entry:
            yield f"{where}: {key} is missing: every source needs {', '.join(required())}"


def _repeated(tables: Sequence[Mapping[str, Any]], origin: str) -> Iterator[str]:
    places: dict[str, list[str]] = defaultdict(list)
    for number, entry in enumerate(tables, start=1):
        places[str(entry.get("slug"))].append(str(number))
    for slug, numbers in sorted(places.items()):
        if len(numbers) > 1 and SLUG.fullmatch(slug):
            yield f"{origin}, [[{TABLE}]] numbers {' and '.join(numbers)} have the slug {slug}: each needs its own"


def check_cron(cron: str) -> None:
    """Raises: ConfigError where that is not five cron fields, with the field and what may stand there."""
    given = cron.split()
    if len(given) != len(CRON):
        raise ConfigError(f"cron must have five fields, such as '0 6 * * *', not {cron!r}")
    for field, (name, (low, high, words)) in zip(given, CRON.items(), strict=True):
        for part in field.lower().split(","):
            match = CRON_PART.fullmatch(part)
            ends = [end for end in match.groups() if end is not None] if match else [""]
            if not all(end in words or (end.isdigit() and low <= int(end) <= high) for end in ends):
                raise ConfigError(f"cron has {field!r} where the {name} stands: use *, or numbers from {low} to {high}")


def chosen(sources: Sequence[SourceConfig], slugs: Iterable[str]) -> tuple[SourceConfig, ...]:
    """The sources of these slugs, in the order of the file; all where none is named.

    Raises: ConfigError where a slug has no source.
    """
    wanted, known = set(slugs), {source.slug for source in sources}
    for slug in sorted(wanted - known):
        near = difflib.get_close_matches(slug, known, 1, 0.6)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known)) or 'none'}"
        raise ConfigError(f"no [[{TABLE}]] has the slug {slug}: {hint}")
    return tuple(source for source in sources if not wanted or source.slug in wanted)


def told(source: SourceConfig) -> dict[str, Any]:
    """The keys of a source that say anything, in the order of the documentation."""
    return {key: value for key, value in asdict(source).items() if value is not None}
