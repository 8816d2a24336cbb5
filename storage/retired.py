"""What a policy of retention is, and the records of the segments that one let go: so that retired is told from lost.

A record is written, create-only, before the first of its segments is deleted.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from ingest.errors import ConfigError
from storage import keys
from storage.errors import DamagedError, KeyMissingError
from storage.objects import Bucket

FORMAT = 1
REMEMBERED = 64
"""Records that are kept in memory: a reprocess asks for one again and again."""

Which = Literal["all", "superseded"]


@dataclass(frozen=True, slots=True)
class RetentionConfig:
    """How long raw pages stay, which nothing limits by itself."""

    raw_days: int | None = None
    """Days after which `winnow maintain` lets raw pages go, whole WARC segments at a time; empty: they stay for ever. What was
    made of them stays, and so do the segments that a release needs and the index in `raw/index/`; but a page that is gone cannot
    be cleaned again."""
    raw: Which = "superseded"
    """Which segments go: `superseded`, those of which no page made a version that is current or is its input's latest; or `all`
    that are old enough."""

    def __post_init__(self) -> None:
        if self.raw_days is not None and self.raw_days < 1:
            raise ConfigError("retention.raw_days must be 1 or more, or not be set")


@dataclass(frozen=True, slots=True)
class Retirement:
    """Segments that a policy let go together."""

    retired_at: datetime
    raw_days: int
    raw: Which
    segments: Mapping[str, int]
    """Key → bytes."""

    @property
    def key(self) -> str:
        """Where its record stands: of the same segments on the same day at the same place."""
        names = json.dumps(sorted(self.segments)).encode("ascii")
        return keys.raw_retired(self.retired_at.date(), hashlib.sha256(names).hexdigest())

    @property
    def told(self) -> str:
        """What became of its segments, after "was"."""
        which = "raw pages" if self.raw == "all" else "superseded raw pages"
        return f"retired on {self.retired_at:%Y-%m-%d} by policy ({which} older than {self.raw_days} days)"

    def to_json(self) -> bytes:
        """The record as its object holds it."""
        says = {"format": FORMAT, "retired_at": self.retired_at.isoformat(), "raw_days": self.raw_days, "raw": self.raw}
        return json.dumps(says | {"segments": dict(sorted(self.segments.items()))}, indent=1).encode("ascii")

    @classmethod
    def from_json(cls, data: bytes, key: str) -> "Retirement":
        """The record of an object. Raises: DamagedError, naming the key."""
        try:
            says = json.loads(data)
            if says["format"] > FORMAT:
                raise DamagedError(f"{key} was written by a newer Winnow: upgrade, then run the same command again")
            when = datetime.fromisoformat(says["retired_at"])
            return cls(when, int(says["raw_days"]), says["raw"], dict(says["segments"]))
        except (ValueError, TypeError, KeyError) as error:
            raise DamagedError(f"{key} is not a record of retired segments: the object is damaged") from error


def records(bucket: Bucket) -> Iterator[Retirement]:
    """Every record, oldest first. Raises: DamagedError."""
    for key in _keys(bucket):
        yield _record(bucket, key)


def told(bucket: Bucket, segment: str) -> str | None:
    """What became of a segment by policy, after "was"; null where no record that can be read names it."""
    for key in _keys(bucket):
        try:
            record = _record(bucket, key)
        except DamagedError:  # named by `winnow verify`
            continue
        if segment in record.segments:
            return record.told
    return None


def retired_at(records: Sequence[Retirement]) -> dict[str, Retirement]:
    """Segment → the first record that names it."""
    return {segment: record for record in reversed(records) for segment in record.segments}


def _keys(bucket: Bucket) -> list[str]:
    return [info.key for info in bucket.list(keys.RAW_RETIRED) if info.key.endswith(".json")]


def _record(bucket: Bucket, key: str) -> Retirement:
    return _read(bucket, key)  # type: ignore[arg-type]  # a protocol: each bucket is hashed by its identity


@lru_cache(maxsize=REMEMBERED)
def _read(bucket: Bucket, key: str) -> Retirement:
    """A record, which never changes once it is written."""
    try:
        return Retirement.from_json(bucket.get(key), key)
    except KeyMissingError as error:
        raise DamagedError(f"{key} vanished while it was read") from error
