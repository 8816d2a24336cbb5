"""Pages that are no news, against trafilatura alone: what cleaning costs where there is no article to clean.

    python -m benchmarks.other_pages [--shared ../shared] [--split dev|train|all] [--worst N]

Shingle F1 as `score.py pages` counts it, by kind of page as the gold names it (`all` is over all pages), and how many are known
for no article. With --worst the pages where most is lost against trafilatura are named.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.peers import trafilatura_text
from benchmarks.scorer import scorer
from ingest.clean.loss import is_other_page
from ingest.evaluate import article_of_html, clean_html
from ingest.records import Rejected


@dataclass(frozen=True, slots=True)
class Scored:
    """One page."""

    id: str
    kind: str
    """As the gold names it."""
    page_type: str
    """As we do."""
    is_other: bool
    f1: float
    trafilatura: float


def scored(shared: Path, record: Mapping[str, Any]) -> Scored:
    """Both scores of a page."""
    article = article_of_html(record["html"], record["url"])
    score = scorer(shared / "bench").score_pages
    kind = "article" if isinstance(article, Rejected) else article.page_type
    both = (score([record], clean)["F1"] for clean in (clean_html, trafilatura_text))
    return Scored(
        record["id"],
        record["page_type"],
        kind or "none",
        not isinstance(article, Rejected) and is_other_page(article),
        *both,
    )


def _told(group: str, pages: Sequence[Scored]) -> str:
    def mean(value: Callable[[Scored], float]) -> float:
        return sum(map(value, pages)) / len(pages)

    f1, other = mean(lambda page: page.f1), mean(lambda page: page.trafilatura)
    lenient = mean(lambda page: page.is_other)
    return f"{group} docs={len(pages)} F1={f1:.4f} trafilatura={other:.4f} gain={f1 - other:.4f} no_article={lenient:.4f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(__file__).parent.parent.parent / "shared")
    parser.add_argument("--split", choices=("dev", "train", "all"), default="dev")
    parser.add_argument("--worst", type=int, default=0)
    options = parser.parse_args()
    splits = json.loads((options.shared / "bench" / "splits.json").read_text("utf-8"))
    records = pq.read_table(options.shared / "bench" / "pages.parquet").to_pylist()
    wanted = [each for each in records if not each["news"] and options.split in ("all", splits.get(each["publisher"]))]
    with ProcessPoolExecutor() as pool:
        pages = list(pool.map(scored, [options.shared] * len(wanted), wanted, chunksize=8))
    groups: defaultdict[str, list[Scored]] = defaultdict(list)
    for page in pages:
        groups[page.kind].append(page)
    print(_told("all", pages))
    for group in sorted(groups):
        print(_told(group, groups[group]))
    for page in sorted(pages, key=lambda page: page.f1 - page.trafilatura)[: options.worst]:
        print(f"{page.f1 - page.trafilatura:.3f} {page.f1:.3f} {page.kind} {page.page_type} {page.is_other} {page.id}")


if __name__ == "__main__":
    main()
