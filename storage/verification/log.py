"""The commit log and the objects that it names."""

from collections.abc import Iterable, Sequence

from storage import keys
from storage.commits import Commit, FileEntry
from storage.errors import DamagedError, KeyMissingError
from storage.keys import RECORDS
from storage.objects import Bucket
from storage.replay import Live
from storage.verification.report import Fault, Listed, Verified

CUT = "the commits from here on cannot be checked or rebuilt: restore the object from a copy of the bucket"

MIXED = "two corpora were copied over each other, or a commit was replaced: restore the bucket from a copy"


def commits(bucket: Bucket, listed: Listed, found: Verified) -> list[Commit]:
    """The commits up to the first that is missing or damaged, which is a fault."""
    newest = max(keys.commit_seqs(listed), default=0)
    whole: list[Commit] = []
    for seq in range(1, newest + 1):
        key = keys.commit(seq)
        try:
            commit = Commit.from_json(bucket.get(key), key)
        except KeyMissingError:
            found.faults.append(Fault(key, "the commit is missing", CUT))
            break
        except DamagedError as error:
            found.faults.append(Fault(key, str(error), CUT))
            break
        if commit.seq != seq:
            found.faults.append(Fault(key, f"the object says that it is commit {commit.seq}", CUT))
            break
        if whole and commit.follows not in (None, whole[-1].write_id):
            what = f"the commit does not follow commit {seq - 1} that stands here, but another of that number"
            found.faults.append(Fault(key, what, MIXED))
            break
        whole.append(commit)
    _runs_once(whole, found)
    return whole


def _runs_once(whole: Sequence[Commit], found: Verified) -> None:
    first: dict[str, int] = {}
    for commit in whole:
        if first.setdefault(commit.run, commit.seq) != commit.seq:
            what = f"run {commit.run} has committed before, as {first[commit.run]}"
            found.faults.append(Fault(keys.commit(commit.seq), what, "its outcomes stand twice"))


def objects(bucket: Bucket, named: tuple[Iterable[Commit], Live], listed: Listed, found: Verified) -> None:
    """Every object that commits name and that counts stands, with its size; what came since the listing is asked for."""
    whole, live = named
    for table in RECORDS:
        for path, entry in live[table].items():
            if wrong := _wrong(bucket, keys.table_file(table, path), entry, listed):
                found.damaged(keys.table_file(table, path), wrong)
    for commit in whole:
        if commit.sketches and (wrong := _wrong(bucket, commit.sketches.path, commit.sketches, listed)):
            found.derived(commit.sketches.path, wrong)


def _wrong(bucket: Bucket, key: str, entry: FileEntry, listed: Listed) -> str | None:
    info = listed.get(key) or bucket.head(key)
    if info is None:
        return "the object is missing"
    return None if info.size == entry.size else f"the object has {info.size} bytes where its commit says {entry.size}"
