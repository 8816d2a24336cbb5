"""Learn the points of the scorecard for plain text from the training split of the development data.

    python -m benchmarks.learn_scorecard SHARED/bench

Writes ingest/clean/scorecard_text.json: for each trait the limits of its bins and the points that each gives. Additive logistic
regression, full-batch Adam with L2, numpy alone. Two passes: the second sees the verdicts of the first on the lines round each.
"""

import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zstandard
from numpy.typing import NDArray

from ingest.clean.features import columns_of
from ingest.clean.lines import read
from ingest.clean.outline import Outline, outline
from ingest.clean.scorecard import PATHS, Scorecard, Trait
from ingest.clean.second import second_columns
from ingest.extract.headline import find_headline
from ingest.records import Block

BINS = 8
WEIGHTS = {"natural": 3.0, "dump": 0.9, "full": 0.6, "story": 1.0}
"""Real leftovers labelled by hand count most."""
MAX_LINES = 600


@dataclass(slots=True)
class Sample:
    """One page with the labels of its lines."""

    page: Outline
    keep: NDArray[np.bool_]
    weight: NDArray[np.float32]
    columns: dict[str, NDArray[np.float32]]


def records(folder: Path, split: str) -> Iterator[tuple[str, dict[str, object]]]:
    for name in ("natural_1", "natural_2", "text_dumps", "appended_stories"):
        with (folder / f"{name}.jsonl.zst").open("rb") as file:
            for number, row in enumerate(io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8")):
                record = json.loads(row)
                full = record.get("style") in ("lxml", "resi")
                kind = (
                    "natural" if name.startswith("natural") else "story" if name.startswith("app") else "full" if full else "dump"
                )
                if record["split"] == split and not (kind in ("story", "full") and number % 2):
                    yield kind, record


def sample(kind: str, record: dict[str, object]) -> Sample | None:
    pairs = [(line.strip(), label) for line, label in zip(record["lines"], record["lab"], strict=True) if line.strip()]
    if not pairs or len(pairs) > MAX_LINES:
        return None
    blocks = [Block(line) for line, _ in pairs]
    page = outline(read(blocks), find_headline(blocks), None)
    weight = [0.0 if label in "NTU" else WEIGHTS[kind] * min(3.0, 0.25 + len(line) / 150) for line, label in pairs]
    return Sample(page, np.array([label == "K" for _, label in pairs]), np.array(weight, np.float32), columns_of(page))


def limits(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Where a trait's bins part: between all values where they are few, else at quantiles."""
    distinct = np.unique(values)
    if len(distinct) <= 4 * BINS * 2 and np.all(distinct == np.round(distinct)):
        return ((distinct[1:] + distinct[:-1]) / 2).astype(np.float32)
    return np.unique(np.quantile(values, np.linspace(0, 1, BINS + 3)[1:-1]).astype(np.float32))


def fit(table: dict[str, NDArray[np.float32]], keep: NDArray[np.bool_], weight: NDArray[np.float32], steps: int) -> Scorecard:
    edges = {name: limits(values) for name, values in table.items()}
    bins = {name: np.digitize(values, edges[name]).astype(np.uint8) for name, values in table.items()}
    points = {name: np.zeros(len(edges[name]) + 1) for name in table}
    moments = {name: (np.zeros_like(values), np.zeros_like(values)) for name, values in points.items()}
    total, bias = float(weight.sum()), 0.0
    for step in range(1, steps + 1):
        logit = np.full(len(keep), bias, np.float32)
        for name, place in bins.items():
            logit += points[name].astype(np.float32)[place]
        residual = (1 / (1 + np.exp(-logit)) - keep) * weight
        bias -= 0.3 * float(residual.sum()) / total
        rate = 0.08 * min(1.0, 2 * (1 - step / (steps + 1)))
        for name, place in bins.items():
            gradient = np.bincount(place, residual, len(points[name])) / total + 2e-5 * points[name]
            first, second = moments[name]
            first += 0.1 * (gradient - first)
            second += 0.01 * (gradient**2 - second)
            points[name] -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-7)
        if step % 50 == 0:
            loss = float((np.logaddexp(0, np.where(keep, -logit, logit)) * weight).sum()) / total
            print(step, round(loss, 4), flush=True)
    return Scorecard(
        bias,
        tuple(Trait(name, tuple(map(float, edges[name])), tuple(round(float(x), 3) for x in points[name])) for name in table),
    )


def stack(samples: list[Sample]) -> dict[str, NDArray[np.float32]]:
    names = {name for one in samples for name in one.columns}
    return {
        name: np.concatenate(
            [one.columns[name] if name in one.columns else np.full(len(one.keep), -1.0, np.float32) for one in samples]
        )
        for name in sorted(names)
    }


def learn(samples: list[Sample], path: Path) -> None:
    """Fit both passes and write them."""
    keep, weight = np.concatenate([one.keep for one in samples]), np.concatenate([one.weight for one in samples])
    print(len(samples), "pages", len(keep), "lines", flush=True)
    first = fit(stack(samples), keep, weight, 200)
    for one in samples:
        one.columns |= second_columns(one.page, first.sure(one.columns))
    second = fit(stack(samples), keep, weight, 300)
    path.write_text(json.dumps([first.to_json(), second.to_json()], separators=(",", ":")), "utf-8")


def main() -> None:
    samples = [one for kind, record in records(Path(sys.argv[1]), "train") if (one := sample(kind, record)) is not None]
    learn(samples, PATHS["text"])


if __name__ == "__main__":
    main()
