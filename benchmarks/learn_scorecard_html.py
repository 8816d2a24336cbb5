"""Learn the points of the scorecard for HTML pages from the training split of the development data.

    python -m benchmarks.learn_scorecard_html SHARED/bench

Writes ingest/clean/scorecard_html.json. A block is the article's own where half of its word 3-grams stand in the gold text,
or, if shorter, where it is a line of it.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from benchmarks.learn_scorecard import Sample, learn
from ingest.clean.features import columns_of
from ingest.clean.lines import read
from ingest.clean.markup import markup_columns
from ingest.clean.outline import outline
from ingest.clean.scorecard import PATHS
from ingest.extract.article import ExtractConfig, extract
from ingest.extract.evidence import words
from ingest.records import Article, Payload, Rejected

MAX_BLOCKS = 1500
PAGE_WEIGHT, OTHER_WEIGHT = 60.0, 0.4
"""All news pages weigh the same; others less."""


def truth(article: Article, gold: str) -> tuple[np.ndarray, np.ndarray]:
    """Which blocks are the article's own, and how much each verdict is to be trusted."""
    flat, lines = words(gold), {" ".join(words(line)) for line in gold.splitlines()}
    grams, joined = {tuple(flat[at : at + 3]) for at in range(max(1, len(flat) - 2))}, f" {' '.join(flat)} "
    keep, trust = [], []
    for block in article.blocks:
        found = words(block.text)
        if len(found) >= 3:
            share = sum(tuple(found[at : at + 3]) in grams for at in range(len(found) - 2)) / (len(found) - 2)
            keep.append(share >= 0.5)
            trust.append(0.4 if 0.2 <= share <= 0.8 else 1.0)
        else:
            line = " ".join(found)
            keep.append(bool(found) and line in lines)
            trust.append(0.2 if not found else 0.3 if line not in lines and f" {line} " in joined else 1.0)
    return np.array(keep), np.array(trust, np.float32)


def sample(record: dict[str, object]) -> Sample | None:
    html = record["html"]
    article = extract(
        Payload("html", html if isinstance(html, str) else html.decode("utf-8", "replace"), "utf-8", url=record["url"]),
        ExtractConfig(),
    )
    if isinstance(article, Rejected) or len(article.blocks) > MAX_BLOCKS:
        return None
    page = outline(read(article.blocks), article.title_block, article.title)
    keep, trust = truth(article, record["gold"])
    weight = trust * np.array([min(3.0, 0.25 + len(block.text) / 150) for block in article.blocks])
    weight *= PAGE_WEIGHT / max(1.0, float(weight.sum())) * (1.0 if record["news"] else OTHER_WEIGHT)
    return Sample(page, keep, weight.astype(np.float32), columns_of(page) | markup_columns(article.blocks))


def main() -> None:
    folder = Path(sys.argv[1])
    splits = json.loads((folder / "splits.json").read_text("utf-8"))
    records = [
        record for record in pq.read_table(folder / "pages.parquet").to_pylist() if splits.get(record["publisher"]) == "train"
    ]
    learn([one for record in records if (one := sample(record)) is not None], PATHS["html"])


if __name__ == "__main__":
    main()
