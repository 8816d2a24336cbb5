"""What near-duplicate search keeps of a text: a datasketch MinHash and a sample of its shingle hashes."""

from functools import cache

import numpy as np
import numpy.typing as npt
from datasketch import LeanMinHash, MinHash

from ingest.dedup.shingles import Hashes, shingle_hashes
from ingest.records import Sketch

NUM_PERM = 128
SEED = 1
SCHEME = "affine32"
"""Permutations of datasketch 2.0; sketches of other schemes or of datasketch 1 cannot be compared."""
FRACTION_LIMIT = 1 << 28
"""Shingle hashes below it, one of sixteen, are kept (FracMinHash)."""
MIN_KEPT = 16
"""Shingle hashes that are kept at least, the smallest ones, where the text has so many."""
_BATCH = 1 << 13
"""Hashes permuted at once: 4 MB."""


def sketch(text: str) -> Sketch:
    """The sketch of a cleaned text; depends on its set of canonical shingles only."""
    hashes = shingle_hashes(text)
    kept = max(MIN_KEPT, int(np.searchsorted(hashes, FRACTION_LIMIT)))
    return Sketch(_minhash(hashes), hashes[:kept].astype("<u4").tobytes(), int(hashes.size))


def lean(of: Sketch) -> LeanMinHash:
    """The MinHash of a sketch as datasketch's LSH takes it."""
    return LeanMinHash(seed=SEED, hashvalues=np.frombuffer(of.minhash, "<u4"), scheme=SCHEME)


def fraction(of: Sketch) -> Hashes:
    """The kept shingle hashes of a sketch, ascending."""
    return np.frombuffer(of.fraction, "<u4")


def _minhash(hashes: Hashes) -> bytes:
    """128 little-endian uint32, what `MinHash.update_batch` gives for the shingles themselves."""
    minhash = MinHash(num_perm=NUM_PERM, seed=SEED, scheme=SCHEME, hashfunc=_as_hashed, permutations=_permutations())
    for start in range(0, hashes.size, _BATCH):
        minhash.update_batch(hashes[start : start + _BATCH].tolist())
    return bytes(minhash.hashvalues.astype("<u4").tobytes())


def _as_hashed(value: int) -> int:
    """The hash itself: shingles come hashed, so that the sample and the MinHash share one pass."""
    return value


@cache
def _permutations() -> npt.NDArray[np.uint32]:
    """The parameters of datasketch's permutations, shared by all sketches."""
    return np.asarray(MinHash(num_perm=NUM_PERM, seed=SEED, scheme=SCHEME).permutations, np.uint32)
