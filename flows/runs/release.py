"""Makes releases: what `winnow release` and the flow of that name ask, and what they are told."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from flows.runs.publish import CODE
from flows.runs.report import Progress
from flows.runs.settings import Settings
from flows.runs.wiring import open_known
from flows.view.release import card, picture
from storage import keys, releases
from storage.manifests import Counts, Manifest, OptOuts
from storage.moments import named
from storage.releases import Order

CARD, PICTURE = "README.md", "picture.svg"
WRITERS = {"winnow-news": CODE, "pyarrow": pa.__version__}
"""What decides on the bytes of a release's files, beside its rows."""


@dataclass(frozen=True, slots=True)
class ReleaseRequest:
    """One order to release a corpus."""

    corpus: str
    name: str
    at: str | None = None
    """A commit's number, or a run's id or the start of it; null: the newest commit."""
    opt_outs: OptOuts | None = None
    """Null: as the settings say."""
    jsonl: bool = False
    dry_run: bool = False
    """Whether to count and write nothing."""


@dataclass(frozen=True, slots=True)
class Released:
    """What became of it."""

    name: str
    corpus: str
    seq: int
    """The commit whose state it is: the last one that changed a document."""
    counts: Counts
    dry_run: bool = False
    is_new: bool = True
    """False: it stood there already, and nothing was written."""
    latest: str | None = None
    """The release that the pointer names; null in a dry run."""
    manifest: Manifest | None = field(default=None, repr=False)
    """Null in a dry run."""

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.corpus}/{keys.release(self.name)}".rstrip("/")

    def to_json(self) -> str:
        """All but the manifest, which stands beside the data, as one JSON object."""
        says: dict[str, Any] = {name: value for name, value in asdict(self).items() if name != "manifest"}
        files = self.manifest.files if self.manifest else ()
        return json.dumps(says | {"place": self.place, "files": len(files), "bytes": sum(file.bytes for file in files)})


def release(request: ReleaseRequest, settings: Settings, progress: Callable[[Progress], None] = lambda _step: None) -> Released:
    """Release a corpus as of a commit, go on with what was begun, or find that it stands.

    Raises: StorageError; ReleaseError where another release has the name; UnknownMomentError.
    """
    corpus = open_known(request.corpus, settings)
    at = None if request.at is None else named(corpus, request.at)
    order = Order(request.name, at, request.opt_outs or settings.release.opt_outs, request.jsonl)

    def show(what: str, done: int, total: int) -> None:
        progress(Progress(done, total, f"documents {what}"))

    if request.dry_run:
        told = releases.foretell(corpus, order, show)
        return Released(request.name, corpus.bucket.uri, told.seq, told.counts, dry_run=True, is_new=not told.stands)
    made = releases.release(corpus, order, WRITERS, _dress, show)
    found = made.manifest
    return Released(
        request.name,
        corpus.bucket.uri,
        found.terms.seq,
        found.counts,
        is_new=made.is_new,
        latest=made.latest,
        manifest=found,
    )


def _dress(manifest: Manifest) -> dict[str, bytes]:
    return {name: f"{text}\n".encode() for name, text in ((CARD, card(manifest)), (PICTURE, picture(manifest)))}
