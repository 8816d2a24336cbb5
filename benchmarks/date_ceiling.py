"""How often the gold date of a page is any of the dates that the page tells of itself: the ceiling of `date` in docs/quality.md.

python -m benchmarks.date_ceiling [--shared ../shared]
"""

import argparse
import json
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from ingest.extract.prosedate import dates_in
from ingest.pipeline import Stages
from ingest.records import Article, RawPage, Rejected
from ingest.stages import PipelineConfig, build

ROOT = Path(__file__).parent.parent
NEAR, MAX_STAMP_CHARS = 12, 120
"""Blocks around the headline, and characters of one, that are searched for a date."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    bench = parser.parse_args().shared / "bench"
    gold = {row["id"]: row["date"] for row in map(json.loads, (bench / "metadata.jsonl").read_text("utf-8").splitlines())}
    pages = [row for row in pq.read_table(bench / "pages.parquet").to_pylist() if gold.get(row["id"])]
    stages = build(PipelineConfig())
    told = [_dates(_article(row, stages)) for row in pages]
    right = [[_is_same(day, gold[row["id"]]) for day in days] for row, days in zip(pages, told, strict=True)]
    print(f"pages {len(pages)}")
    print(f"published, else changed: {sum(any(each[:1]) for each in right) / len(pages):.4f}")
    print(f"any date that the page tells: {sum(any(each) for each in right) / len(pages):.4f}")
    print(f"none of them: {sum(not any(each) for each in right)} pages")
    print(f"the date of change or a stamp, but not that of publication: {sum(any(each) and not each[0] for each in right)} pages")


def _article(row: dict[str, object], stages: Stages) -> Article | Rejected:
    url, html = str(row["url"]), row["html"]
    page = RawPage(source="bench", name=url, media_type="text/html", body=html if isinstance(html, bytes) else b"", url=url)
    payload = stages.load(page)
    return payload if isinstance(payload, Rejected) else stages.extract(payload)


def _dates(article: Article | Rejected) -> list[date | None]:
    """The day that we give, the day of change, and every day in a short block around the headline."""
    if isinstance(article, Rejected):
        return [None]
    known = [moment.date() for moment in (article.published_at, article.modified_at) if moment]
    at = article.title_block or 0
    near = [block.text for block in article.blocks[max(0, at - NEAR) : at + NEAR + 1] if len(block.text) <= MAX_STAMP_CHARS]
    stamps = [day.date() for text in near for day in (*dates_in(text), *dates_in(text, month_first=True))]
    return [*(known or [None]), *stamps]


def _is_same(day: date | None, gold: str) -> bool:
    return day is not None and abs((day - date.fromisoformat(gold)).days) <= 1


if __name__ == "__main__":
    main()
