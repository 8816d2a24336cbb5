"""The development data as samples to learn from: one page each, with the traits of its lines and what they are."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import zstandard
from numpy.typing import NDArray

from benchmarks.extractions import extractions, is_title
from ingest.clean.features import columns_of
from ingest.clean.lines import read
from ingest.clean.markup import markup_columns
from ingest.clean.outline import outline
from ingest.clean.pages import Pages, pages_together
from ingest.clean.wording import Features, features_of
from ingest.extract.article import ExtractConfig, extract
from ingest.extract.evidence import words
from ingest.extract.headline import find_headline
from ingest.records import Block, Payload, Rejected

SETS = {
    "natural_1": "natural",
    "natural_2": "natural",
    "text_dumps": "dumps",
    "appended_stories": "stories",
}
WEIGHTS = {"natural": 3.0, "residue": 0.9, "full": 0.6, "stories": 1.0, "extracted": 0.5}
"""Real leftovers labelled by hand count most; what was extracted of pages that are no news, half."""
NOT_SCORED = "NTU"
MIN_LINES, MAX_LINES, MAX_BLOCKS = 3, 600, 1500
"""Shorter extractions and longer pages are left out."""
NEWS_WEIGHT = 2.0
PAGE_WEIGHT, OTHER_WEIGHT = 60.0, 0.4
"""All news pages weigh the same; others less."""
FOLDS = 4


@dataclass(frozen=True, slots=True)
class Sample:
    """One page with the labels of its lines."""

    set: str
    """natural, residue, full, stories, extracted or pages."""
    fold: int
    """All pages of a publisher lie in one of FOLDS folds."""
    page: Pages
    columns: dict[str, NDArray[np.float32]]
    words: Features
    keep: NDArray[np.bool_]
    """Which lines are the article's own."""
    weight: NDArray[np.float32]


def samples(folder: Path, splits: frozenset[str], *, pages: bool) -> list[Sample]:
    """All samples of the splits; of HTML pages, or of plain text."""
    if pages:
        return _made(samples_of_page, pages_of(folder, splits))
    return [*_made(samples_of_text, _texts(folder, splits)), *_made(samples_of_extractions, pages_of(folder, splits))]


def _made(make: Callable[[dict[str, Any]], list[Sample]], records: Iterator[dict[str, Any]]) -> list[Sample]:
    with ProcessPoolExecutor() as pool:
        return [sample for found in pool.map(make, records, chunksize=16) for sample in found]


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


def samples_of_text(record: dict[str, Any]) -> list[Sample]:
    """A plain-text page; none where it is empty or too long."""
    pairs = [(line.strip(), label) for line, label in zip(record["lines"], record["lab"], strict=True) if line.strip()]
    told = np.array([label not in NOT_SCORED for _, label in pairs])
    keep = np.array([label == "K" for _, label in pairs])
    publisher = record.get("publisher") or record.get("domain") or ""
    return _sample(record["set"], publisher, [line for line, _ in pairs], keep, told * WEIGHTS[record["set"]])


def samples_of_extractions(record: dict[str, Any]) -> list[Sample]:
    """The plain text that each way of extracting leaves of a page, where it leaves some of the article's."""
    found = []
    for lines in extractions(record):
        kept = [line.strip() for line in lines if line.strip()]
        if MIN_LINES <= len(kept) <= MAX_LINES:
            keep, trust = truth([Block(line) for line in kept], record["gold"])
            heavy = WEIGHTS["extracted"] * (NEWS_WEIGHT if record["news"] else 1.0)
            weight = np.where(is_title(kept, record["titles"]), 0.0, trust * heavy)
            found += _sample("extracted", record["publisher"], kept, keep, weight) if keep.any() else []
    return found


def _sample(kind: str, publisher: str, lines: Sequence[str], keep: NDArray[np.bool_], weight: NDArray[Any]) -> list[Sample]:
    if not 0 < len(lines) <= MAX_LINES:
        return []
    blocks = [Block(line) for line in lines]
    page = pages_together([outline(read(blocks), find_headline(blocks), None)])
    heavy = (weight * np.array([_weight_of(line) for line in lines])).astype(np.float32)
    words = features_of([line.text for line in page.lines])
    return [Sample(kind, fold_of(publisher), page, columns_of(page), words, keep, heavy)]


def _weight_of(text: str) -> float:
    return min(3.0, 0.25 + len(text) / 150)


def pages_of(folder: Path, splits: frozenset[str]) -> Iterator[dict[str, Any]]:
    """The HTML pages of publishers of some splits."""
    split_of = json.loads((folder / "splits.json").read_text("utf-8"))
    for record in pq.read_table(folder / "pages.parquet").to_pylist():
        if split_of.get(record["publisher"]) in splits:
            yield record


def samples_of_page(record: dict[str, Any]) -> list[Sample]:
    """An HTML page; none where it has no text or too many blocks."""
    html = record["html"]
    content = html if isinstance(html, str) else html.decode("utf-8", "replace")
    article = extract(Payload("html", content, "utf-8", url=record["url"]), ExtractConfig())
    if isinstance(article, Rejected) or len(article.blocks) > MAX_BLOCKS:
        return []
    page = pages_together([outline(read(article.blocks), article.title_block, article.title)])
    keep, trust = truth(article.blocks, record["gold"])
    weight = trust * np.array([_weight_of(block.text) for block in article.blocks])
    weight *= PAGE_WEIGHT / max(1.0, float(weight.sum())) * (1.0 if record["news"] else OTHER_WEIGHT)
    columns = columns_of(page) | markup_columns(article.blocks)
    words = features_of([line.text for line in page.lines])
    return [Sample("pages", fold_of(record["publisher"]), page, columns, words, keep, weight.astype(np.float32))]


def truth(blocks: Sequence[Block], gold: str) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Which blocks are the article's own, and how much each verdict is to be trusted.

    A block is where half of its word 3-grams stand in the gold text, or, if shorter, where it is a line of it.
    """
    flat, lines = words(gold), {" ".join(words(line)) for line in gold.splitlines()}
    grams, joined = {tuple(flat[at : at + 3]) for at in range(max(1, len(flat) - 2))}, f" {' '.join(flat)} "
    keep, trust = [], []
    for block in blocks:
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
