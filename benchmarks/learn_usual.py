"""What each column of the model usually weighs: what explanations of single blocks are measured against.

    python -m benchmarks.learn_usual SHARED/bench

For each column midway between its mean weight over lines of articles and over all others, of the train split. Belongs to one
model, whose digest the file holds: to be renewed whenever the model is. It changes what explanations say, never what is cut.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.training_data import Sample, samples
from ingest.clean.features import wording_columns
from ingest.clean.model import digest, load
from ingest.clean.second import second_columns
from ingest.clean.shape import Column
from ingest.clean.terms import Floats
from ingest.clean.weights import USUAL, raw_weights_of

EVERY = 4
"""Of so many samples one is looked at."""


def usual(parts: Sequence[Sample], kind: str) -> Iterator[tuple[str, dict[str, float]]]:
    """For both forests of a kind of page: column → what it usually weighs."""
    keep = np.concatenate([sample.keep for sample in parts])
    told = np.concatenate([sample.weight for sample in parts]) > 0
    columns = [_columns(sample, kind) for sample in parts]
    passes = getattr(load(), kind)
    for number, forest in enumerate((passes.first, passes.second), 1):
        weights = np.concatenate([raw_weights_of(forest, one) for one in columns])
        middle: Floats = (weights[told & keep].mean(axis=0) + weights[told & ~keep].mean(axis=0)) / 2
        yield f"{kind}-{number}", dict(zip(forest.names, np.round(middle, 4).tolist(), strict=True))


def _columns(sample: Sample, kind: str) -> dict[str, Column]:
    model = load()
    columns = sample.columns | wording_columns(sample.page, model.wording.verdicts(sample.words))
    return columns | second_columns(sample.page, getattr(model, kind).first.sure(columns), columns)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with the development data")
    options = parser.parse_args()
    found: dict[str, object] = {"model": digest()}
    for kind, pages in (("text", False), ("html", True)):
        found.update(usual(samples(options.data, frozenset({"train"}), pages=pages)[::EVERY], kind))
    USUAL.write_text(json.dumps(found, indent=0, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
