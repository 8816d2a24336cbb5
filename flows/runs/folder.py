"""A folder of pages on this computer: known by its marker, each page with a stamp, written whole or not at all."""

import hashlib
import json
import os
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from flows.errors import FolderError

MARKER = "winnow-browse.json"
STAMP = re.compile(rb"<!--winnow ([0-9a-f]{32})-->\s*\Z")
PAGE = re.compile(r"(?:documents/[0-9a-f]{2}/[0-9a-f]{32}|runs/[A-Za-z0-9-]{1,200}|index)\.html")
"""Where a page may stand. Ids and runs are read from a store that others may write to: none of them leads out of the folder."""
TAIL = 64
"""Bytes at a page's end in which its stamp stands."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that holds pages of one corpus and nothing else."""

    root: Path

    @classmethod
    def at(cls, root: Path, corpus_uri: str) -> "Folder":
        """The folder, made where there is none. Raises: FolderError where it holds something else, or another corpus."""
        marker = root / MARKER
        place = corpus_uri if "://" in corpus_uri else str(Path(corpus_uri).resolve())
        whose = {
            "format": "winnow-browse",
            "version": 1,
            "corpus": hashlib.sha256(place.encode("utf-8", "replace")).hexdigest(),
        }
        if root.exists() and not root.is_dir():
            raise FolderError(f"{root} is a file: name a folder")
        if root.resolve().is_relative_to(place):
            raise FolderError(f"{root} lies in the corpus: name a folder outside")
        if not marker.exists():
            stranger = next(iter(sorted(root.iterdir())), None) if root.exists() else None
            if stranger is not None:
                raise FolderError(f"{root} holds something else ({stranger.name}): name an empty or new folder")
            root.mkdir(parents=True, exist_ok=True)
            marker.write_text(json.dumps(whose), "utf-8")
        elif _read(marker) != whose:
            raise FolderError(f"{root} holds the pages of another corpus, or of another version of Winnow: name another folder")
        return cls(root)

    def stamp(self, path: str) -> str | None:
        """What a page was made from; null where it does not stand there whole."""
        try:
            with (self.root / path).open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
                found = STAMP.search(file.read())
        except FileNotFoundError:
            return None
        return found[1].decode("ascii") if found else None

    def write(self, path: str, page: str, stamp: str) -> None:
        """Writes or replaces a page; who looks sees the old or the new one. Raises: FolderError for a place that is no page's."""
        if not PAGE.fullmatch(path):
            raise FolderError(f"no page can stand at {path!r}: the corpus holds a damaged id")
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        partial.write_text(f"{page}\n<!--winnow {stamp}-->\n" if stamp else page, "utf-8")
        partial.replace(target)

    def keep_only(self, paths: AbstractSet[str]) -> int:
        """Removes every page of documents and runs but these, and returns how many; also what a killed call left half-written."""
        removed = 0
        for part in ("documents", "runs"):
            for found in [*(self.root / part).rglob("*.html"), *(self.root / part).rglob("*.partial")]:
                if found.relative_to(self.root).as_posix() not in paths:
                    found.unlink()
                    removed += 1
        return removed


def _read(marker: Path) -> object:
    try:
        return json.loads(marker.read_text("utf-8"))
    except ValueError:
        return None
