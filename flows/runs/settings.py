"""`winnow.toml`: everything that can be set, composed of the frozen configs that stand beside the code they configure.

A value comes from the environment (`WINNOW_SECTION__KEY`), else from the file, else from the config's default. Nothing unknown
passes: a key or variable that no config has is refused with the nearest name that exists.
"""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from flows.runs.options import Option, options
from flows.runs.sources import TABLE, SourceConfig, read_sources
from ingest.clean.config import CleanConfig
from ingest.dedup.config import DedupConfig
from ingest.errors import ConfigError
from ingest.extract.article import ExtractConfig
from ingest.fetch.config import FetchConfig
from ingest.isolate import IsolationConfig
from ingest.language import LanguageConfig
from ingest.load import LoadConfig
from ingest.quality import QualityConfig
from storage.retired import RetentionConfig

FILE_NAME = "winnow.toml"
CORPUS_VARIABLE = "WINNOW_CORPUS"
"""Short for `WINNOW_CORPUS__LOCATION`, and stronger."""
DEFAULT = "default"
COMMAND_LINE = "the command line"
"""Origins that are no file and no variable."""

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Config = TypeVar("Config", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class CorpusConfig:
    """Where the corpus is, and how much of it a run may write again."""

    location: str = "./corpus"
    """A folder, relative to where winnow is started, or `s3://bucket/prefix`."""
    rewrite_mb: int = 256
    """MiB of `documents` that a run may write again; where more would be needed, `documents` stays at an older commit until
    `winnow maintain` has worked it off. 0: runs only add to it."""

    def __post_init__(self) -> None:
        _require(self.rewrite_mb >= 0, "corpus.rewrite_mb must be 0 or more")


@dataclass(frozen=True, slots=True)
class RunConfig:
    """How a run works; nothing here changes its results."""

    workers: int = 0
    """Worker processes; 0: one per core."""
    shard_documents: int = 500
    """Inputs that a worker takes and stages at a time: what a killed run may have to do again."""

    def __post_init__(self) -> None:
        _require(self.workers >= 0, "run.workers must be 0 (one per core) or more")
        _require(1 <= self.shard_documents <= 10_000, "run.shard_documents must be from 1 to 10000")


@dataclass(frozen=True, slots=True)
class GateConfig:
    """When a run as a whole is refused: nothing is committed, winnow ends with code 3. A share of 1.0 switches a rule off."""

    max_rejected_share: float = 1.0
    """Largest share of a run's inputs that may be rejected."""
    max_failed_share: float = 1.0
    """Largest share of a run's inputs that may fail to be read."""
    max_cut_share: float = 1.0
    """Largest share of the characters of its documents that may be cut."""
    min_inputs: int = 20
    """Fewest inputs for which shares are judged: of three inputs one bad one says little."""

    def __post_init__(self) -> None:
        for name in ("max_rejected_share", "max_failed_share", "max_cut_share"):
            _require(0 <= getattr(self, name) <= 1, f"gate.{name} must be from 0 to 1")
        _require(self.min_inputs >= 1, "gate.min_inputs must be 1 or more")


@dataclass(frozen=True, slots=True)
class ReleaseConfig:
    """What goes into releases."""

    opt_outs: Literal["keep", "leave-out"] = "keep"
    """Documents whose pages signal against use (`noai`, `tdm-reservation` …): `keep` them, each with its signals in `rights`, or
    `leave-out`. Either way the card tells how many there are."""


def _require(holds: bool, sentence: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not holds:
        raise ConfigError(sentence)


class Settings(BaseModel):
    """All that can be set; each section is the config of the code that it names."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    corpus: CorpusConfig = CorpusConfig()
    """Where the corpus is, and how much of it a run may write again."""
    retention: RetentionConfig = RetentionConfig()
    """How long raw pages stay, which nothing limits by itself."""
    run: RunConfig = RunConfig()
    """How a run works; nothing here changes its results."""
    load: LoadConfig = LoadConfig()
    """What may come in."""
    isolation: IsolationConfig = IsolationConfig()
    """What one page may cost before it is given up."""
    extract: ExtractConfig = ExtractConfig()
    """How pages become blocks."""
    clean: CleanConfig = CleanConfig()
    """What is cut from an article."""
    language: LanguageConfig = LanguageConfig()
    """Which languages are wanted."""
    quality: QualityConfig = QualityConfig()
    """Which clean documents enter the corpus."""
    dedup: DedupConfig = DedupConfig()
    """When two documents tell one story."""
    fetch: FetchConfig = FetchConfig()
    """How pages are fetched."""
    gate: GateConfig = GateConfig()
    """When a run as a whole is refused."""
    release: ReleaseConfig = ReleaseConfig()
    """What goes into releases."""
    source: tuple[SourceConfig, ...] = ()
    """The places that articles come from, each a `[[source]]` table."""


_SECTIONS = tuple(name for name in Settings.model_fields if name != TABLE)
"""The parts of the settings that are one config each."""


@dataclass(frozen=True, slots=True)
class Effective:
    """The settings in force, and where each came from."""

    settings: Settings
    origins: Mapping[str, str]
    """Path of an option → `default`, the file's path, the environment variable, or `the command line`."""
    file: Path | None
    """The file that was read; null where there was none."""


@dataclass(slots=True)
class _Found:
    """Values set by file and environment, and what is wrong with them."""

    values: dict[str, object] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    sources: tuple[SourceConfig, ...] = ()
    faults: list[str] = field(default_factory=list)


@cache
def known() -> dict[str, Option]:
    """Path → option, of everything that can be set, in the order of the documentation."""
    defaults = Settings()
    found = (option for name in _SECTIONS for option in options(getattr(defaults, name), name))
    return {option.path: option for option in found}


def read(
    path: str | Path | None = None, environ: Mapping[str, str] = os.environ, given: Mapping[str, object] | None = None
) -> Effective:
    """The settings in force: from `path`, else from `./winnow.toml` where it exists, else defaults; then the environment.

    `given` holds what the command line says, by path; it is the strongest. Raises: ConfigError, with the first fault and the
    number of the others.
    """
    found, file, settings = _gather(path, environ, given or {})
    if settings is None:
        more = f" (and {len(found.faults) - 1} more: winnow config check)" if found.faults[1:] else ""
        raise ConfigError(found.faults[0] + more)
    return Effective(settings, {name: found.origins.get(name, DEFAULT) for name in known()}, file)


def faults(path: str | Path | None = None, environ: Mapping[str, str] = os.environ) -> list[str]:
    """All that is wrong with a settings file and the environment, a sentence each."""
    return _gather(path, environ, {})[0].faults


def _gather(
    path: str | Path | None, environ: Mapping[str, str], given: Mapping[str, object]
) -> tuple[_Found, Path | None, Settings | None]:
    file = Path(path) if path is not None else Path(FILE_NAME)
    found = _Found()
    exists = path is not None or file.is_file()
    if exists:
        _take_file(file, found)
    _take_environment(environ, found)
    for name, value in given.items():
        _take(name, value, COMMAND_LINE, found)
    settings = _build(found)
    return found, file if exists else None, settings if not found.faults else None


def _take_file(file: Path, found: _Found) -> None:
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        found.faults.append(f"{file}: the settings file cannot be read: {error.strerror or error}")
    except UnicodeDecodeError:
        found.faults.append(f"{file}: the settings file is not UTF-8 text")
    except tomllib.TOMLDecodeError as error:
        found.faults.append(f"{file}: not valid TOML: {error}")
    else:
        found.sources, wrong = read_sources(table.pop(TABLE, []), str(file))
        for name, value in _leaves(table, ""):
            _take(name, value, str(file), found)
        found.faults += wrong


def _leaves(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    """Every value of a TOML document with its path; a table in an option's place counts as a value."""
    for key, value in table.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict) and path not in known():
            if path not in _sections():
                yield path, value
            else:
                yield from _leaves(value, f"{path}.")
        else:
            yield path, value


@cache
def _sections() -> frozenset[str]:
    """Every table that may stand in the file."""
    names = {option.section for option in known().values()}
    return frozenset(".".join(name.split(".")[:depth]) for name in names for depth in range(1, name.count(".") + 2))


def _take(name: str, value: object, origin: str, found: _Found) -> None:
    option = known().get(name)
    if option is None and name in _sections():
        found.faults.append(f"{name} in {origin} is a section and has keys: write [{name}]")
        return
    if option is None:
        found.faults.append(_unknown(name, origin, is_table=isinstance(value, dict)))
        return
    try:
        found.values[name] = option.checked(value)
        found.origins[name] = origin
    except ValueError as error:
        found.faults.append(f"{name} in {origin} {error}")


def _unknown(name: str, origin: str, *, is_table: bool) -> str:
    if name.rstrip("s") == TABLE:
        return f"unknown key {name} in {origin}: write each source as a table under [[{TABLE}]]"
    candidates = _sections() if is_table else known()
    near = difflib.get_close_matches(name, candidates, 1, 0.6) or _same_key(name)
    what = "section" if is_table else "key"
    hint = f"did you mean {near[0]}?" if near else "`winnow config show` lists all of them"
    return f"unknown {what} {name} in {origin}: {hint}"


def _same_key(name: str) -> list[str]:
    """Options of any section whose key is nearly that of `name`: a key in the wrong table, or in none."""
    keys = {option.key: option.path for option in known().values()}
    return [keys[key] for key in difflib.get_close_matches(name.rpartition(".")[2], keys, 1, 0.7)]


def _take_environment(environ: Mapping[str, str], found: _Found) -> None:
    by_variable = {option.variable: option for option in known().values()}
    for variable in sorted(name for name in environ if name.startswith("WINNOW_") and "__" in name):
        option = by_variable.get(variable)
        if option is not None:
            _take(option.path, option.parsed(environ[variable]), variable, found)
        else:
            near = difflib.get_close_matches(variable, by_variable, 1, 0.6)
            hint = f"did you mean {near[0]}?" if near else "`winnow config show` lists all settings"
            found.faults.append(f"unknown environment variable {variable}: {hint}")
    if environ.get(CORPUS_VARIABLE):
        _take("corpus.location", environ[CORPUS_VARIABLE], CORPUS_VARIABLE, found)


def _build(found: _Found) -> Settings | None:
    """Settings with the values in their places; what a config itself refuses is added to the faults."""
    defaults = Settings()
    sections: dict[str, Any] = {TABLE: found.sources}
    for name in _SECTIONS:
        try:
            sections[name] = _with(getattr(defaults, name), f"{name}.", found.values)
        except (ConfigError, ValueError) as error:
            origins = sorted({origin for path, origin in found.origins.items() if path.startswith(f"{name}.")})
            found.faults.append(f"{error} (set in {', '.join(origins)})")
    return Settings.model_construct(**sections) if len(sections) == len(Settings.model_fields) else None


def _with(config: Config, prefix: str, values: Mapping[str, object]) -> Config:
    """The config with every value under `prefix` in its place."""
    changes: dict[str, Any] = {}
    for name in config.__dataclass_fields__:
        now = getattr(config, name)
        if is_dataclass(now) and not isinstance(now, type):
            changes[name] = _with(now, f"{prefix}{name}.", values)
        elif prefix + name in values:
            changes[name] = values[prefix + name]
    return replace(config, **changes)


def value_of(settings: Settings, path: str) -> object:
    """The value of an option by its path."""
    value: object = settings
    for name in path.split("."):
        value = getattr(value, name)
    return value
