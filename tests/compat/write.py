"""Writes the corpus that later versions must open: `python -m tests.compat.write FOLDER`, once for a format of the bucket.

It holds what a bucket can hold: documents in several versions, a duplicate, a rejected and a withdrawn one, a rollback, merged
files, a release, raw pages. What stands in `FOLDER/expected.json` is what its readers must find.
"""

import hashlib
import json
import sys
from pathlib import Path

from flows.runs.release import ReleaseRequest, release
from flows.runs.rollback import RollbackRequest, rollback
from storage import compaction
from storage.local import LocalBucket
from storage.schema import SCHEMAS
from storage.tables import Corpus
from tests.flows.reprocess.conftest import plain, short
from tests.torture import scene


def write(folder: Path) -> None:
    """Makes the corpus and what is expected of it."""
    scene.here()
    folder.mkdir(parents=True)
    desk, place = folder / "inputs", str(folder / "corpus")
    scene.write(desk, one=plain(1), two=plain(2), small=short(7))
    scene.ingest(desk, place)
    scene.write(desk, one=plain(1, edition=2), copy=plain(1, edition=2))
    scene.ingest(desk, place)
    scene.write(desk, two=plain(2, edition=2), three=plain(3))
    scene.ingest(desk, place)
    compaction.merge(Corpus.open(LocalBucket(folder / "corpus")))
    rollback(RollbackRequest(place, "3", "Ada Lorn"), scene.settings())
    release(ReleaseRequest(place, "first", jsonl=True), scene.settings())
    (folder / "expected.json").write_text(json.dumps(digests(Corpus.open(LocalBucket(folder / "corpus"))), indent=1) + "\n")


def digests(corpus: Corpus, columns: dict[str, list[str]] | None = None) -> dict[str, dict]:
    """Of each table its columns, and the digest of its rows in these columns."""
    found = {}
    for table, schema in SCHEMAS.items():
        names = schema.names if columns is None else columns[table]
        rows = sorted(map(repr, corpus.scan(table, names).to_pylist()))
        found[table] = {"columns": names, "rows": len(rows), "sha256": hashlib.sha256("\n".join(rows).encode()).hexdigest()}
    return found


if __name__ == "__main__":
    write(Path(sys.argv[1]))
