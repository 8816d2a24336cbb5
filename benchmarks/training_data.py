"""The development data as samples to learn from: one page each, with the traits of its lines and what they are."""

import io
import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import zstandard
from numpy.typing import NDArray

from ingest.clean.features import columns_of
from ingest.clean.lines import read
from ingest.clean.markup import markup_columns
from ingest.clean.outline import Outline, outline
from ingest.clean.wording import Features, features_of
from ingest.extract.article import ExtractConfig, extract
from ingest.extract.evidence import words
from ingest.extract.headline import find_headline
from ingest.records import Article, Block, Payload, Rejected

SETS = {
    "natural_1": "natural",
    "natural_2": "natural",
    "text_dumps": "dumps",
    "appended_stories": "stories",
}
WEIGHTS = {"natural": 3.0, "residue": 0.9, "full": 0.6, "stories": 1.0}
"""Real leftovers labelled by hand count most."""
NOT_SCORED = "NTU"
MAX_LINES, MAX_BLOCKS = 600, 1500
"""Longer pages are left out."""
PAGE_WEIGHT, OTHER_WEIGHT = 60.0, 0.4
"""All news pages weigh the same; others less."""
FOLDS = 4


@dataclass(frozen=True, slots=True)
class Sample:
    """One page with the labels of its lines."""

    set: str
    """natural, residue, full, stories or pages."""
    fold: int
    """All pages of a publisher lie in one of FOLDS folds."""
    page: Outline
    columns: dict[str, NDArray[np.float32]]
    words: Features
    keep: NDArray[np.bool_]
    """Which lines are the article's own."""
    weight: NDArray[np.float32]


def samples(folder: Path, splits: frozenset[str], *, pages: bool) -> list[Sample]:
    """All samples of the splits; of HTML pages, or of plain text."""
    if pages:
        make, records = sample_of_page, _pages(folder, splits)
    else:
        make, records = partial(sample_of_text), _texts(folder, splits)
    with ProcessPoolExecutor() as pool:
        return [found for found in pool.map(make, records, chunksize=16) if found is not None]


def fold_of(publisher: str) -> int:
    """The fold of a publisher, the same for ever."""
    return sha256(publisher.partition(".")[0].encode()).digest()[0] % FOLDS


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a compressed JSONL file."""
    with path.open("rb") as file:
        for row in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8"):
            yield json.loads(row)


def _texts(folder: Path, splits: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Of full dumps and of stories the first half each: they are many and alike."""
    for name, kind in SETS.items():
        for number, record in enumerate(rows(folder / f"{name}.jsonl.zst")):
            record["set"] = kind if kind != "dumps" else "full" if record["style"] in ("lxml", "resi") else "residue"
            is_spare = record["set"] in ("full", "stories") and number % 2
            if record["split"] in splits and not is_spare:
                yield record


def sample_of_text(record: dict[str, Any]) -> Sample | None:
    """A plain-text page; null where it is empty or too long."""
    pairs = [(line.strip(), label) for line, label in zip(record["lines"], record["lab"], strict=True) if line.strip()]
    if not pairs or len(pairs) > MAX_LINES:
        return None
    blocks = [Block(line) for line, _ in pairs]
    page = outline(read(blocks), find_headline(blocks), None)
    heavy = WEIGHTS[record["set"]]
    weight = [0.0 if label in NOT_SCORED else heavy * _weight_of(line) for line, label in pairs]
    return Sample(
        set=record["set"],
        fold=fold_of(record.get("publisher") or record.get("domain") or ""),
        page=page,
        columns=columns_of(page),
        words=features_of([line.text for line in page.lines]),
        keep=np.array([label == "K" for _, label in pairs]),
        weight=np.array(weight, np.float32),
    )


def _weight_of(text: str) -> float:
    return min(3.0, 0.25 + len(text) / 150)


def _pages(folder: Path, splits: frozenset[str]) -> Iterator[dict[str, Any]]:
    split_of = json.loads((folder / "splits.json").read_text("utf-8"))
    for record in pq.read_table(folder / "pages.parquet").to_pylist():
        if split_of.get(record["publisher"]) in splits:
            yield record


def sample_of_page(record: dict[str, Any]) -> Sample | None:
    """An HTML page; null where it has no text or too many blocks."""
    html = record["html"]
    content = html if isinstance(html, str) else html.decode("utf-8", "replace")
    article = extract(Payload("html", content, "utf-8", url=record["url"]), ExtractConfig())
    if isinstance(article, Rejected) or len(article.blocks) > MAX_BLOCKS:
        return None
    page = outline(read(article.blocks), article.title_block, article.title)
    keep, trust = truth(article, record["gold"])
    weight = trust * np.array([_weight_of(block.text) for block in article.blocks])
    weight *= PAGE_WEIGHT / max(1.0, float(weight.sum())) * (1.0 if record["news"] else OTHER_WEIGHT)
    return Sample(
        set="pages",
        fold=fold_of(record["publisher"]),
        page=page,
        columns=columns_of(page) | markup_columns(article.blocks),
        words=features_of([line.text for line in page.lines]),
        keep=keep,
        weight=weight.astype(np.float32),
    )


def truth(article: Article, gold: str) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Which blocks are the article's own, and how much each verdict is to be trusted.

    A block is where half of its word 3-grams stand in the gold text, or, if shorter, where it is a line of it.
    """
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
