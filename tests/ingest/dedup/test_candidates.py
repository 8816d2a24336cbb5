"""Candidate pairs depend on the two sketches alone."""

import random

import numpy as np
import pytest

from ingest.dedup.candidates import candidate_pairs
from ingest.dedup.sketch import sketch


def prose(seed: int, n: int) -> str:
    rng = random.Random(seed)
    return " ".join(f"w{rng.randrange(5000)}" for _ in range(n))


def pairs(texts: list[str], wanted: list[bool] | None = None) -> set[tuple[int, int]]:
    return candidate_pairs([sketch(text) for text in texts], np.array(wanted or [True] * len(texts)))


@pytest.mark.parametrize("share", [1.0, 0.7, 0.4, 0.15])
def test_truncated_copies_are_candidates_at_any_length(share):
    whole = [prose(seed, 600) for seed in range(30)]
    cut = [" ".join(text.split()[: int(600 * share)]) for text in whole]
    assert {(i, i + 30) for i in range(30)} <= pairs(whole + cut)


def test_strangers_are_no_candidates():
    assert pairs([prose(seed, 400) for seed in range(40)]) == set()


def test_pairs_do_not_depend_on_order_or_on_other_documents():
    texts = [prose(seed // 3, 100 + 90 * (seed % 3)) for seed in range(45)]
    found = pairs(texts)
    order = random.Random(1).sample(range(45), 45)
    assert {tuple(sorted((order[i], order[j]))) for i, j in pairs([texts[i] for i in order])} == found
    assert {(i, j) for i, j in found if j < 20} == pairs(texts[:20])


def test_only_pairs_of_wanted_ones_are_given():
    texts = [prose(seed // 3, 100 + 90 * (seed % 3)) for seed in range(12)]
    wanted = [i % 4 == 0 for i in range(12)]
    assert pairs(texts, wanted) == {(i, j) for i, j in pairs(texts) if wanted[i] or wanted[j]} != set()
    assert pairs(texts, [False] * 12) == set()
