"""Learn the model that tells an article's own text from everything else.

    python -m benchmarks.train_cleaner SHARED/bench --split train -o train.zip
    WINNOW_MODEL=train.zip python ../shared/bench/score.py natural ingest.evaluate:keep_lines

    python -m benchmarks.train_cleaner SHARED/bench --cross-validate

Three steps, for plain text and for HTML: a linear model over words; a forest that weighs its verdict beside all other traits;
a second forest that sees the verdicts of the first on the lines round each. What a later step learns from is said by models
that have not seen the publisher (FOLDS folds). The same data, lock and machine give the same bytes.

Needs `requirements/train.txt`.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from catboost import CatBoostClassifier
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import SGDClassifier

from benchmarks.out_of_fold import Answers, figures, judged
from benchmarks.training_data import FOLDS, Sample, samples
from ingest.clean.features import wording_columns
from ingest.clean.forest import Forest
from ingest.clean.model import SHIPPED, Model, Passes, save
from ingest.clean.second import second_columns
from ingest.clean.wording import BUCKETS, Wording

TREES, DEPTH, RATE = {"text": (300, 400), "html": (300, 300)}, 6, 0.08
FOLD_TREES = 200
"""Trees of the forests that judge what they have not seen."""
BORDERS, L2, SUBSAMPLE, COLUMNS_PER_LEVEL, SEED = 63, 5.0, 0.7, 0.3, 7
PENALTY, EPOCHS = 1e-5, 6

Floats = NDArray[np.float32]


def log(message: str) -> None:
    print(f"{time.process_time():6.0f} s  {message}", file=sys.stderr, flush=True)


def stacked(parts: Sequence[Sample], values: Callable[[Sample], Floats]) -> Floats:
    return np.concatenate([values(sample) for sample in parts])


def fit_words(parts: Sequence[Sample]) -> Wording:
    """The linear model over hashed words."""
    starts = np.cumsum([0, *(sample.words.count for sample in parts)])
    lines = np.concatenate([sample.words.lines + start for sample, start in zip(parts, starts[:-1], strict=True)])
    weights = np.concatenate([sample.words.scale[sample.words.lines] for sample in parts]).astype(np.float32)
    buckets = np.concatenate([sample.words.hashes for sample in parts]) & np.uint32(BUCKETS - 1)
    matrix = csr_matrix((weights, (lines, buckets)), shape=(starts[-1], BUCKETS))
    keep, weight = stacked(parts, lambda sample: sample.keep), stacked(parts, lambda sample: sample.weight)
    told = weight > 0
    learner = SGDClassifier(loss="log_loss", alpha=PENALTY, max_iter=EPOCHS, tol=None, average=True, random_state=SEED)
    learner.fit(matrix[told], keep[told], sample_weight=weight[told])
    return Wording(learner.coef_[0].astype(np.float16), float(learner.intercept_[0]))


def fit_forest(parts: Sequence[Sample], columns: Sequence[dict[str, Floats]], trees: int) -> Forest:
    """A forest over all columns."""
    names = tuple(sorted({name for one in columns for name in one}))
    missing = {len(sample.keep): np.full(len(sample.keep), -1.0, np.float32) for sample in parts}
    table = np.concatenate(
        [
            np.stack([one.get(name, missing[len(sample.keep)]) for name in names], axis=1)
            for sample, one in zip(parts, columns, strict=True)
        ]
    )
    keep, weight = stacked(parts, lambda sample: sample.keep), stacked(parts, lambda sample: sample.weight)
    told = weight > 0
    learner = CatBoostClassifier(
        iterations=trees,
        depth=DEPTH,
        learning_rate=RATE,
        l2_leaf_reg=L2,
        border_count=BORDERS,
        bootstrap_type="Bernoulli",
        subsample=SUBSAMPLE,
        rsm=COLUMNS_PER_LEVEL,
        boosting_type="Plain",
        random_seed=SEED,
        verbose=0,
        allow_writing_files=False,
    )
    learner.fit(table[told], keep[told].astype(int), sample_weight=weight[told])
    return as_forest(learner, names)


def as_forest(learner: CatBoostClassifier, names: tuple[str, ...]) -> Forest:
    """The learned trees as tables; only the columns that they ask about."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        learner.save_model(file.name, format="json")
        told = json.loads(Path(file.name).read_text("utf-8"))
    asked = sorted({split["float_feature_index"] for tree in told["oblivious_trees"] for split in tree["splits"]})
    place = {column: index for index, column in enumerate(asked)}
    trees = [tree for tree in told["oblivious_trees"] if tree["splits"]]
    features = np.zeros((len(trees), DEPTH), np.int16)
    borders = np.full((len(trees), DEPTH), np.inf, np.float32)
    leaves = np.zeros((len(trees), 2**DEPTH), np.float32)
    for row, tree in enumerate(trees):
        for level, split in enumerate(tree["splits"]):
            features[row, level], borders[row, level] = place[split["float_feature_index"]], split["border"]
        leaves[row, : len(tree["leaf_values"])] = tree["leaf_values"]
    scale, bias = told["scale_and_bias"]
    return Forest(tuple(names[column] for column in asked), features, borders, leaves * np.float32(scale), float(bias[0]))


def unseen(parts: Sequence[Sample], fit: Callable[[Sequence[int]], Callable[[int], Floats]]) -> list[Floats]:
    """For each sample what a model says that was fitted to the other folds."""
    found: list[Floats] = [np.zeros(0, np.float32)] * len(parts)
    for fold in sorted({sample.fold for sample in parts}):
        judge = fit([index for index, sample in enumerate(parts) if sample.fold != fold])
        for index, sample in enumerate(parts):
            if sample.fold == fold:
                found[index] = judge(index)
    return found


def fit_passes(parts: Sequence[Sample], words: Sequence[Floats], trees: tuple[int, int]) -> Passes:
    """Both forests for one kind of page; `words` holds the verdicts of the linear model."""
    columns = [sample.columns | wording_columns(sample.page, verdicts) for sample, verdicts in zip(parts, words, strict=True)]

    def fit(members: Sequence[int]) -> Callable[[int], Floats]:
        forest = fit_forest([parts[index] for index in members], [columns[index] for index in members], FOLD_TREES)
        return lambda index: forest.sure(columns[index])

    sure = unseen(parts, fit)
    log("first pass judged by folds")
    first = fit_forest(parts, columns, trees[0])
    both = [one | second_columns(sample.page, shares, one) for one, sample, shares in zip(columns, parts, sure, strict=True)]
    log("first pass")
    return Passes(first, fit_forest(parts, both, trees[1]))


def fit_model(texts: Sequence[Sample], pages: Sequence[Sample]) -> Model:
    """The whole model."""
    every = [*texts, *pages]

    def fit(members: Sequence[int]) -> Callable[[int], Floats]:
        wording = fit_words([every[index] for index in members if every[index].set != "pages"])
        return lambda index: wording.verdicts(every[index].words)

    words = unseen(every, fit)
    wording = fit_words(texts)
    log("words")
    text = fit_passes(texts, words[: len(texts)], TREES["text"])
    html = fit_passes(pages, words[len(texts) :], TREES["html"])
    return Model(wording, text, html)


def cross_validate(data: Path, texts: Sequence[Sample], pages: Sequence[Sample]) -> None:
    """Print the figures of all sets, each fold judged by a model of the others."""
    answers: Answers = {}
    with tempfile.TemporaryDirectory() as folder:
        for fold in range(FOLDS):
            path = Path(folder) / f"without-{fold}.zip"
            others = [[sample for sample in parts if sample.fold != fold] for parts in (texts, pages)]
            save(fit_model(*others), path)
            answers |= judged(data, fold, path)
            log(f"fold {fold + 1} of {FOLDS}")
    for name, group, scores in figures(data, answers):
        print(name, group, " ".join(f"{figure}={value:.4f}" for figure, value in scores.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with the development data")
    parser.add_argument("--split", choices=("train", "all"), default="all", help="what to learn from (default: %(default)s)")
    parser.add_argument(
        "--cross-validate", action="store_true", help="write nothing: print how models do on publishers that they have not seen"
    )
    parser.add_argument("-o", "--output", type=Path, default=SHIPPED, help="default: the model that ships")
    options = parser.parse_args()
    splits = frozenset({"train"} if options.split == "train" else {"train", "dev"})
    texts, pages = samples(options.data, splits, pages=False), samples(options.data, splits, pages=True)
    log(f"{len(texts)} texts, {len(pages)} pages, {sum(len(sample.keep) for sample in [*texts, *pages])} lines")
    if options.cross_validate:
        return cross_validate(options.data, texts, pages)
    save(fit_model(texts, pages), options.output)
    return log(f"{options.output}: {options.output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
