"""Figures for publishers that a model has not seen: each fold is judged by a model that learned from the others.

The scorer is the data's own `score.py`; the functions that it calls are those of production, at the default operating point.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.scorer import scorer
from benchmarks.training_data import SETS, fold_of, pages_of, rows
from ingest.evaluate import clean_html, keep_lines

Answers = dict[str, Any]
"""What a model kept of each document: a list of booleans for lines, the clean text of a page."""
TASKS = {"natural": "natural", "dumps": "text", "stories": "story"}
BOTH = frozenset({"train", "dev"})
WHOLE = ("lxml", "resi")
"""Styles of dumps that hold all that is visible."""


def judged(data: Path, fold: int, model: Path) -> Answers:
    """What the model of a file keeps of all documents of a fold; in a process of its own, which it may load a model for."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_judge, data, fold, model).result()


def _judge(data: Path, fold: int, model: Path) -> Answers:
    os.environ["WINNOW_MODEL"] = str(model)  # Read when the first text is judged.
    answers: Answers = {}
    for name in TASKS:
        for record in _documents(data, name):
            if fold_of(_publisher(record)) == fold:
                answers[_key(record["lines"])] = keep_lines(record["lines"])
    for page in _news(data):
        if fold_of(page["publisher"]) == fold:
            answers[_key([page["url"]])] = clean_html(_bytes(page["html"]), page["url"])
    return answers


def figures(data: Path, answers: Answers) -> Iterator[tuple[str, str, dict[str, float]]]:
    """Set, group and scores over all folds together."""
    score = scorer(data)

    def kept(lines: Sequence[str]) -> list[bool]:
        found: list[bool] = answers[_key(lines)]
        return found

    for name, task in TASKS.items():
        judge: Callable[..., dict[str, float]] = getattr(score, f"score_{task}")
        groups = defaultdict(list)
        for record in _documents(data, name):
            if _key(record["lines"]) in answers:
                groups[_group(name, record)].append(record)
        for group, members in sorted(groups.items()):
            yield name, group, judge(members, kept)
    pages = [{**page, "html": _bytes(page["html"])} for page in _news(data) if _key([page["url"]]) in answers]
    yield "pages", "news", score.score_pages(pages, lambda _html, url: answers[_key([url])])


def _group(name: str, record: dict[str, Any]) -> str:
    """What `score.py` tells the documents of a set apart by."""
    if name == "dumps":
        return "full" if record["style"] in WHOLE else "residue"
    if name == "natural":
        return "all"
    if record["neg"]:
        return "negative"
    return "inserted" if any(story["where"] == "middle" for story in record["stories"]) else "appended"


def _documents(data: Path, name: str) -> Iterator[dict[str, Any]]:
    for file, kind in SETS.items():
        if kind == name:
            yield from rows(data / f"{file}.jsonl.zst")


def _news(data: Path) -> Iterator[dict[str, Any]]:
    return (page for page in pages_of(data, BOTH) if page["news"])


def _bytes(html: str | bytes) -> bytes:
    return html.encode() if isinstance(html, str) else html


def _publisher(record: dict[str, Any]) -> str:
    return str(record.get("publisher") or record.get("domain") or "")


def _key(lines: Sequence[str]) -> str:
    return sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
