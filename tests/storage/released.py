"""Corpora for the tests of releases: documents of several languages and months, and what a release of them must hold."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.records import Decision
from storage import keys, shelves
from storage.asof import documents_at
from storage.objects import Bucket
from storage.parquet import sha256
from storage.releases import Made, Order, release
from storage.rows import NewVersion
from storage.schema import SCHEMAS
from storage.tables import Corpus
from tests.storage.corpora import doc_id, new_version, propose

WRITERS = {"winnow-news": "0.1.0", "pyarrow": pa.__version__}
MARCH, APRIL = datetime(2026, 3, 4, 12, tzinfo=UTC), datetime(2026, 4, 30, 23, 59, 59, 999_999, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Story:
    """A document in a few words."""

    name: str
    text: str = "It struck twelve."
    language: str = "en"
    site: str | None = "clock.example"
    seen: datetime = MARCH
    version: int = 1
    opt_outs: tuple[str, ...] = ()
    licence_url: str | None = None
    copy_of: str | None = None
    cluster_of: str | None = None
    is_gone: bool = False

    def to_version(self) -> NewVersion:
        made = new_version(self.name, self.version, self.text)
        fields = ("language", "site", "opt_outs", "licence_url")
        document = replace(made.document, n_words=len(self.text.split()), **{name: getattr(self, name) for name in fields})
        return replace(made, document=document, first_seen_at=self.seen, fetched_at=self.seen)

    def to_decision(self) -> Decision:
        canonical = doc_id(self.copy_of) if self.copy_of else None
        status = "withdrawn" if self.is_gone else "live"
        cluster = doc_id(self.cluster_of or self.copy_of or self.name)
        return Decision(doc_id(self.name), self.version, status, canonical, cluster)


STORIES = (
    Story("clock"),
    Story("ferry", "Sie fuhr ab.", "de", "faehre.example"),
    Story("tower", seen=APRIL),
    Story("copy", copy_of="clock"),
    Story("gone", is_gone=True),
    Story("closed", opt_outs=("noai",), licence_url="https://licences.example/closed"),
)


def add(corpus: Corpus, run: str, stories: Iterable[Story], told: Sequence[Story] = ()) -> int:
    """A run that brings versions, and decides on `told` without."""
    stories = list(stories)
    versions = [story.to_version() for story in stories]
    decisions = [story.to_decision() for story in (*stories, *told)]
    return corpus.commit(propose(corpus, run, versions, decisions))


def filled(bucket: Bucket, stories: Sequence[Story] = STORIES) -> Corpus:
    corpus = Corpus.create(bucket)
    add(corpus, "first", stories)
    return corpus


def dress(manifest) -> dict[str, bytes]:
    return {"README.md": f"{manifest.name} {manifest.counts.documents}".encode(), "picture.svg": b"<svg/>"}


def make(corpus: Corpus, name: str = "spring", **told) -> Made:
    return release(corpus, Order(name, **told), WRITERS, dress, lambda *_: None)


def content(bucket: Bucket, name: str = "spring") -> dict[str, bytes]:
    """Path → bytes of all that stands below a release."""
    prefix = keys.release(name)
    return {info.key.removeprefix(prefix): bucket.get(info.key) for info in bucket.list(prefix)}


def rows(bucket: Bucket, name: str = "spring") -> list[dict]:
    """Every row of the data files, in the order of their paths."""
    found = content(bucket, name)
    tables = [pq.read_table(pa.BufferReader(found[path])) for path in sorted(found) if path.endswith(".parquet")]
    return [row for table in tables for row in table.to_pylist()]


def expected(corpus: Corpus, seq: int, opt_outs: str = "keep") -> list[dict]:
    """What a release must hold, by the tables as of that commit."""
    state = [row for table in documents_at(corpus, seq) for row in table.to_pylist()]
    canonical = [row for row in state if row["duplicate_of"] is None and (opt_outs == "keep" or not row["rights"]["opt_outs"])]
    columns = [name for name in SCHEMAS["documents"].names if name not in shelves.CHANGES]
    return sorted(({name: row[name] for name in columns} for row in canonical), key=lambda row: row["id"])


def by_id(found: list[dict]) -> list[dict]:
    return sorted(found, key=lambda row: row["id"])


def assert_whole(corpus: Corpus, name: str = "spring", **told) -> None:
    """The manifest tells all that stands there, truly; the rows are those of its commit; nothing is left of the making."""
    found = content(corpus.bucket, name)
    manifest = json.loads(found.pop("manifest.json"))
    assert {file["path"]: (file["sha256"], file["bytes"]) for file in manifest["files"]} == {
        path: (sha256(data), len(data)) for path, data in found.items()
    }
    assert by_id(rows(corpus.bucket, name)) == expected(corpus, manifest["terms"]["seq"], **told)
    for file in manifest["files"]:
        if file["path"].endswith(".parquet"):
            table = pq.read_table(pa.BufferReader(found[file["path"]]))
            assert table["id"].to_pylist() == sorted(table["id"].to_pylist())
            assert set(table["language"].to_pylist()) <= {file["language"]}
            assert {f"{moment:%Y-%m}" for moment in table["first_seen_at"].to_pylist()} <= {file["month"]}
            assert len(table) == file["rows"]
