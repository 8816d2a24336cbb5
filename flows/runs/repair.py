"""Makes anew what a verification found damaged and what can be derived from what is whole."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from ingest.dedup.sketch import sketch
from storage import files, keys, parquet, published
from storage.commits import FileEntry
from storage.errors import DamagedError, KeyMissingError
from storage.files import Between
from storage.objects import Bucket
from storage.rebuild import Rebuilt, rebuild
from storage.schema import SKETCHES
from storage.tables import Corpus
from storage.verification.report import Fault, Verified


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was made anew."""

    rebuilt: Rebuilt | None
    """Null where no table was derived anew."""
    sketches: tuple[str, ...] = ()
    """Segments that were made again from the texts of their documents, the same bytes."""
    left: tuple[Fault, ...] = ()
    """What could not be repaired: lost, or not to be made again byte for byte."""


def repair(bucket: Bucket, found: Verified) -> Repaired:
    """Repairs what is derived, and nothing else. Raises: StorageError."""
    derived = [fault for fault in found.faults if fault.is_derived]
    segments = [fault for fault in derived if fault.key.startswith(keys.SKETCHES)]
    pointer = [fault for fault in derived if fault.key == keys.LATEST]
    of_tables = [fault for fault in derived if fault not in segments and fault not in pointer]
    rebuilt = _rebuilt(bucket) if of_tables else None
    made = {fault.key for fault in segments if _is_made_again(Corpus.peek(bucket), fault.key)}
    if pointer:
        bucket.delete(keys.LATEST)
        published.point(bucket)
    lost = [fault for fault in found.faults if not fault.is_derived]
    left = lost + [fault for fault in segments if fault.key not in made] + (of_tables if rebuilt is None else [])
    return Repaired(rebuilt, tuple(sorted(made)), tuple(left))


def _rebuilt(bucket: Bucket) -> Rebuilt | None:
    """What a rebuild did; null where it needs what is lost."""
    try:
        return rebuild(bucket)
    except (KeyMissingError, DamagedError):
        return None


def _is_made_again(corpus: Corpus, key: str) -> bool:
    """Whether a segment could be made again with the digest that its commit names; then it stands."""
    seq = keys.sketches_seq(key)
    entry = corpus.log.read(seq).sketches
    if entry is None:
        return False
    data = _segment(corpus, seq, entry)
    if parquet.sha256(data) != entry.sha256:
        return False
    corpus.bucket.put(key, data)
    return True


def _segment(corpus: Corpus, seq: int, entry: FileEntry) -> bytes:
    names = ["id", "version", "seq", "published_at", "url", "content_sha256", "text"]
    rows = corpus.scan("versions", names, between=Between(seq - 1, seq))
    rows = rows.sort_by([("id", "ascending"), ("version", "ascending")])
    return files.encode(pa.Table.from_pylist(list(_sketched(rows)), schema=SKETCHES))[0] if len(rows) == entry.rows else b""


def _sketched(rows: pa.Table) -> Iterator[dict[str, object]]:
    for row in rows.to_pylist():
        text = row.pop("text")
        made = sketch(text)
        yield row | {"n_chars": len(text), "minhash": made.minhash, "fraction": made.fraction, "n_shingles": made.n_shingles}
