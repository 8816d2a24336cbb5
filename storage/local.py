"""A bucket on a local directory."""

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from storage.errors import DamagedError, KeyMissingError, StorageError, StoreUnavailableError
from storage.objects import ObjectInfo, check_key

PARTIAL = ".partial"
"""Folder of the root for files that are being written; keys cannot start with a dot, so it is never listed."""

ADVICE = {
    errno.ENOSPC: "the disk is full: free some space and run the same command again",
    errno.EDQUOT: "the disk quota is used up: free some space and run the same command again",
    errno.EACCES: "permission denied: make the folder writable, or choose another with --into",
    errno.EPERM: "the file system forbids it (no permission, or no hard links): choose another folder with --into",
    errno.EROFS: "the file system is read-only: choose another folder with --into",
    errno.EEXIST: "a file stands where a folder is needed: choose another folder with --into",
    errno.ENOTDIR: "a file stands where a folder is needed: choose another folder with --into",
    errno.EISDIR: "a folder stands where a file is needed: choose another folder with --into",
    errno.EMFILE: "too many open files: raise the limit (ulimit -n) and run the same command again",
}
"""One sentence a user can act on, by the system's error number."""


class LocalBucket:
    """Objects as files below a root: a key is its path.

    Writes go to a file aside, which is flushed to disk and then renamed or hard-linked into place, so that a reader never
    sees half an object and a crash never loses one that was acknowledged.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._partial = self._root / PARTIAL

    @property
    def uri(self) -> str:
        """The root's absolute path."""
        return str(self._root)

    def get(self, key: str) -> bytes:
        """The object's bytes."""
        with _reading(key):
            return self._path(key).read_bytes()

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`."""
        with _reading(key), self._path(key).open("rb") as file:
            file.seek(offset)
            found = file.read(length)
        if len(found) != length:
            raise DamagedError(f"{key} ends at byte {offset + len(found)}, expected {offset + length}: the object is damaged")
        return found

    def put(self, key: str, data: bytes) -> None:
        """Writes or replaces an object."""
        self._place(key, data, replace=True)

    def create(self, key: str, data: bytes) -> bool:
        """Writes an object where none stands; whether this caller did."""
        return self._place(key, data, replace=False)

    def head(self, key: str) -> ObjectInfo | None:
        """Size and time of an object, or null where none stands."""
        try:
            with _reading(key):
                return _info(key, self._path(key))
        except KeyMissingError:
            return None

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """The objects whose keys start with `prefix`, in key order; one deleted meanwhile is left out."""
        for key in sorted(self._keys(prefix)):
            with _translated(key), suppress(FileNotFoundError):
                yield _info(key, self._root / key)

    def delete(self, key: str) -> None:
        """Removes an object, and the folders above it that it leaves empty."""
        path = self._path(key)
        with _translated(key):
            path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == self._root:
                return
            try:
                folder.rmdir()
            except OSError:  # not empty, or not ours: it stays
                return

    def sweep_partial(self, before: datetime) -> int:
        """Removes files aside that were last written before then; the count."""
        if not self._partial.is_dir():
            return 0
        with _translated(PARTIAL):
            stale = [path for path in self._partial.iterdir() if _modified_at(path) < before]
            for path in stale:
                path.unlink(missing_ok=True)
        return len(stale)

    def delta(self, key: str) -> tuple[str, dict[str, str]]:
        """The folder's path; no options."""
        return str(self._path(key)), {}

    def _path(self, key: str) -> Path:
        return self._root / check_key(key)

    def _keys(self, prefix: str) -> Iterator[str]:
        start = self._root / prefix.rpartition("/")[0]
        for folder, folders, names in os.walk(start, onerror=_raise_unless_missing):
            folders[:] = [name for name in folders if not name.startswith(".")]
            above = Path(folder).relative_to(self._root).as_posix()
            keys = (name if above == "." else f"{above}/{name}" for name in names if not name.startswith("."))
            yield from (key for key in keys if key.startswith(prefix))

    def _place(self, key: str, data: bytes, *, replace: bool) -> bool:
        path = self._path(key)
        with _translated(key):
            aside = self._write_aside(data)
            try:
                return _move(aside, path, replace=replace)
            finally:
                aside.unlink(missing_ok=True)

    def _write_aside(self, data: bytes) -> Path:
        _make_folder(self._partial)
        aside = self._partial / uuid.uuid4().hex
        try:
            with aside.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            aside.unlink(missing_ok=True)
            raise
        return aside


def _move(aside: Path, path: Path, *, replace: bool) -> bool:
    """Puts a finished file at its place, durably; False where one stands that must not be replaced."""
    for _ in range(20):  # a concurrent delete may take an empty folder away between any two steps
        try:
            _make_folder(path.parent)
            if not _put_in_place(aside, path, replace=replace):
                return False
        except FileNotFoundError:
            continue
        with suppress(FileNotFoundError):  # deleted again already, with its folder
            _flush_folder(path.parent)
        return True
    raise StoreUnavailableError(f"{path.parent}: the folder vanishes while it is written to")


def _put_in_place(aside: Path, path: Path, *, replace: bool) -> bool:
    if replace:
        aside.replace(path)
        return True
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        return False
    return True


def _make_folder(folder: Path) -> None:
    """Creates a folder and those above it, each flushed in its parent so that a crash cannot lose it."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    try:
        folder.mkdir()
    except FileExistsError:
        # `exist_ok` would blame a file in the way where a concurrent writer's folder came and went.
        if folder.is_file():  # one look: between two it may come and go again
            raise
    _flush_folder(folder.parent)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _info(key: str, path: Path) -> ObjectInfo:
    stat = path.stat()
    return ObjectInfo(key, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))


def _modified_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:  # its writer finished meanwhile
        return datetime.max.replace(tzinfo=UTC)


def _raise_unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise _unavailable(str(error.filename), error) from error


@contextmanager
def _translated(key: str) -> Iterator[None]:
    """Turns the system's errors into this package's."""
    try:
        yield
    except FileNotFoundError as error:
        raise KeyMissingError(key) from error
    except OSError as error:
        raise _unavailable(key, error) from error


@contextmanager
def _reading(key: str) -> Iterator[None]:
    """The same where nothing is written: below a stranger's file there is no object."""
    with _translated(key):
        try:
            yield
        except NotADirectoryError as error:
            raise FileNotFoundError(error.errno, error.strerror) from error


def _unavailable(key: str, error: OSError) -> StorageError:
    advice = ADVICE.get(error.errno or 0, error.strerror or type(error).__name__)
    return StoreUnavailableError(f"{error.filename or key}: {advice}")
