"""The releases that stand: by name, all of them, the newest, and what they need of the corpus."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pyarrow.compute as pc

from storage import keys, parquet, shelves
from storage.errors import DamagedError, KeyMissingError, ReleaseError
from storage.manifests import Manifest, Terms
from storage.objects import Bucket

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
NOT_A_NAME = re.compile(r"\d+|\d{8}T\d{6}.*|latest(\.json)?", re.IGNORECASE)
"""What means a commit, a run or the pointer wherever a release may be named too."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A release as a list shows it."""

    name: str
    manifest: Manifest | None
    """Null where it is unfinished or damaged."""
    is_latest: bool
    damage: str | None = None
    """What is wrong with its manifest; null where nothing is."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """What must stay, for releases to be understood and reproduced."""

    seqs: frozenset[int]
    """Commits whose states are released, or about to be."""
    begun: frozenset[int]
    """Those of them that are about to be: what rows of theirs name is not in `raw`."""
    raw: frozenset[str]
    """Keys of the WARC segments that rows of finished releases name."""


def check_name(name: str) -> None:
    """Raises: ReleaseError where a release cannot bear the name."""
    if not NAME.fullmatch(name) or NOT_A_NAME.fullmatch(name):
        raise ReleaseError(
            f"{name!r} cannot name a release: up to 64 letters, digits, dots, hyphens and underscores, the first a letter or "
            "digit; not digits alone, no run's id, not `latest`"
        )


def find(bucket: Bucket, name: str) -> Manifest | None:
    """The manifest of a finished release; null where there is none. Raises: DamagedError."""
    check_name(name)
    found = _read(bucket, name)
    return found[0] if found else None


def get(bucket: Bucket, name: str) -> Manifest:
    """The same. Raises: ReleaseError where there is none."""
    manifest = find(bucket, name)
    if manifest is None:
        raise ReleaseError(f"there is no finished release {name} in {bucket.uri}: `winnow releases` lists them")
    return manifest


def begun(bucket: Bucket, name: str) -> Terms | None:
    """On what terms an unfinished release was begun; null where none was."""
    key = keys.release_begun(name)
    try:
        return Terms.from_json(bucket.get(key), key)
    except KeyMissingError:
        return None


def seq_of(bucket: Bucket, name: str) -> int:
    """The commit whose state a release holds; `latest` is the one that the pointer names. Raises: ReleaseError."""
    if name != "latest":
        return get(bucket, name).terms.seq
    pointer = _pointer(bucket)
    if pointer is None:
        raise ReleaseError(f"there is no release in {bucket.uri} yet: `winnow release NAME` makes one")
    return pointer[1]


def listed(bucket: Bucket) -> list[Standing]:
    """Every release, unfinished ones too: the newest state first, then by name."""
    pointer = _pointer(bucket)
    latest = pointer[0] if pointer else None
    found = [_standing(bucket, name, is_latest=name == latest) for name in _names(bucket)]
    return sorted(found, key=lambda each: (-each.manifest.terms.seq if each.manifest else 0, each.name))


def point(bucket: Bucket) -> str:
    """Moves the pointer to the newest state that is released, never to an older one; the release that it names then.

    Stores differ in what they replace only on a condition. So it is looked at again after each move: whoever has been
    overtaken in between sees the newer release, which was there before its pointer, and mends what he did.
    """
    while True:
        newest, sha256 = max(_finished(bucket), key=lambda each: each[0].terms.seq)
        pointer = _pointer(bucket)
        if pointer is not None and pointer[1] >= newest.terms.seq and bucket.head(keys.release_manifest(pointer[0])):
            return pointer[0]
        says = {"name": newest.name, "seq": newest.terms.seq, "manifest_sha256": sha256}
        bucket.put(keys.LATEST, json.dumps(says, indent=1, sort_keys=True).encode("ascii") + b"\n")


def pinned(bucket: Bucket) -> Pinned:
    """What retention and vacuum must leave alone for the releases' sake."""
    seqs, unfinished, raw = set(), set(), set()
    for name in _names(bucket):
        manifest = find(bucket, name)
        terms = manifest.terms if manifest else begun(bucket, name)
        seqs.update([terms.seq] if terms else [])
        unfinished.update([terms.seq] if terms and not manifest else [])
        for file in manifest.data if manifest else ():
            refs = parquet.read(bucket, keys.release_file(name, file.path), shelves.SCHEMA, ["raw_ref"])["raw_ref"]
            raw.update(pc.drop_null(pc.unique(pc.struct_field(refs, "key"))).to_pylist())
    return Pinned(frozenset(seqs), frozenset(unfinished), frozenset(raw))


def _read(bucket: Bucket, name: str) -> tuple[Manifest, str] | None:
    """A manifest and its digest."""
    key = keys.release_manifest(name)
    try:
        data = bucket.get(key)
    except KeyMissingError:
        return None
    return Manifest.from_json(data, key), parquet.sha256(data)


def _standing(bucket: Bucket, name: str, *, is_latest: bool) -> Standing:
    try:
        return Standing(name, find(bucket, name), is_latest)
    except DamagedError as error:
        return Standing(name, None, is_latest, str(error))


def _finished(bucket: Bucket) -> Iterator[tuple[Manifest, str]]:
    """Every manifest that can be read, with its digest: one that is damaged is told by lists and stands in nobody's way."""
    for name in _names(bucket):
        with suppress(DamagedError):
            found = _read(bucket, name)
            if found is not None:
                yield found


def _names(bucket: Bucket) -> list[str]:
    """Of all that stand or were begun; what a stranger put there is none."""
    found = {keys.release_name(info.key) for info in bucket.list(keys.RELEASES)}
    return sorted(name for name in found if NAME.fullmatch(name) and not NOT_A_NAME.fullmatch(name))


def _pointer(bucket: Bucket) -> tuple[str, int] | None:
    try:
        says = json.loads(bucket.get(keys.LATEST))
        return says["name"], says["seq"]
    except KeyMissingError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedError(f"{keys.LATEST} does not name a release: the object is damaged") from error
