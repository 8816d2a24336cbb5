"""How inputs are found and opened where they lie; other places than the local disk are other openers."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from ingest.errors import SourceError


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies at a given location."""

    folder: str
    """Name of the folder, or of the folder that holds the file: the source's name unless the user gives one."""
    files: tuple[tuple[str, str], ...]
    """Name relative to the folder, POSIX, and location, of each file; ordered by name."""
    is_folder: bool


class Opener(Protocol):
    """A place that inputs are read from."""

    def open(self, location: str) -> BinaryIO:
        """The bytes of a file from its start.

        Raises: OSError where it cannot be read, is a folder, or is nothing that can be read to an end.
        """
        ...

    def list(self, location: str) -> Listing:
        """The file at a location, or all files below the folder there but hidden ones.

        Raises: SourceError where nothing is there.
        """
        ...


class LocalOpener:
    """The local file system."""

    def open(self, location: str) -> BinaryIO:
        """The bytes of a regular file: a pipe, which might never end, is refused without waiting for it."""
        descriptor = os.open(location, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            os.close(descriptor)
            raise OSError("is a folder that cannot be listed" if stat.S_ISDIR(mode) else "is no regular file")
        return os.fdopen(descriptor, "rb")

    def list(self, location: str) -> Listing:
        """Links are followed, each folder is listed once: under its own path if that lies below, else the first link to it.

        A link that leads nowhere, a loop of links and a folder that may not be read are listed as files and fail when opened.
        """
        path = Path(os.path.abspath(location))  # noqa: PTH100 - `resolve` would follow the links that give the names
        if not os.path.lexists(path):
            raise SourceError(location, "there is no such file or folder")
        if not path.is_dir():
            return Listing(_name(path.parent.name), ((_name(path.name), str(path)),), is_folder=False)
        names = sorted(_walk(str(path)))
        return Listing(
            _name(path.name), tuple((_name(name), f"{str(path).rstrip('/')}/{name}") for name in names), is_folder=True
        )


LOCAL = LocalOpener()


def _walk(root: str) -> Iterator[str]:
    """Relative names of all files below a folder; linked folders come last, so that links give no name to what has one."""
    seen: set[tuple[int, int]] = set()
    folders, linked = [""], list[str]()
    while folders or linked:
        if not folders:
            linked.sort(reverse=True)
            folders.append(linked.pop())
        folder = folders.pop()
        try:
            status = Path(root, folder).stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(f"{root}/{folder}") as entries:
                found = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError:
            yield folder
            continue
        for entry in found:
            name = f"{folder}/{entry.name}" if folder else entry.name
            if not _is_folder(entry):
                yield name
            elif entry.is_symlink():
                linked.append(name)
            else:
                folders.append(name)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _name(name: str) -> str:
    r"""A file name as text that can be stored: bytes that are no UTF-8 become `\xNN`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace").replace(os.sep, "/")
