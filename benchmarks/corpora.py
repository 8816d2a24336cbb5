"""Makes large corpora quickly for benchmarks of the store: made documents, few columns filled, files as compaction leaves them.

    python -m benchmarks.corpora PLACE [--documents 1000000] [--chars 200] [--files 12]

PLACE is an empty folder or `s3://bucket/prefix`. The first commits have no files: their rows stand in the files of a compaction,
ids ascending in each. The last commit is a news-like run: 900 new documents, and new versions of 100 among the newest 5 %.
"""

import argparse
import hashlib
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
import pyarrow as pa

from storage import files
from storage.bucket import open_bucket
from storage.commits import Commit, FileEntry
from storage.keys import Table
from storage.objects import Bucket
from storage.schema import PIPELINE, RIGHTS, SCHEMAS
from storage.tables import Corpus

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
LANGUAGES = ("en", "de", "fr", "es", "ar", "ja")
SITES = 400
NEW, CHANGED = 900, 100
NEWEST = 0.05
"""Of documents: among these are the ones that a run changes."""
WORDS = (
    *("harbour", "council", "ferry", "lamp", "museum", "tide", "bridge", "school"),
    *("rowing", "orchard", "station", "keeper", "winter", "market", "parish", "rope"),
)
WAYS = 997
"""Texts that differ in more than their beginning."""
PART = 20_000
"""Rows that are made at once."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a corpus is, and how it lies."""

    documents: int = 1_000_000
    chars: int = 200
    """Of each text."""
    files: int = 12
    """Of each table."""
    runs: int = 100
    """Whose rows the files hold, mixed."""


def make(bucket: Bucket, shape: Shape) -> Corpus:
    """The corpus, its tables rolled to the newest commit."""
    corpus = Corpus.create(bucket)
    for seq in range(1, shape.runs + 1):
        _commit(corpus, seq, {}, "run")
    seqs = np.arange(shape.documents) * shape.runs // shape.documents + 1
    parts = np.array_split(np.argsort(_ids(range(shape.documents))), shape.files)
    entries: dict[Table, list[FileEntry]] = {}
    for number, part in enumerate(parts):
        for table in ("versions", "decisions", "outcomes", "documents"):
            made = pa.concat_tables(rows(table, chosen, 1, seqs[chosen], shape.chars) for chosen in _portions(part))
            entries.setdefault(table, []).append(files.put(bucket, table, shape.runs + 1, number, *files.encode(made)))
    _commit(corpus, shape.runs + 1, {table: tuple(found) for table, found in entries.items()}, "compaction")
    corpus.roll()
    return corpus


def news_like(corpus: Corpus, shape: Shape, seq: int) -> None:
    """Commits a run of new documents, and of new versions of some among the newest."""
    first = shape.documents + NEW * seq
    old = np.linspace(shape.documents * (1 - NEWEST), shape.documents - 1, CHANGED).astype(int)
    entries: dict[Table, tuple[FileEntry, ...]] = {}
    for table in ("versions", "decisions", "outcomes", "documents"):
        numbers = (np.arange(first, first + NEW), 1), (old, 2)
        made = [rows(table, each, version, np.full(len(each), seq), shape.chars) for each, version in numbers]
        entries[table] = tuple(files.stage(corpus.bucket, table, [pa.concat_tables(made)], seq=seq))
    _commit(corpus, seq, entries, "run")
    corpus.roll()


def doc_id(number: int) -> str:
    """The id of a made document."""
    return hashlib.sha256(b"%d" % number).hexdigest()[:32]


def _ids(numbers: Sequence[int] | np.ndarray) -> np.ndarray:
    return np.array([doc_id(int(number)) for number in numbers])


def _portions(numbers: np.ndarray) -> Iterator[np.ndarray]:
    return (numbers[start : start + PART] for start in range(0, len(numbers), PART))


def rows(table: Table, numbers: np.ndarray, version: int, seqs: np.ndarray, chars: int) -> pa.Table:
    """Rows of one table for documents, the columns that are never asked for null."""
    schema, size, ids = SCHEMAS[table], len(numbers), pa.array(_ids(numbers))
    pipeline, rights = {"code": "0.1.0", "config_id": "made"}, {"licence_url": None, "opt_outs": []}
    text = partial(_texts, numbers, version, chars)
    columns: dict[str, Callable[[], object]] = {
        "id": lambda: ids,
        "version": lambda: pa.repeat(version, size),
        "seq": lambda: pa.array(seqs),
        "source": lambda: pa.repeat("made", size),
        "name": lambda: [f"{number // 1000}/{number}.html" for number in numbers],
        "url": lambda: [f"https://site-{number % SITES}.example/{number}" for number in numbers],
        "site": lambda: [f"site-{number % SITES}.example" for number in numbers],
        "title": lambda: [f"The {WORDS[number % 16]} of {number}" for number in numbers],
        "text": text,
        "source_text": text,
        "language": lambda: [LANGUAGES[number % 6] for number in numbers],
        "language_score": lambda: pa.repeat(0.9, size),
        "n_words": lambda: pa.repeat(chars // 7, size),
        "status": lambda: pa.repeat("live", size),
        "cluster": lambda: ids,
        "outcome": lambda: pa.repeat("kept", size),
        "content_sha256": lambda: [f"{doc_id(number)}{version:032x}" for number in numbers],
        "run_id": lambda: [_run(int(seq)) for seq in seqs],
        "published_at": lambda: [BEGAN + timedelta(minutes=int(number)) for number in numbers],
        "fetched_at": lambda: [BEGAN + timedelta(minutes=int(number)) for number in numbers],
        "pipeline": lambda: pa.repeat(pa.scalar(pipeline, PIPELINE), size),
        "rights": lambda: pa.repeat(pa.scalar(rights, RIGHTS), size),
    }
    made = {field.name: columns[field.name]() if field.name in columns else _empty(field.type, size) for field in schema}
    return pa.table(made, schema=schema)


def _empty(type_: pa.DataType, size: int) -> pa.Array:
    """Nothing of a type: an empty list, else null."""
    return pa.array([[]] * size, type_) if pa.types.is_list(type_) else pa.nulls(size, type_)


def _texts(numbers: np.ndarray, version: int, chars: int) -> list[str]:
    """Texts of common words, each beginning with what it is."""
    ways = [" ".join(WORDS[(way + at * (at + version)) % 16] for at in range(chars // 7)) for way in range(WAYS)]
    return [f"{number} {version} {ways[number % WAYS]}" for number in numbers]


def _run(seq: int) -> str:
    return f"{BEGAN + timedelta(hours=seq):%Y%m%dT%H%M%S}-{seq:08x}"


def _commit(corpus: Corpus, seq: int, entries: dict[Table, tuple[FileEntry, ...]], kind: str) -> None:
    commit = Commit(seq, _run(seq), uuid.uuid4().hex, BEGAN + timedelta(hours=seq), "made", entries, kind=kind)
    if not corpus.log.append(commit):
        raise SystemExit(f"{corpus.bucket.uri} is not empty")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place")
    for name, default in (("documents", 1_000_000), ("chars", 200), ("files", 12)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    shape = Shape(options.documents, options.chars, options.files)
    corpus = make(open_bucket(options.place), shape)
    news_like(corpus, shape, shape.runs + 2)
    print(f"{corpus.bucket.uri} holds {shape.documents + NEW:,} documents at commit {shape.runs + 2}")


if __name__ == "__main__":
    main()
