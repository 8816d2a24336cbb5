"""CPU time of the reading spine, stage by stage, beside trafilatura alone on the same pages in the same run.

    python -m benchmarks.speed [--shared ../shared] [--limit 100]

Prints milliseconds of CPU of each stage for an HTML news page of the dev split and for a dump of some 50 lines; `ratio` is what
all stages cost over `trafilatura.extract(with_metadata=True)` on an HTML page, page and dump alike: trust it, the milliseconds
are this machine's. Inputs are led through in groups as a worker gets them, and each group is measured once for trafilatura and
once for all stages, so that a busy machine slows both.
"""

import argparse
import io
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import pyarrow.parquet as pq
import trafilatura
import zstandard

from ingest.isolate import TOGETHER
from ingest.pipeline import Stages
from ingest.records import RawPage, Rejected
from ingest.stages import PipelineConfig, build

ROOT = Path(__file__).parent.parent
Made = TypeVar("Made")
STAGES = ("load", "extract", "clean", "identify", "accept", "sketch")
WARMING = 40
"""So many inputs of the other split are read before the clock runs: what is loaded and learned once costs a long run nothing."""
LINES = range(45, 56)
"""A text of some 50 lines."""


def news_pages(folder: Path, split: str) -> Iterator[RawPage]:
    """The HTML news pages of a split."""
    splits = json.loads((folder / "splits.json").read_text("utf-8"))
    for row in pq.read_table(folder / "pages.parquet", columns=["url", "html", "news", "publisher"]).to_pylist():
        if row["news"] and splits.get(row["publisher"]) == split:
            html = row["html"]
            yield RawPage("bench", row["url"], "text/html", html if isinstance(html, bytes) else html.encode(), url=row["url"])


def dumps(folder: Path, split: str) -> Iterator[RawPage]:
    """The dumps of a split that have some 50 lines."""
    with (folder / "text_dumps.jsonl.zst").open("rb") as file:
        for row in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8"):
            record = json.loads(row)
            if record["split"] == split and len(record["lines"]) in LINES:
                yield RawPage("bench", f"{record['id']}.txt", "text/plain", "\n".join(record["lines"]).encode())


def spend(spent: dict[str, float], name: str, call: Callable[[Any], Made], given: object) -> Made:
    """What a call returns; its CPU time is added up under a name."""
    start = time.process_time()
    answer = call(given)
    spent[name] += time.process_time() - start
    return answer


def read(pages: Sequence[RawPage], stages: Stages, spent: dict[str, float]) -> None:
    """Inputs through all stages, as `process_many` leads them."""
    given: Sequence[object] = pages
    for name in STAGES:
        stage = getattr(stages, name)
        going = [each for each in given if not isinstance(each, Rejected)]
        given = spend(spent, name, stage if name == "clean" else lambda some, one=stage: [one(each) for each in some], going)


def measure(pages: Sequence[RawPage], stages: Stages, beside: Callable[[RawPage], object] | None) -> dict[str, float]:
    """Milliseconds of CPU per input, of each stage and of the peer."""
    spent: dict[str, float] = defaultdict(float)
    for start in range(0, len(pages), TOGETHER):
        group = pages[start : start + TOGETHER]
        for page in group if beside is not None else ():
            spend(spent, "trafilatura", beside, page)
        read(group, stages, spent)
    found = {name: 1000 * seconds / len(pages) for name, seconds in spent.items()}
    return found | {"all": sum(found[name] for name in STAGES)}


def peer(page: RawPage) -> object:
    """What trafilatura makes of a page."""
    return trafilatura.extract(page.body, with_metadata=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--limit", type=int, default=100, help="so many pages, and so many dumps")
    options = parser.parse_args()
    folder, stages = options.shared / "bench", build(PipelineConfig())
    pages, texts = ([*islice(found(folder, "dev"), options.limit)] for found in (news_pages, dumps))
    for found in (news_pages, dumps):
        measure([*islice(found(folder, "train"), WARMING)], stages, peer)
    html, text = measure(pages, stages, peer), measure(texts, stages, None)
    for group, inputs, found in (("page", pages, html), ("text", texts, text)):
        figures = " ".join(f"{name}={value:.2f}" for name, value in ({"trafilatura": html["trafilatura"]} | found).items())
        print(f"{group} docs={len(inputs)} {figures} ratio={found['all'] / html['trafilatura']:.3f}")


if __name__ == "__main__":
    main()
