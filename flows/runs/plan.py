"""A run's plan: what it is going to read, under which configuration, and who is at it.

The plan is written before anything else. The same command on the same inputs makes the same digest, so that it finds the plan of
a run that was killed, adopts it, and reuses what that run has staged.
"""

import hashlib
import json
import os
import secrets
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest.records import PageRef
from storage import keys, staged
from storage.bucket import Bucket
from storage.errors import KeyMissingError, StorageError

FOREIGN_OWNER_DEAD_AFTER = timedelta(hours=24)
"""A process on another machine cannot be looked at: its plan is up for adoption when it is this old."""


def is_url(location: str) -> bool:
    """Whether a location is fetched, not opened."""
    return location[:8].lower().startswith(("http://", "https://"))


@dataclass(frozen=True, slots=True)
class PlannedInput:
    """One input as it stood when the run began."""

    source: str
    name: str
    location: str
    size: int
    """Bytes; 0 for a URL, and where it could not be read."""
    sha256: str | None
    """Of the file's bytes; null for a URL, and where it could not be read, which the run reports when it comes to it."""
    pages: int | None
    """Pages that it holds, for progress; null where only reading it would tell."""
    listed_at: str | None = None
    """When it was published by the feed that lists it, ISO 8601 in UTC."""
    unlisted: str | None = None
    """Why the feed or list that this stands for could not be had or read; null for every other input."""
    is_fetched: bool = False
    """Whether its location is a URL that a request is made to, whatever it looks like; else it is opened."""

    @property
    def ref(self) -> PageRef:
        """The input as its source listed it."""
        return PageRef(self.source, self.name, self.location)


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that works on a plan."""

    host: str
    pid: int
    started: str
    """When that process started, as the kernel tells it: a pid alone may have been given out again."""

    @classmethod
    def me(cls) -> "Owner":
        """The process that calls."""
        return cls(socket.gethostname(), os.getpid(), _start_of(os.getpid()) or "")

    def is_dead(self, since: datetime) -> bool:
        """Whether nobody works on a plan any more that this owner wrote at `since`."""
        if self.host != socket.gethostname():
            return datetime.now(UTC) - since > FOREIGN_OWNER_DEAD_AFTER
        return _start_of(self.pid) != self.started


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides what a run does, and who does it."""

    run: str
    created_at: datetime
    """UTC; stands for the fetch time of local files."""
    owner: Owner
    config_id: str
    shard_documents: int
    limit: int | None
    inputs: tuple[PlannedInput, ...]
    base_seq: int = 0
    """Number of the last commit when the run began: what it skips as unchanged was seen there."""
    approved_by: str | None = None
    """Who wants a reprocess; null for an ingest."""

    @property
    def local(self) -> tuple[PlannedInput, ...]:
        """The inputs that are opened where they lie."""
        return tuple(entry for entry in self.inputs if not entry.is_fetched)

    @property
    def fetched(self) -> tuple[PlannedInput, ...]:
        """The inputs that come from the web."""
        return tuple(entry for entry in self.inputs if entry.is_fetched)

    @property
    def digest(self) -> str:
        """Equal for two plans that would do the same, whoever makes them and wherever the files stand."""
        inputs = [(entry.source, entry.name, entry.size, entry.sha256) for entry in self.inputs]
        told = json.dumps([self.config_id, self.shard_documents, self.limit, inputs])
        return hashlib.sha256(told.encode()).hexdigest()


class RunIsAliveError(StorageError):
    """Another process is at the very same run."""


def new_plan(inputs: Iterable[PlannedInput], config_id: str, shard_documents: int, limit: int | None) -> Plan:
    """A plan of this process, with a run id that sorts by time."""
    now = datetime.now(UTC)
    run = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    return Plan(run, now, Owner.me(), config_id, shard_documents, limit, tuple(inputs))


def claim(bucket: Bucket, plan: Plan, is_committed: Callable[[Plan], bool]) -> Plan:
    """The plan to work on, written: this one, or a dead run's of the same digest, adopted.

    A dead run that has not committed is adopted only while the corpus stands where it began: what it skipped could have changed.

    Raises: RunIsAliveError: a living process works on the same inputs under the same configuration.
    """
    for found in unfinished(bucket):
        if found.digest != plan.digest:
            continue
        # This very process may own it: an attempt of its own that the store cut off.
        if found.owner != plan.owner:
            _require_dead(found, f"run {found.run} of the same inputs is at work")
        if found.base_seq == plan.base_seq or is_committed(found):
            plan = replace(found, owner=plan.owner)
            break
        give_up(bucket, found)
    write(bucket, plan)
    _require_first(bucket, plan)
    return plan


def _require_first(bucket: Bucket, plan: Plan) -> None:
    """Of two that claimed at once, each of which sees the other's plan now, the one of the smaller run id goes on."""
    for found in unfinished(bucket):
        if found.digest == plan.digest and found.run < plan.run and not found.owner.is_dead(found.created_at):
            bucket.delete(keys.run_plan(plan.run))
            _require_dead(found, f"run {found.run} of the same inputs is at work")


def _require_dead(found: Plan, what: str) -> None:
    if not found.owner.is_dead(found.created_at):
        who = f"process {found.owner.pid} on {found.owner.host}"
        raise RunIsAliveError(f"{what} ({who}): wait for it or stop it")


def claim_alone(bucket: Bucket, plan: Plan) -> Plan:
    """The plan, claimed for this process; of any number that claim a run of one id at once, one gets it.

    The claim of a process that died is taken over: a claim is never replaced, the next has the next number, and creating its
    object is what decides. Raises: RunIsAliveError.
    """
    while True:
        turn, mine = 0, plan
        for last, found in _claims(bucket, plan.run):
            turn, mine = last + 1, found
        if turn and mine.owner == plan.owner:
            return mine
        if turn:
            _require_dead(mine, f"plan {mine.run} is being applied")
            mine = replace(plan, approved_by=mine.approved_by)
        if bucket.create(keys.run_plan(plan.run, turn), _to_json(mine)):
            return mine


def give_up(bucket: Bucket, plan: Plan) -> None:
    """Remove the plan, every claim of it and the staged shards of a run that has ended or died; its raw pages stay."""
    staged.remove(bucket, plan.run)
    # The first claim goes first: while a later one stands, nobody can mistake it for the newest.
    for key in list(_claim_keys(bucket, plan.run)):
        bucket.delete(key)


def unfinished(bucket: Bucket) -> Iterator[Plan]:
    """The plans of runs that have not ended, each as it was claimed last, oldest first."""
    found: dict[str, Plan] = {}
    for _turn, plan in _claims(bucket):
        found[plan.run] = plan
    yield from found.values()


def _claims(bucket: Bucket, run: str | None = None) -> Iterator[tuple[int, Plan]]:
    """The claims of one run, or of all, each with its turn, in the order of runs and then of turns."""
    for key in _claim_keys(bucket, run):
        try:
            yield keys.run_turn(key), _from_json(bucket.get(key))
        except KeyMissingError:
            continue  # its run ended in between


def _claim_keys(bucket: Bucket, run: str | None) -> Iterator[str]:
    """The keys of claims; the records of runs stand beside them."""
    found = (info.key for info in bucket.list(keys.RUNS if run is None else keys.run_beginning(run)))
    return (key for key in found if key.endswith(f".{keys.PLAN_SUFFIX}"))


def write(bucket: Bucket, plan: Plan) -> None:
    """Write a plan under its run's key."""
    bucket.put(keys.run_plan(plan.run), _to_json(plan))


def _to_json(plan: Plan) -> bytes:
    told = asdict(plan) | {"created_at": plan.created_at.isoformat()}
    return json.dumps(told, ensure_ascii=True).encode("ascii")


def _from_json(data: bytes) -> Plan:
    told = json.loads(data)
    return Plan(
        run=told["run"],
        created_at=datetime.fromisoformat(told["created_at"]),
        owner=Owner(**told["owner"]),
        config_id=told["config_id"],
        shard_documents=told["shard_documents"],
        limit=told["limit"],
        inputs=tuple(PlannedInput(**entry) for entry in told["inputs"]),
        base_seq=told["base_seq"],
        approved_by=told.get("approved_by"),
    )


def _start_of(pid: int) -> str | None:
    """Start time of a living process in clock ticks since boot, with the boot's id; null where there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("utf-8").strip()
    except OSError:
        return _alive_without_proc(pid)
    return None if fields[0] == "Z" else f"{boot}:{fields[19]}"


def _alive_without_proc(pid: int) -> str | None:
    # Systems without /proc (macOS): a reused pid looks alive, which errs towards not adopting.
    if Path("/proc/self/stat").exists():
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return ""
    return ""
