"""What a release says of itself: of which commit it is, how it was made, every file with its digest, every column, counts."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from storage.errors import DamagedError

FORMAT = 1
"""Of the JSON of manifests; a reader knows all up to its own, and refuses newer ones."""

OptOuts = Literal["keep", "leave-out"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a release is made of, and how: the same terms of one corpus give the same bytes."""

    seq: int
    """Number of the commit whose state it holds: the last one up to the commit asked for that changed any document."""
    opt_outs: OptOuts = "keep"
    """Whether documents stay out whose pages signal against use."""
    jsonl: bool = False
    """Whether the same rows stand beside as JSONL."""
    writers: Mapping[str, str] = field(default_factory=dict)
    """Package → version, of what writes the files: another one may spell the same rows in other bytes."""

    def to_json(self) -> bytes:
        """The terms as the object holds them by which a release is begun."""
        return _json(asdict(self) | {"format": FORMAT})

    @classmethod
    def from_json(cls, data: bytes, key: str) -> "Terms":
        """The terms of an object. Raises: DamagedError, naming the key."""
        try:
            return cls(**_read(data, key))
        except (TypeError, KeyError) as error:
            raise DamagedError(f"{key} does not say how a release was begun: the object is damaged") from error

    def are_met_by(self, other: "Terms") -> bool:
        """Whether the other ones give the same rows in the same files, whoever writes them."""
        return replace(other, writers=self.writers) == self


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the data files."""

    name: str
    type: str
    about: str
    """One sentence."""


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """A file of a release."""

    path: str
    """Within the release."""
    sha256: str
    bytes: int
    rows: int | None = None
    """Null for what holds no documents: card and picture."""
    language: str | None = None
    """Of its documents, as they have it: paths spell it for file systems."""
    month: str | None = None
    """`2026-03`, in which its documents were first seen."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What the documents of a release are."""

    documents: int = 0
    words: int = 0
    duplicates_left_out: int = 0
    """Live documents that tell a story of which another is canonical."""
    opt_outs_left_out: int = 0
    """Canonical documents that stayed out because their pages signal against use."""
    by: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """What is counted → value → documents, most first, of many values the largest; what has no value is the empty text."""
    distinct: Mapping[str, int] = field(default_factory=dict)
    """What is counted → how many values it has."""
    words_by_language: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MadeBy:
    """How many documents the same engine cleaned."""

    engines: Mapping[str, str]
    """Package → version, and digests of rules and model, as the commits of their runs name them."""
    documents: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A release."""

    name: str
    terms: Terms
    run: str
    """The run whose commit is `terms.seq`."""
    committed_at: datetime
    """When that was: a release knows no other time."""
    counts: Counts
    made_by: tuple[MadeBy, ...]
    """Most documents first."""
    columns: tuple[Column, ...]
    files: tuple[ReleaseFile, ...]
    """In the order of their paths; all but the manifest itself."""

    @property
    def data(self) -> tuple[ReleaseFile, ...]:
        """The Parquet files."""
        return tuple(file for file in self.files if file.path.endswith(".parquet"))

    def to_json(self) -> bytes:
        """The manifest as its object holds it."""
        return _json(asdict(self) | {"format": FORMAT, "committed_at": self.committed_at.isoformat()})

    @classmethod
    def from_json(cls, data: bytes, key: str) -> "Manifest":
        """The manifest of an object. Raises: DamagedError, naming the key."""
        try:
            says = _read(data, key)
            return cls(
                name=says["name"],
                terms=Terms(**says["terms"]),
                run=says["run"],
                committed_at=datetime.fromisoformat(says["committed_at"]),
                counts=Counts(**says["counts"]),
                made_by=tuple(MadeBy(**each) for each in says["made_by"]),
                columns=tuple(Column(**each) for each in says["columns"]),
                files=tuple(ReleaseFile(**each) for each in says["files"]),
            )
        except (ValueError, TypeError, KeyError) as error:
            raise DamagedError(f"{key} is not the manifest of a release: the object is damaged") from error


def _json(says: Mapping[str, Any]) -> bytes:
    return json.dumps(says, indent=1).encode("ascii") + b"\n"


def _read(data: bytes, key: str) -> dict[str, Any]:
    try:
        says: dict[str, Any] = json.loads(data)
        newest = says.pop("format")
    except (ValueError, KeyError, AttributeError) as error:
        raise DamagedError(f"{key} is not of a release: the object is damaged") from error
    if newest > FORMAT:
        raise DamagedError(f"{key} was written by a newer Winnow: upgrade, then run the same command again")
    return says
