"""Releases: plain Parquet of the canonical live documents as of a commit, made once and never changed.

    begun.json → data files → card and picture → manifest.json → begun.json goes → latest.json moves forward

Every object but the last is create-only, and the manifest, written last, is the release. Who begins fixes what it is made of;
whoever comes later, at once or after a kill, makes the same files or finds them there.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from storage import census, keys, parquet, published, shelves
from storage.asof import decisions_at, documents_at
from storage.census import Census
from storage.errors import DamagedError, ReleaseError
from storage.files import Between
from storage.manifests import Column, Counts, MadeBy, Manifest, OptOuts, ReleaseFile, Terms
from storage.objects import Bucket
from storage.schema import describe
from storage.shelves import Shelves
from storage.tables import Corpus

Dress = Callable[[Manifest], Mapping[str, bytes]]
"""Makes the files that go with the data, card and picture, from what the manifest says of these: path → bytes."""
Progress = Callable[[str, int, int], None]
"""Told what is done to documents, to how many, and of how many."""


@dataclass(frozen=True, slots=True)
class Order:
    """Which release is wanted."""

    name: str
    at: int | None = None
    """Number of a commit; null: the newest, of a release that was begun the one that it was begun with."""
    opt_outs: OptOuts = "keep"
    jsonl: bool = False


@dataclass(frozen=True, slots=True)
class Foretold:
    """What an order would make."""

    seq: int
    counts: Counts
    stands: bool
    """Whether the same release is there already."""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of an order."""

    manifest: Manifest
    is_new: bool
    """False: the same release stood there already."""
    latest: str
    """The release that the pointer names now."""


def release(corpus: Corpus, order: Order, writers: Mapping[str, str], dress: Dress, progress: Progress) -> Made:
    """Makes a release, goes on with one that was begun, or finds that it stands. Nothing that stands is changed.

    Raises: ReleaseError where another one stands or was begun under that name, or there is nothing to release.
    """
    bucket = corpus.bucket
    terms = _terms(corpus, order, writers)
    stands = published.find(bucket, order.name) or _claim(bucket, order.name, terms)
    if stands is not None and not stands.terms.are_met_by(terms):
        raise ReleaseError(_refusal(order.name, stands.terms, "stands and was made"))
    manifest = stands or _make(corpus, order.name, terms, dress, progress)
    bucket.delete(keys.release_begun(order.name))
    return Made(manifest, stands is None, published.point(bucket))


def foretell(corpus: Corpus, order: Order, progress: Progress) -> Foretold:
    """What the same order would make. Nothing is written. Raises: ReleaseError, as `release` would."""
    terms = _terms(corpus, order, {})
    stands = published.find(corpus.bucket, order.name)
    if stands is not None and not stands.terms.are_met_by(terms):
        raise ReleaseError(_refusal(order.name, stands.terms, "stands and was made"))
    found = Census()
    _pass(corpus, terms, found, None, progress)
    if not found.documents:
        raise _nothing(terms)
    return Foretold(terms.seq, found.counts(), stands is not None)


def _terms(corpus: Corpus, order: Order, writers: Mapping[str, str]) -> Terms:
    """The order made exact: the newest commit is meant, unless another is named or the release was begun."""
    published.check_name(order.name)
    head = corpus.roll()
    begun = published.begun(corpus.bucket, order.name)
    at = order.at if order.at is not None else begun.seq if begun else head
    if at > head:
        raise ReleaseError(f"there is no commit {at} in {corpus.bucket.uri}: the newest is {head}")
    seqs = corpus.scan("decisions", ["seq"], between=Between(until=at))["seq"]
    if not len(seqs):
        raise ReleaseError(f"there is nothing to release: {corpus.bucket.uri} has no document at commit {at}")
    return Terms(pc.max(seqs).as_py(), order.opt_outs, order.jsonl, writers)


def _claim(bucket: Bucket, name: str, terms: Terms) -> Manifest | None:
    """Null: the release is to be made on these terms; else it has just been finished. Raises: ReleaseError."""
    bucket.create(keys.release_begun(name), terms.to_json())
    # Asked again: whoever finished it meanwhile has removed what it was begun with, so that it could be begun anew.
    finished, begun = published.find(bucket, name), published.begun(bucket, name)
    if finished is not None or begun is None:
        bucket.delete(keys.release_begun(name))
        return finished or published.get(bucket, name)
    if begun != terms:
        told = _refusal(name, begun, "is unfinished and was begun")
        raise ReleaseError(f"{told}, or remove {keys.release(name)} yourself where nobody is at work on it")
    return None


def _refusal(name: str, stands: Terms, how: str) -> str:
    told = f"of commit {stands.seq} with opt_outs = {stands.opt_outs} and {'with' if stands.jsonl else 'without'} JSONL"
    by = ", ".join(f"{package} {version}" for package, version in sorted(stands.writers.items()))
    return f"the release {name} {how} {told}, by {by}: releases never change; ask for the same again, or take another name"


def _make(corpus: Corpus, name: str, terms: Terms, dress: Dress, progress: Progress) -> Manifest:
    """Writes all of a release, the manifest last."""
    bucket = corpus.bucket
    with tempfile.TemporaryDirectory(prefix="winnow-release-") as folder:
        found, sorted_ = Census(), Shelves(Path(folder))
        _pass(corpus, terms, found, sorted_, progress)
        if not found.documents:
            bucket.delete(keys.release_begun(name))
            raise _nothing(terms)
        manifest = _manifest(corpus, name, terms, found)
        manifest = replace(manifest, files=tuple(_write_data(bucket, manifest, sorted_, progress)))
    dressed = [_write(bucket, name, path, data) for path, data in sorted(dress(manifest).items())]
    whole = replace(manifest, files=tuple(sorted([*manifest.files, *dressed], key=lambda file: file.path)))
    _write(bucket, name, "manifest.json", whole.to_json())
    return whole


def _manifest(corpus: Corpus, name: str, terms: Terms, found: Census) -> Manifest:
    """What is known before the first file is written."""
    commit = corpus.log.read(terms.seq)
    return Manifest(
        name=name,
        terms=terms,
        run=commit.run,
        committed_at=commit.created_at,
        counts=found.counts(),
        made_by=_made_by(corpus, terms.seq, found.runs),
        columns=columns(),
        files=(),
    )


def _pass(corpus: Corpus, terms: Terms, found: Census, sorted_: Shelves | None, progress: Progress) -> None:
    """Looks at every live document once: counts the canonical ones, and puts them aside where they are to be sorted."""
    live = pc.sum(pc.equal(decisions_at(corpus, terms.seq)["status"], "live")).as_py()
    wanted = [*(census.NEEDED if sorted_ is None else shelves.SCHEMA.names), "duplicate_of", "first_seen_at"]
    seen = 0
    for rows in documents_at(corpus, terms.seq, list(dict.fromkeys(wanted))):
        seen += len(rows)
        chosen = _chosen(rows, terms.opt_outs, found)
        if len(chosen):
            months = shelves.months_of(chosen)
            found.add(chosen, months)
            if sorted_ is not None:
                sorted_.add(chosen, months)
        progress("read", seen, live)
    if seen != live:
        raise DamagedError(f"{live:,} documents are live at commit {terms.seq}, but `versions` has {seen:,} of them")


def _nothing(terms: Terms) -> ReleaseError:
    return ReleaseError(f"there is nothing to release: no document is left at commit {terms.seq}")


def _chosen(rows: pa.Table, opt_outs: OptOuts, found: Census) -> pa.Table:
    """The rows that enter the release; the others are counted."""
    canonical = rows.filter(pc.is_null(rows["duplicate_of"]))
    found.duplicates += len(rows) - len(canonical)
    if opt_outs == "keep":
        return canonical
    signals = pc.list_value_length(pc.struct_field(canonical["rights"], "opt_outs"))
    chosen = canonical.filter(pc.equal(pc.fill_null(signals, 0), 0))
    found.opted_out += len(canonical) - len(chosen)
    return chosen


def _write_data(bucket: Bucket, manifest: Manifest, sorted_: Shelves, progress: Progress) -> Iterator[ReleaseFile]:
    done = 0
    for shelf, shard, of, rows in sorted_.read():
        path = shelf.path(shard, of)
        written = [_write(bucket, manifest.name, f"data/{path}.parquet", shelves.parquet_bytes(rows))]
        if manifest.terms.jsonl:
            written.append(_write(bucket, manifest.name, f"jsonl/{path}.jsonl.zst", shelves.jsonl_bytes(rows)))
        yield from (replace(file, rows=len(rows), language=shelf.language, month=shelf.month) for file in written)
        done += len(rows)
        progress("written", done, manifest.counts.documents)


def _write(bucket: Bucket, name: str, path: str, data: bytes) -> ReleaseFile:
    """Makes sure that a file stands as it would be made. Raises: ReleaseError where other bytes do."""
    key = keys.release_file(name, path)
    # Looked for first: a refused creation has sent all its bytes.
    if (bucket.head(key) is not None or not bucket.create(key, data)) and bucket.get(key) != data:
        raise ReleaseError(
            f"{key} stands there with other bytes: a release never changes; take another name, or remove what is unfinished "
            f"below {keys.release(name)} yourself"
        )
    return ReleaseFile(path, parquet.sha256(data), len(data))


def _made_by(corpus: Corpus, seq: int, runs: Mapping[str, int]) -> tuple[MadeBy, ...]:
    """The engines of the commits whose runs brought the documents."""
    found: Counter[tuple[tuple[str, str], ...]] = Counter()
    for commit in corpus.log.since(0, seq):
        if commit.run in runs:
            found[tuple(sorted(commit.engines.items()))] += runs[commit.run]
    return tuple(MadeBy(dict(engines), documents) for engines, documents in sorted(found.items(), key=_most_first))


def _most_first(entry: tuple[tuple[tuple[str, str], ...], int]) -> tuple[int, tuple[tuple[str, str], ...]]:
    return -entry[1], entry[0]


def columns() -> tuple[Column, ...]:
    """The columns of the data files, as every manifest and card tells them."""
    told = describe("documents")
    return tuple(Column(field.name, str(field.type).replace("item: ", ""), told[field.name]) for field in shelves.SCHEMA)
