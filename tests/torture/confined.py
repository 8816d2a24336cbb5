"""Ingests in a process of its own mounts, where the disk runs full or the rights to write are lost; prints what it was told.

Started by `test_hostile` as `python -m tests.torture.confined full|denied|read-only TOWN FOLDER`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from storage.bucket import open_bucket
from storage.errors import StorageError
from storage.local import LocalBucket
from tests.torture import scene

PLENTY = "64m"
STEP = 12 * 1024
"""Bytes by which each next disk is larger."""
EVERY = 2
"""Of the writes at which rights are lost."""


def _mount(*how: str) -> None:
    subprocess.run(["mount", *how], check=True)


def _used(folder: Path) -> int:
    stat = os.statvfs(folder)
    return (stat.f_blocks - stat.f_bfree) * stat.f_frsize


def _attempt(town: Path, place: str) -> str | None:
    """The error as a user reads it; null where it ended well."""
    try:
        scene.perform("ingest", town, place)
    except StorageError as error:
        return f"{type(error).__name__}: {error}"
    return None


def _disks(town: Path, folder: Path, expected: dict[str, list]) -> Iterator[str]:
    """Ingests on ever larger disks until one is large enough."""
    for room in range(0, 100 * STEP, STEP):
        _mount("-t", "tmpfs", "-o", f"size={PLENTY}", "tmpfs", str(folder))
        place = str(folder / "corpus")
        scene.copy(town, place)
        _mount("-o", f"remount,size={_used(folder) + room}", str(folder))
        told = _attempt(town, place)
        _mount("-o", f"remount,size={PLENTY}", str(folder))
        _recovers(town, place, expected)
        subprocess.run(["umount", str(folder)], check=True)
        if told is None:
            return
        yield told


def _losses(town: Path, folder: Path, expected: dict[str, list], lose: Callable[[str], None], give: Callable[[str], None]):
    """Ingests that lose the right to write at ever later writes, until one has none left to lose."""
    place_aside = LocalBucket._place
    for at in range(1, 400, EVERY):
        _mount("-t", "tmpfs", "-o", f"size={PLENTY}", "tmpfs", str(folder))
        place, left = str(folder / "corpus"), [at]
        scene.copy(town, place)

        def losing(bucket: LocalBucket, key: str, data: bytes, *, replace: bool, place=place, left=left) -> bool:
            left[0] -= 1
            if left[0] == 0:
                lose(place)
            return place_aside(bucket, key, data, replace=replace)

        LocalBucket._place = losing  # type: ignore[method-assign]
        told = _attempt(town, place)
        LocalBucket._place = place_aside  # type: ignore[method-assign]
        give(place)
        _recovers(town, place, expected)
        subprocess.run(["umount", str(folder)], check=True)
        if told is None:
            return
        yield told


def _recovers(town: Path, place: str, expected: dict[str, list]) -> None:
    assert _attempt(town, place) is None
    assert scene.state(open_bucket(place)) == expected
    scene.assert_sound(open_bucket(place))


def _chmod(mode: int) -> Callable[[str], None]:
    def change(place: str) -> None:
        for folder, _, _ in os.walk(place):
            Path(folder).chmod(mode)

    return change


def main(what: str, town: Path, folder: Path) -> list[str]:
    """The sentences of all attempts that failed, each recovered from."""
    scene.here()
    undisturbed, confined = str(folder / "undisturbed"), folder / "confined"
    confined.mkdir()
    scene.copy(town, undisturbed)
    scene.perform("ingest", town, undisturbed)
    expected = scene.state(open_bucket(undisturbed))
    if what == "full":
        return list(_disks(town, confined, expected))
    if what == "denied":
        return list(_losses(town, confined, expected, _chmod(0o555), _chmod(0o755)))

    def remount(how: str) -> Callable[[str], None]:
        return lambda _place: _mount("-o", f"remount,{how}", str(confined))

    return list(_losses(town, confined, expected, remount("ro"), remount("rw")))


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))  # noqa: T201 - read by the test
