"""A corpus as a stranger's code reads it."""

from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from deltalake import DeltaTable

RUN_COLUMNS = ("run_id", "seq", "fetched_at", "first_seen_at", "raw_ref")
"""Columns that law 2 leaves out: they tell of the run, not of the inputs."""


def read(corpus: Path | str, table: str) -> list[dict[str, Any]]:
    """All rows of a table, read with deltalake alone; on S3 with the credentials of the environment."""
    options = {"AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1"} if str(corpus).startswith("s3://") else {}
    return DeltaTable(f"{corpus}/clean/{table}", storage_options=options).to_pyarrow_table().to_pylist()


def objects(corpus: Path | str) -> dict[str, tuple[int, Any]]:
    """Key → size and time of change of every object."""
    if isinstance(corpus, str):
        bucket, _, prefix = corpus.removeprefix("s3://").partition("/")
        with closing(boto3.client("s3", region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))) as client:
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix}/")
            found = [item for page in pages for item in page.get("Contents", ())]
        return {item["Key"].removeprefix(f"{prefix}/"): (item["Size"], (item["ETag"], item["LastModified"])) for item in found}
    files = [path for path in corpus.rglob("*") if path.is_file()]
    return {str(path.relative_to(corpus)): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}


def add_up(report: dict[str, Any]) -> bool:
    """Law 1."""
    parts = report["kept"] + sum(report["rejected"].values()) + report["duplicates"] + report["unchanged"]
    return bool(report["inputs"] == parts + sum(report["failed"].values()))


def rows_by_law_2(corpus: Path | str, table: str) -> list[dict[str, Any]]:
    """All rows of a table in a fixed order, without the columns that tell of the run."""
    rows = [{name: value for name, value in row.items() if name not in RUN_COLUMNS} for row in read(corpus, table)]
    return sorted(rows, key=repr)


Fate = tuple[str, str | None, str | None, str | None]
"""A block's line, whether it is the title, what of it was kept, and why the rest was cut."""


def golden_fates(gold: dict[str, Any]) -> list[Fate]:
    """The blocks of a golden object."""
    return [(block["line"], block.get("is"), block.get("kept"), block.get("cut")) for block in gold["blocks"]]


def fates(row: dict[str, Any]) -> list[Fate]:
    """Each block with what became of it, in the terms of the gold."""
    found: list[Fate] = []
    start = 0
    for line in row["source_text"].split("\n"):
        end = start + len(line)
        if row["title_span"] == {"start": start, "end": end}:
            found.append((line, "title", None, None))
        else:
            cuts = [cut for cut in row["removals"] if start <= cut["start"] and cut["end"] <= end]
            kept, at = "", start
            for cut in cuts:
                kept, at = kept + row["source_text"][at : cut["start"]], cut["end"]
            kept += row["source_text"][at:end]
            found.append((line, None, kept or None, cuts[0]["reason"] if cuts else None))
        start = end + 1
    return found
