"""Tries out whether a store keeps what we rely on, and says what follows where it does not.

Writes below `keys.PROBES` alone, and removes what it wrote.
"""

import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage import delta, keys
from storage.commits import CommitLog
from storage.errors import StorageError
from storage.keys import Table
from storage.local import PARTIAL, LocalBucket
from storage.objects import Bucket
from storage.probes import WRITERS, Finding, Ground, Probe, Verdict, race
from storage.tables import Corpus

ROUNDS = 10
RACES = 5
"""On a table each: dearer than a round."""
SKEW_NOTED = timedelta(minutes=1)
SKEW_REFUSED = timedelta(minutes=15)
"""S3 refuses requests that are signed by a clock that far off."""
SPACE_NOTED = 5 * 2**30
SPACE_REFUSED = 2**27


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that is known of a store and the corpus in it."""

    uri: str
    findings: tuple[Finding, ...]
    head: int | None = None
    """Number of the corpus's newest commit; null where there is no corpus."""
    applied: Mapping[Table, int] = field(default_factory=dict)
    """Table → number of the newest commit that it holds."""

    @property
    def is_fine(self) -> bool:
        """Whether nothing that we rely on is missing."""
        return all(finding.verdict != "missing" for finding in self.findings)


def examine(bucket: Bucket) -> Diagnosis:
    """Tries everything out, in some ten seconds; what a store refuses is a finding, never an error."""
    try:
        bucket.head(keys.CORPUS)
    except StorageError as error:
        return Diagnosis(bucket.uri, (Finding("reach", "missing", str(error), "nothing can be read or written here"),))
    root = Path(bucket.uri) if isinstance(bucket, LocalBucket) else None
    new = [] if root is None else [folder for folder in (root / PARTIAL, root, *root.parents) if not folder.exists()]
    ground = Ground(bucket, uuid.uuid4().hex)
    findings = [_found("permissions", _permissions, ground)]
    try:
        if findings[0].verdict == "fine":
            findings += [_found(name, probe, ground) for name, probe in _probes(bucket)]
    finally:
        with suppress(StorageError):  # said by the findings
            _clean_up(ground)
        _remove_empty(new)
    return _with_corpus(bucket, findings)


def _probes(bucket: Bucket) -> Iterator[tuple[str, Probe]]:
    yield "conditional create", _creates_once
    yield "replace", _replaces_whole
    yield "read after write", _reads_what_was_written
    yield "listing", _lists_what_stands
    yield "tables", _tables_move_once
    yield "clock", _clock
    if isinstance(bucket, LocalBucket):
        yield "space", _space
    if bucket.uri.startswith("s3://"):
        from storage.doctor_s3 import PROBES  # noqa: PLC0415 - boto3, which a directory does without

        yield from PROBES.items()


def _found(name: str, probe: Probe, ground: Ground) -> Finding:
    try:
        return probe(ground)
    except StorageError as error:
        return Finding(name, "missing", str(error), "the store cannot be used as it is")


def _permissions(ground: Ground) -> Finding:
    """Read-only credentials are found out here, and the other probes then left out."""
    key, said = ground.key("permissions"), "the store refuses"
    steps: Mapping[str, Callable[[], object]] = {
        "write": lambda: ground.bucket.put(key, b"1"),
        "read": lambda: ground.bucket.get(key),
        "list": lambda: list(ground.bucket.list(key)),
        "delete": lambda: ground.bucket.delete(key),
    }
    for step, act in steps.items():
        try:
            act()
        except StorageError as error:
            said = f"cannot {step}: {error}"
            return Finding("permissions", "missing", said, "nothing can be ingested here; reading may still work")
    return Finding("permissions", "fine", "may write, read, list and delete", "a corpus can stand here")


def _creates_once(ground: Ground) -> Finding:
    wrong, most = 0, 0
    for turn in range(ROUNDS):
        key = ground.key(f"create/{turn}")
        won = race(lambda who, key=key: ground.bucket.create(key, bytes([who])))  # type: ignore[misc]
        stands = ground.bucket.get(key)
        most = max(most, len(won))
        wrong += [bytes([who]) for who in won] != [stands]
    if not wrong:
        seen = f"of {WRITERS} writers at once, one won, {ROUNDS} times of {ROUNDS}"
        return Finding("conditional create", "fine", seen, "several writers are safe")
    seen = f"of {WRITERS} writers at once, up to {most} were told that they had won; {wrong} times of {ROUNDS} it was wrong"
    return Finding("conditional create", "missing", seen, "use one writer at a time: a second one would lose documents")


def _replaces_whole(ground: Ground) -> Finding:
    """Readers see an old or a new object, never a mixture."""
    key, size = ground.key("replace"), 2**16
    ground.bucket.put(key, bytes(size))

    def replace_and_read(who: int) -> bool:
        ground.bucket.put(key, bytes([who]) * size)
        data = ground.bucket.get(key)
        return len(data) == size and len(set(data)) == 1

    whole = race(replace_and_read)
    if len(whole) == WRITERS:
        return Finding("replace", "fine", f"{WRITERS} writers and readers at once saw whole objects", "readers need no lock")
    seen = f"{WRITERS - len(whole)} of {WRITERS} readers saw a mixture of two objects"
    return Finding("replace", "missing", seen, "don't read while a run writes")


def _reads_what_was_written(ground: Ground) -> Finding:
    stale = 0
    for turn in range(ROUNDS):
        key, data = ground.key("read"), str(turn).encode()
        ground.bucket.put(key, data)
        info = ground.bucket.head(key)
        stale += ground.bucket.get(key) != data or info is None
    ground.bucket.delete(ground.key("read"))
    stale += ground.bucket.head(ground.key("read")) is not None
    if not stale:
        return Finding("read after write", "fine", f"{ROUNDS} replacements were read at once", "what is acknowledged is there")
    seen = f"{stale} of {ROUNDS + 1} reads saw an older state"
    return Finding("read after write", "missing", seen, "runs would decide on an old state: use another store")


def _lists_what_stands(ground: Ground) -> Finding:
    names = [ground.key(f"list/{folder}/{turn}") for turn in range(ROUNDS) for folder in ("a", "b-1")]
    for key in names:
        ground.bucket.put(key, b"")
    whole = [info.key for info in ground.bucket.list(ground.key("list") + "/")] == sorted(names)
    ground.bucket.delete(names[0])
    gone = names[0] not in [info.key for info in ground.bucket.list(ground.key("list") + "/")]
    if whole and gone:
        seen = f"{len(names)} new objects were listed at once, a deleted one no longer"
        return Finding("listing", "fine", seen, "unfinished runs are found")
    follows = "a killed run may be overlooked and done again; no document is lost"
    return Finding("listing", "missing", "a listing was behind what had been written", follows)


def _tables_move_once(ground: Ground) -> Finding:
    for turn in range(RACES):  # one race may pass a faulty store: who comes late sees the winner's entry and does not try
        won = len(delta.race(ground.bucket, ground.key(f"table/{turn}"), race))
        if won != 1:
            break
    else:
        seen = f"of {WRITERS} transactions at once, one won, {RACES} times of {RACES}"
        return Finding("tables", "fine", seen, "tables move one commit at a time")
    seen = f"of {WRITERS} transactions at once, {won} were told that they had won"
    return Finding("tables", "missing", seen, "use one writer at a time: tables could lose a commit's rows")


def _clock(ground: Ground) -> Finding:
    key = ground.key("clock")
    ground.bucket.put(key, b"")
    now, info = datetime.now(UTC), ground.bucket.head(key)
    if info is None:
        return Finding("clock", "missing", "an object that was just written is not there", "use another store")
    skew = abs(now - info.modified_at)
    seen = f"the store's clock and this machine's differ by {skew.total_seconds():.0f} s"
    if skew < SKEW_NOTED:
        return Finding("clock", "fine", seen, "times of both can be compared")
    verdict: Verdict = "note" if skew < SKEW_REFUSED else "missing"
    return Finding("clock", verdict, seen, "set the clock: stores refuse requests, and sweeps misjudge what is old")


def _space(ground: Ground) -> Finding:
    free = shutil.disk_usage(ground.bucket.uri).free
    seen = f"{free / 2**30:.1f} GB are free"
    if free >= SPACE_NOTED:
        return Finding("space", "fine", seen, "enough for some hundred thousand pages")
    return Finding("space", "note" if free >= SPACE_REFUSED else "missing", seen, "free some space before a large run")


def _with_corpus(bucket: Bucket, findings: list[Finding]) -> Diagnosis:
    """The diagnosis with what a corpus that stands there says of itself."""
    try:
        if bucket.head(keys.CORPUS) is None:
            return Diagnosis(bucket.uri, tuple(findings))
        head, applied = CommitLog(bucket).head(), Corpus(bucket).applied()
    except StorageError as error:
        damage = Finding("corpus", "missing", str(error), "`winnow verify` says what is damaged and what helps")
        return Diagnosis(bucket.uri, (*findings, damage))
    behind = [f"{table} at {seq}" for table, seq in applied.items() if seq < head]
    seen = f"commit {head} is the newest; {'behind it: ' + ', '.join(behind) if behind else 'all tables hold it'}"
    follows = "`winnow maintain` brings the tables up to it" if behind else "readers see the newest state"
    return Diagnosis(bucket.uri, (*findings, Finding("corpus", "note" if behind else "fine", seen, follows)), head, applied)


def _clean_up(ground: Ground) -> None:
    for info in list(ground.bucket.list(ground.key("x").removesuffix("x"))):
        ground.bucket.delete(info.key)


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        with suppress(OSError):  # somebody else's by now
            folder.rmdir()
