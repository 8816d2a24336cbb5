"""Reads files of gold data; their format is known by their content: the fields of the first record. The caller opens them."""

import gzip
import io
import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, BinaryIO

import pyarrow.parquet as pq
import zstandard

from ingest.errors import GoldError
from ingest.gold import GROUPS, TASKS, Choice, Gold, LanguageGold, LinesGold, MetadataGold, PageGold, SeedBlock, SeedGold, Task

Opener = Callable[[str], BinaryIO]
"""Opens a file of the gold folder by its name."""

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
        pages = found.get("pages", [])
        found["metadata"] = [*found["metadata"], *pages] if pages else []
    return {task: tuple(found[task]) for task in TASKS if found.get(task)}


def read(task: Task, names: Sequence[str], opener: Opener, choice: Choice) -> Iterator[Gold]:
    """The gold documents of a task, in the files' order. Raises: GoldError."""
    if task in ("pages", "metadata"):
        yield from _read_pages(task, names, opener, choice)
        return
    make = {"language": _language, "seeds": None}.get(task, _lines)
    for name in names:
        for record in _records(name, opener):
            if choice.split not in ("all", record.get("split", choice.split)):
                continue
            yield _seed(record, opener) if make is None else make(record)


def _task_of_file(name: str, opener: Opener) -> Task | None:
    if name.endswith(".parquet"):
        with opener(name) as stream:
            return "pages" if set(PAGE_COLUMNS) <= set(pq.ParquetFile(stream).schema_arrow.names) else None
    with closing(_records(name, opener)) as records:
        first = next(records, None)
    return None if first is None else _task_of(first)


def _task_of(record: Mapping[str, Any]) -> Task | None:
    fields = set(record)
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
    return LinesGold(lines=record["lines"], labels=record["lab"], negative=bool(record.get("neg")), groups=groups)


def _language(record: Mapping[str, Any]) -> LanguageGold:
    return LanguageGold(text=record["text"], language=record["lang"], groups=_groups(record))


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
    metadata = {record["id"]: record for name in names if not name.endswith(".parquet") for record in _records(name, opener)}
    splits = _splits(opener)
    for name in names:
        for row in _rows(name, opener) if name.endswith(".parquet") else ():
            if not (row["news"] or choice.all_types) or choice.split not in ("all", splits.get(row["publisher"], choice.split)):
                continue
            if task == "pages":
                titles = json.loads(row["titles"])
                yield PageGold(html=row["html"], url=row["url"], text=row["gold"], titles=titles, groups=_groups(row))
            elif (known := metadata.get(row["id"])) is not None:
                yield _metadata(row, known)


def _metadata(row: Mapping[str, Any], known: Mapping[str, Any]) -> MetadataGold:
    return MetadataGold(
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
