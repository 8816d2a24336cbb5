"""CPU time of the reading spine, stage by stage, beside trafilatura alone on the same pages in the same run.

    python -m benchmarks.speed [--pages ../shared/bench/pages.parquet] [--limit 100]

Prints milliseconds of CPU per page and the ratio to `trafilatura.extract(with_metadata=True)`; trust the ratio.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow.parquet as pq
import trafilatura

from ingest.records import RawPage, Rejected
from ingest.stages import PipelineConfig, build


def cpu_ms(call: Callable[[RawPage], object], pages: Sequence[RawPage]) -> float:
    """CPU milliseconds per page, after one page of warming up."""
    call(pages[0])
    start = time.process_time()
    for page in pages:
        call(page)
    return 1000 * (time.process_time() - start) / len(pages)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=Path("../shared/bench/pages.parquet"))
    parser.add_argument("--limit", type=int, default=100)
    options = parser.parse_args()
    rows = pq.read_table(options.pages, columns=["url", "html", "news"]).to_pylist()
    pages = [
        RawPage(
            "bench", row["url"], "text/html", html if isinstance(html := row["html"], bytes) else html.encode(), url=row["url"]
        )
        for row in rows
        if row["news"]
    ][: options.limit]
    peer = cpu_ms(lambda page: trafilatura.extract(page.body, with_metadata=True), pages)
    print(f"trafilatura.extract(with_metadata=True)  {peer:7.1f} ms/page  1.00")
    total = 0.0
    stages = build(PipelineConfig())
    inputs: Sequence[object] = pages
    for name in ("load", "extract", "clean", "identify", "accept", "sketch"):
        stage = getattr(stages, name)
        inputs = [entry for entry in inputs if not isinstance(entry, Rejected)]
        start = time.process_time()
        outputs = [stage(entry) for entry in inputs]
        spent = 1000 * (time.process_time() - start) / len(pages)
        inputs = outputs
        total += spent
        print(f"{name:40} {spent:7.1f} ms/page  {spent / peer:.2f}")
    print(f"{'all stages':40} {total:7.1f} ms/page  {total / peer:.2f}")


if __name__ == "__main__":
    main()
