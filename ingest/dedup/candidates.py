"""Pairs of sketches worth comparing as texts.

Whether a pair is a candidate depends on its two sketches alone, never on what else the corpus holds or on an order:
near copies share a band of datasketch's LSH, truncated copies share enough of their sampled shingle hashes.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from datasketch import MinHashLSH

from ingest.dedup.sketch import FRACTION_LIMIT, NUM_PERM, fraction, lean
from ingest.records import Sketch

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

BANDS, ROWS = 42, 3
"""Measured: .958 of true pairs at .11 candidates a document; datasketch's threshold .7 finds .617."""
_CONTAINED = 0.45
"""Containment whose pairs the sample must not miss."""
_CHUNK = 1 << 22
"""Shared hashes counted at once."""


def candidate_pairs(sketches: Sequence[Sketch], wanted: Bools) -> set[tuple[int, int]]:
    """Pairs (i, j), i < j, of candidates of which at least one is wanted."""
    if not wanted.any():
        return set()
    return _banded(sketches, wanted) | _sampled(sketches, wanted)


def _banded(sketches: Sequence[Sketch], wanted: Bools) -> set[tuple[int, int]]:
    """Pairs that share an LSH band."""
    lsh = MinHashLSH(num_perm=NUM_PERM, params=(BANDS, ROWS))
    minhashes = {i: lean(sketches[i]) for i in _sharing_a_band(sketches, wanted)}
    pairs: set[tuple[int, int]] = set()
    for i in np.flatnonzero(wanted).tolist():
        lsh.insert(i, minhashes[i])
    for j, minhash in minhashes.items():
        pairs.update((min(i, j), max(i, j)) for i in lsh.query(minhash) if i != j)
    return pairs


def _sharing_a_band(sketches: Sequence[Sketch], wanted: Bools) -> list[int]:
    """The wanted ones, and those that share a band with one of them: the others need not be asked one by one."""
    matrix = np.frombuffer(b"".join(s.minhash for s in sketches), "<u4").reshape(len(sketches), NUM_PERM)
    found = wanted.copy()
    for start in range(0, BANDS * ROWS, ROWS):
        band = matrix[:, start : start + ROWS].astype(np.uint64)
        keys = (band[:, 0] * np.uint64(0x9E3779B97F4A7C15)) ^ (band[:, 1] << np.uint64(32)) ^ band[:, 2]
        found |= np.isin(keys, keys[wanted])
    return [int(i) for i in np.flatnonzero(found)]


def _sampled(sketches: Sequence[Sketch], wanted: Bools) -> set[tuple[int, int]]:
    """Pairs whose samples share as many hashes as containment asks for."""
    samples = [fraction(s) for s in sketches]
    sizes = np.array([s.size for s in samples])
    common = np.array([int(np.searchsorted(s, FRACTION_LIMIT)) for s in samples])
    total = np.array([s.n_shingles for s in sketches])
    pairs: set[tuple[int, int]] = set()
    for i, j, shared in _shared_hashes(samples, wanted):
        small = np.where((total[i] < total[j]) | ((total[i] == total[j]) & (common[i] < common[j])), i, j)
        whole = (sizes[i] > common[i]) & (sizes[j] > common[j])
        seen = np.where(whole, sizes[small], common[small])
        enough = shared >= _required(seen)
        pairs.update(zip(i[enough].tolist(), j[enough].tolist(), strict=True))
    return pairs


def _required(seen: Ints) -> Ints:
    """Shared hashes that a contained text of so many sampled ones has all but certainly (2.3 standard deviations)."""
    expected = _CONTAINED * seen - 2.3 * np.sqrt(_CONTAINED * (1 - _CONTAINED) * seen)
    return np.where(seen < 8, 1, np.maximum(2, np.floor(expected))).astype(np.int64)


def _shared_hashes(samples: list[npt.NDArray[np.uint32]], wanted: Bools) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Pairs i < j of which one is wanted, with the number of hashes that their samples share, in chunks by wanted one."""
    owners = np.repeat(np.arange(len(samples)), [s.size for s in samples])
    hashes = np.concatenate(samples)
    needed = np.isin(hashes, hashes[wanted[owners]])
    owners, hashes = owners[needed], hashes[needed]
    order = np.lexsort((owners, hashes))
    by_hash, hashed_owners = hashes[order], owners[order]
    asking = wanted[owners]
    askers, asked = owners[asking], hashes[asking]
    lows, highs = np.searchsorted(by_hash, asked, "left"), np.searchsorted(by_hash, asked, "right")
    for low, high in _chunks(askers, highs - lows):
        yield _count(askers[low:high], lows[low:high], highs[low:high], hashed_owners, wanted)


def _chunks(askers: Ints, work: Ints) -> Iterator[tuple[int, int]]:
    """Ranges of the askers' hashes with about equal work; no asker is torn."""
    if not askers.size:
        return
    done = np.cumsum(work)
    borders = np.flatnonzero(np.diff(askers)) + 1
    start = 0
    for border in [*borders.tolist(), askers.size]:
        before = done[start - 1] if start else 0
        if done[border - 1] - before >= _CHUNK or border == askers.size:
            yield start, border
            start = border


def _count(askers: Ints, lows: Ints, highs: Ints, owners: Ints, wanted: Bools) -> tuple[Ints, Ints, Ints]:
    """Pairs i < j with their number of shared hashes, each pair of two wanted ones once."""
    spans = highs - lows
    offsets = np.arange(int(spans.sum())) - np.repeat(np.cumsum(spans) - spans, spans)
    a = np.repeat(askers, spans)
    b = owners[np.repeat(lows, spans) + offsets]
    keep = (a < b) | ((a > b) & ~wanted[b])
    low, high = np.minimum(a, b)[keep].astype(np.int64), np.maximum(a, b)[keep].astype(np.int64)
    keys, shared = np.unique(low * len(wanted) + high, return_counts=True)
    return keys // len(wanted), keys % len(wanted), shared
