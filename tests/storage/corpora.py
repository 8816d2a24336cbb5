"""Small corpora for the tests of this folder: documents made of one line each, and the runs that bring them."""

import hashlib
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ingest.records import Decision, Document, Reason, Removal, Sketch
from storage.bucket import open_bucket
from storage.errors import HeadMovedError
from storage.local import PARTIAL, LocalBucket
from storage.objects import Bucket
from storage.proposals import Proposal
from storage.raw import RawRef
from storage.rows import NewVersion, Outcome, Pipeline, decision_table, outcome_table, sketch_table, version_table
from storage.tables import Corpus

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
PIPELINE = Pipeline("0.1.0", "cafe")


def doc_id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def document(text: str) -> Document:
    return Document(
        text=text,
        source_text=f"The Harbour Clock\n{text}\nShare this",
        title="The Harbour Clock",
        title_span=(0, 17),
        removals=(Removal(19 + len(text), 29 + len(text), Reason.SHARE, 0.9),),
    )


def new_version(name: str, version: int, text: str) -> NewVersion:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return NewVersion(
        id=doc_id(name),
        version=version,
        source="town",
        document=document(text),
        sketch=Sketch(b"\1" * 512, b"\2" * 64, 3),
        content_sha256=digest,
        raw_sha256=digest,
        raw_ref=RawRef("raw/warc/x.warc.gz", 0, 10),
        fetched_at=NOON,
        first_seen_at=NOON,
    )


def propose(
    corpus: Corpus,
    run: str,
    versions: Sequence[NewVersion] = (),
    decisions: Sequence[Decision] | None = None,
    outcomes: Iterable[Outcome] = (),
    seq: int | None = None,
) -> Proposal:
    """A proposal, on the state before `seq` or as it is now; without decisions, each new version is live and alone."""
    seq = corpus.roll() + 1 if seq is None else seq
    if decisions is None:
        decisions = [Decision(each.id, each.version, cluster=each.id) for each in versions]
    made = {"run_id": run, "seq": seq}
    return Proposal(
        run=run,
        seq=seq,
        created_at=NOON,
        config_id=PIPELINE.config_id,
        versions=corpus.stage_files("versions", [version_table(versions, **made, pipeline=PIPELINE)], seq=seq),
        decisions=corpus.stage_files("decisions", [decision_table(decisions, **made)], seq=seq),
        outcomes=corpus.stage_files("outcomes", [outcome_table(outcomes, **made)], seq=seq),
        sketches=corpus.stage_sketches([sketch_table(versions, seq=seq)], seq=seq),
    )


def ingest(corpus: Corpus, run: str, texts: Mapping[str, str]) -> int:
    """A whole run as the flow does it: what is new or changed becomes a version; decided again whenever another writer wins."""
    while True:
        seq = corpus.roll() + 1
        current = {row["id"]: row for row in corpus.scan("documents", ["id", "version", "text"]).to_pylist()}
        changed = [name for name in sorted(texts) if current.get(doc_id(name), {}).get("text") != texts[name]]
        versions = [new_version(name, current.get(doc_id(name), {}).get("version", 0) + 1, texts[name]) for name in changed]
        outcomes = [
            Outcome(doc_id(name), "town", name, "kept" if name in changed else "unchanged", None, "cafe")
            for name in sorted(texts)
        ]
        try:
            return corpus.commit(propose(corpus, run, versions, outcomes=outcomes, seq=seq))
        except HeadMovedError:
            continue


def copy(folder: Path, place: str) -> Bucket:
    """A corpus that stands in a folder, put to another place, a directory or on S3."""
    bucket = open_bucket(place)
    if isinstance(bucket, LocalBucket):
        shutil.copytree(folder, place)
        return bucket
    for path in sorted(folder.rglob("*")):
        if path.is_file() and PARTIAL not in path.parts:
            bucket.put(path.relative_to(folder).as_posix(), path.read_bytes())
    return bucket


def rows(corpus: Corpus) -> dict[str, list[str]]:
    """Every row of every table, as text that can be compared."""
    return {
        table: sorted(map(repr, corpus.scan(table).to_pylist())) for table in ("versions", "decisions", "outcomes", "documents")
    }


def assert_lawful(corpus: Corpus) -> None:
    """Versions are 1, 2, 3 …; `documents` is what the newest decisions name; every table stands at the head."""
    head = corpus.log.head()
    assert set(corpus.applied().values()) == {head}
    versions = corpus.scan("versions").to_pylist()
    by_id: dict[str, list[int]] = {}
    for row in versions:
        by_id.setdefault(row["id"], []).append(row["version"])
    assert all(sorted(numbers) == list(range(1, len(numbers) + 1)) for numbers in by_id.values())
    newest = {row["id"]: row for row in sorted(corpus.scan("decisions").to_pylist(), key=lambda row: row["seq"])}
    content = {(row["id"], row["version"]): row["text"] for row in versions}
    expected = sorted(
        (row["id"], row["version"], content[row["id"], row["version"]], row["duplicate_of"], row["cluster"])
        for row in newest.values()
        if row["status"] == "live"
    )
    columns = ["id", "version", "text", "duplicate_of", "cluster"]
    assert sorted(tuple(row[name] for name in columns) for row in corpus.scan("documents", columns).to_pylist()) == expected
