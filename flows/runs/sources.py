"""The sources that `winnow.toml` names: `[[source]]` tables, what may stand in them, and how they are written."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from functools import cache
from typing import Any, Literal, get_type_hints

from flows.runs.options import Option
from ingest.errors import ConfigError

TABLE = "source"
"""Name of the tables in the settings file."""
SLUG = re.compile(r"[a-z0-9-]+")
CRON_FIELDS = 5


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
            raise ConfigError(f"the slug {self.slug!r} may hold only a to z, digits and hyphens")
        if not self.location.strip():
            raise ConfigError(f"the source {self.slug} needs a location")
        if self.cron is not None and self.every_s is not None:
            raise ConfigError(f"the source {self.slug} has cron and every_s: give one of them")
        if self.every_s is not None and self.every_s < 1:
            raise ConfigError(f"every_s of the source {self.slug} must be 1 or more")
        if self.cron is not None and len(self.cron.split()) != CRON_FIELDS:
            raise ConfigError(f"cron of the source {self.slug} must have five fields, such as '0 6 * * *', not {self.cron!r}")


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
                faults.append(f"{error} (set in {origin})")
    return tuple(found), [*faults, *_repeated(found, origin)]


def _faults(entry: Mapping[str, Any], number: int, origin: str) -> Iterator[str]:
    where = f"[[{TABLE}]] number {number} in {origin}"
    for key, value in entry.items():
        option = keys().get(key)
        if option is None:
            near = difflib.get_close_matches(key, keys(), 1, 0.6)
            yield f"unknown key {key} of {where}: " + (f"did you mean {near[0]}?" if near else f"known are {', '.join(keys())}")
            continue
        try:
            option.checked(value)
        except ValueError as error:
            yield f"{key} of {where} {error}"
    for key in required():
        if key not in entry:
            yield f"{where} needs {key}"


def _repeated(sources: Sequence[SourceConfig], origin: str) -> Iterator[str]:
    slugs = [source.slug for source in sources]
    for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        yield f"two sources in {origin} have the slug {slug}: each needs its own"


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
