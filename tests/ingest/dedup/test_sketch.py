"""Sketches: datasketch's own values, and a sample of the shingles."""

import numpy as np
import pytest
import xxhash
from datasketch import MinHash

from ingest.dedup.shingles import canonical, shingle_hashes
from ingest.dedup.sketch import fraction, lean, sketch

TEXTS = ["", "one", "Five words and one more.", "青河市教育局周一表示图书馆", " ".join(f"w{i * i % 9973}" for i in range(30_000))]


@pytest.mark.parametrize("text", TEXTS)
def test_minhash_is_what_datasketch_makes_of_the_shingles(text):
    tokens = canonical(text).split()
    shingles = [b" ".join(tokens[i : i + 5]) for i in range(max(1, len(tokens) - 4))] if tokens else []
    oracle = MinHash(num_perm=128, seed=1, scheme="affine32", hashfunc=xxhash.xxh32_intdigest)
    oracle.update_batch(shingles)
    assert sketch(text).minhash == oracle.hashvalues.astype("<u4").tobytes()
    assert lean(sketch(text)).jaccard(oracle) == 1.0


@pytest.mark.parametrize("text", TEXTS)
def test_fraction_holds_every_hash_below_the_limit_and_sixteen_at_least(text):
    hashes, kept = shingle_hashes(text), fraction(sketch(text))
    assert np.array_equal(kept, hashes[: kept.size])
    assert kept.size == max(min(16, hashes.size), int((hashes < 2**28).sum()))
    assert sketch(text).n_shingles == hashes.size
