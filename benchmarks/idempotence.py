"""Measures how far cleaning clean text changes it: the title handed back, the text as a plain-text document.

    python -m benchmarks.idempotence [--shared ../shared] [--split dev]

Prints a line a group in the form of `score.py`: documents, how many of them lose anything when cleaned again, and the share of
their characters that is lost then. Cleaning only cuts, so nothing else can change. `pages` are news pages; `other` those of them
that were flagged not-an-article and kept leniently, which nothing tells the second cleaning; `text` are the plain-text dumps.
"""

import argparse
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import zstandard

from ingest.extract.headline import find_headline
from ingest.extract.text import blocks_of_lines
from ingest.pipeline import Stages
from ingest.records import Article, Document, Flag, Payload, Rejected
from ingest.stages import PipelineConfig, build

ROOT = Path(__file__).parent.parent


def cleaned_pages(folder: Path, split: str, stages: Stages) -> Iterator[Document]:
    """The documents made of news pages."""
    splits = json.loads((folder / "splits.json").read_text("utf-8"))
    for record in pq.read_table(folder / "pages.parquet").to_pylist():
        if record["news"] and splits.get(record["publisher"]) == split:
            html = record["html"]
            content = html if isinstance(html, str) else html.decode("utf-8", "replace")
            article = stages.extract(Payload("html", content, "utf-8", url=record["url"]))
            document = article if isinstance(article, Rejected) else stages.clean([article])[0]
            if not isinstance(document, Rejected):
                yield document


def cleaned_dumps(folder: Path, split: str, stages: Stages) -> Iterator[Document]:
    """The documents made of plain-text dumps."""
    with (folder / "text_dumps.jsonl.zst").open("rb") as file:
        for row in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8"):
            record = json.loads(row)
            if record["split"] == split:
                blocks = blocks_of_lines(record["lines"])[0]
                headline = find_headline(blocks)
                article = Article(blocks, None if headline is None else blocks[headline].text, headline)
                document = stages.clean([article])[0]
                if not isinstance(document, Rejected):
                    yield document


def lost_again(document: Document, stages: Stages) -> int:
    """Characters of a document's text that cleaning it once more cuts."""
    article = stages.extract(Payload("text", document.text, "utf-8", title=document.title))
    again = article if isinstance(article, Rejected) else stages.clean([article])[0]
    return len(document.text) if isinstance(again, Rejected) else abs(len(document.text) - len(again.text))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--split", default="dev")
    options = parser.parse_args()
    folder, stages = options.shared / "bench", build(PipelineConfig())
    groups: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for document in cleaned_pages(folder, options.split, stages):
        group = "other" if Flag.NOT_AN_ARTICLE in document.flags else "pages"
        groups[group].append((lost_again(document, stages), len(document.text)))
    for document in cleaned_dumps(folder, options.split, stages):
        groups["text"].append((lost_again(document, stages), len(document.text)))
    for group in ("pages", "other", "text"):
        found = groups[group]
        share = sum(lost for lost, _ in found) / max(1, sum(length for _, length in found))
        print(f"{group} docs={len(found)} changed={sum(lost > 0 for lost, _ in found)} lost_again={share:.5f}")


if __name__ == "__main__":
    main()
