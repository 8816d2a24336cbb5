"""Reads files of gold data; their format is known by their content: the fields of the first record. The caller opens them."""

import gzip
import io
import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow.parquet as pq
import zstandard

from ingest.errors import GoldError
from ingest.gold import (
    GROUPS,
    TASKS,
    Choice,
    Gold,
    LanguageGold,
    LinesGold,
    MetadataGold,
    PageGold,
    PartGold,
    SeedBlock,
    SeedGold,
    Task,
)
from ingest.records import Reason

Opener = Callable[[str], BinaryIO]
"""Opens a file of the gold folder by its name."""

SHIPPED = Path(__file__).parent / "goldset"
"""The gold set that comes with the program; its README says how it is made."""
SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet")
SPLITS_FILE = "splits.json"
PAGE_COLUMNS = ["id", "url", "publisher", "page_type", "news", "lang", "gold", "titles", "html"]
FULL_STYLES = ("lxml", "resi")
"""Text dumps that hold everything visible; the others hold what an extractor left."""


def files_by_task(names: Sequence[str], opener: Opener) -> dict[Task, tuple[str, ...]]:
    """Task → its files, of the named files that are gold data; metadata are of the pages beside them."""
    found: dict[Task, list[str]] = {}
    for name in sorted(names):
        if name.endswith(SUFFIXES) and (task := _task_of_file(name, opener)):
            found.setdefault(task, []).append(name)
    if "metadata" in found:
        pages = [name for name in found.get("pages", []) if name.endswith(".parquet")]
        found["metadata"] = [*found["metadata"], *pages] if pages else []
    return {task: tuple(found[task]) for task in TASKS if found.get(task)}


def read(task: Task, names: Sequence[str], opener: Opener, choice: Choice) -> Iterator[Gold]:
    """The gold documents of a task, in the files' order. Raises: GoldError."""
    if task == "metadata" or any(name.endswith(".parquet") for name in names):
        yield from _read_pages(task, names, opener, choice)
    make: dict[Task, Callable[[Mapping[str, Any]], Gold]]
    make = {"language": _language, "seeds": partial(_seed, opener=opener), "pages": partial(_marked_page, opener=opener)}
    for name in names:
        for record in _records(name, opener) if task != "metadata" and not name.endswith(".parquet") else ():
            if choice.split in ("all", record.get("split", choice.split)):
                yield make.get(task, _lines)(record)


def _task_of_file(name: str, opener: Opener) -> Task | None:
    if name.endswith(".parquet"):
        with opener(name) as stream:
            return "pages" if set(PAGE_COLUMNS) <= set(pq.ParquetFile(stream).schema_arrow.names) else None
    with closing(_records(name, opener)) as records:
        first = next(records, None)
    return None if first is None else _task_of(first)


def _task_of(record: Mapping[str, Any]) -> Task | None:
    fields = set(record)
    if {"file", "lines", "lab"} <= fields:
        return "pages"
    if {"lines", "lab"} <= fields:
        return "story" if "stories" in fields else "natural" if "neg" in fields else "text"
    if {"file", "blocks"} <= fields:
        return "seeds"
    if {"id", "title", "authors", "date"} <= fields:
        return "metadata"
    return "language" if {"lang", "text"} <= fields else None


def _records(name: str, opener: Opener) -> Generator[dict[str, Any], None, None]:
    with opener(name) as stream, io.TextIOWrapper(_unpacked(name, stream), encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                raise GoldError(f"{name}: line {number} is not JSON: {error.msg}") from error
            if not isinstance(record, dict):
                raise GoldError(f"{name}: line {number} is not a JSON object")
            yield record


def _unpacked(name: str, stream: BinaryIO) -> BinaryIO:
    if name.endswith(".zst"):
        unpacked: BinaryIO = zstandard.ZstdDecompressor().stream_reader(stream)
        return unpacked
    return gzip.GzipFile(fileobj=stream) if name.endswith(".gz") else stream  # type: ignore[return-value]


def _groups(record: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(record[name]) for name in GROUPS if name in record}


def _lines(record: Mapping[str, Any]) -> LinesGold:
    groups = _groups(record)
    if "stories" in record:
        inserted = any(story["where"] == "middle" for story in record["stories"])
        groups["place"] = "negative" if record["neg"] else "inserted" if inserted else "appended"
    elif "neg" not in record:
        groups["kind"] = "full" if record.get("style") in FULL_STYLES else "residue"
    name, lines, reasons = str(record.get("id", "")), record["lines"], record.get("reasons")
    if len(record["lab"]) != len(lines) or (reasons is not None and len(reasons) != len(lines)):
        raise GoldError(f"{name or 'a document'}: there must be as many labels and reasons as lines")
    try:
        why = tuple(None if reason is None else Reason(reason) for reason in reasons or ())
        parts = tuple(PartGold(line, start, end, Reason(reason)) for line, start, end, reason in record.get("parts", ()))
    except ValueError as error:
        raise GoldError(f"{name or 'a document'}: {error}; docs/reasons.md names them") from error
    return LinesGold(
        id=name, lines=lines, labels=record["lab"], reasons=why, parts=parts, negative=bool(record.get("neg")), groups=groups
    )


def _marked_page(record: Mapping[str, Any], opener: Opener) -> PageGold:
    """A page whose HTML stands in a file of its own, and that is known line by line."""
    marked = _lines(record)
    own = [_kept(marked, index) for index, label in enumerate(marked.labels) if label == "K"]
    titles = [line for line, label in zip(marked.lines, marked.labels, strict=True) if label == "T"]
    with opener(record["file"]) as stream:
        html = stream.read()
    return PageGold(
        id=marked.id, html=html, url=record["url"], text="\n\n".join(own), titles=titles, marked=marked, groups=marked.groups
    )


def _kept(gold: LinesGold, index: int) -> str:
    """What stays of an own line."""
    line = gold.lines[index]
    for part in [part for part in gold.parts if part.line == index][::-1]:
        line = line[: part.start] + line[part.end :]
    return line.strip()


def _language(record: Mapping[str, Any]) -> LanguageGold:
    return LanguageGold(id=str(record.get("id", "")), text=record["text"], language=record["lang"], groups=_groups(record))


def _seed(record: Mapping[str, Any], opener: Opener) -> SeedGold:
    with opener(record["file"]) as stream:
        body = stream.read()
    blocks = tuple(
        SeedBlock(block["line"], block.get("is") == "title", block.get("kept", ""), block.get("cut"))
        for block in record["blocks"]
    )
    return SeedGold(
        name=record["file"], body=body, title=record["title"], text=record["text"], language=record["language"], blocks=blocks
    )


def _read_pages(task: Task, names: Sequence[str], opener: Opener, choice: Choice) -> Iterator[Gold]:
    beside = [name for name in names if task == "metadata" and not name.endswith(".parquet")]
    metadata = {record["id"]: record for name in beside for record in _records(name, opener)}
    splits = _splits(opener)
    for name in names:
        for row in _rows(name, opener) if name.endswith(".parquet") else ():
            if not (row["news"] or choice.all_types) or choice.split not in ("all", splits.get(row["publisher"], choice.split)):
                continue
            if task == "pages":
                titles = json.loads(row["titles"])
                yield PageGold(
                    id=row["id"], html=row["html"], url=row["url"], text=row["gold"], titles=titles, groups=_groups(row)
                )
            elif (known := metadata.get(row["id"])) is not None:
                yield _metadata(row, known)


def _metadata(row: Mapping[str, Any], known: Mapping[str, Any]) -> MetadataGold:
    return MetadataGold(
        id=row["id"],
        html=row["html"],
        url=row["url"],
        title=known["title"],
        authors=known["authors"] or [],
        date=known["date"],
        groups=_groups(row),
    )


def _rows(name: str, opener: Opener) -> Iterator[dict[str, Any]]:
    with opener(name) as stream:
        for batch in pq.ParquetFile(stream).iter_batches(batch_size=50, columns=PAGE_COLUMNS):
            yield from batch.to_pylist()


def _splits(opener: Opener) -> dict[str, str]:
    try:
        with opener(SPLITS_FILE) as stream:
            found: dict[str, str] = json.load(stream)
            return found
    except FileNotFoundError:
        return {}
