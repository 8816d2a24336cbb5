"""Measures what reading a corpus's history costs: one document's, the last run's changes, the log, two states.

    python -m benchmarks.history PLACE [--documents 1000000] [--repeat 5]

PLACE is a folder or `s3://bucket/prefix`; where no corpus stands there, one is made as `benchmarks.corpora` does. Each line:
what, median and the worst repetition, wall and CPU seconds. Each repetition takes another document.
"""

import argparse
import statistics
import time
from collections.abc import Callable

from benchmarks.corpora import Shape, doc_id, make, news_like
from flows.runs.chronicle import chronicle
from flows.runs.differences import edition, states
from flows.runs.follow import changes
from flows.runs.history import history
from flows.runs.reading import resolve
from storage.bucket import open_bucket
from storage.errors import NotACorpusError
from storage.moments import readable
from storage.tables import Corpus


def opened(place: str, shape: Shape) -> Corpus:
    try:
        return Corpus.open(open_bucket(place))
    except NotACorpusError:
        corpus = make(open_bucket(place), shape)
        news_like(corpus, shape, shape.runs + 2)
        return corpus


def measured(what: str, repeat: int, work: Callable[[int], object]) -> None:
    wall, cpu = [], []
    for number in range(repeat):
        began, spent = time.perf_counter(), time.process_time()
        work(number)
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - spent)
    told = [f"{statistics.median(times):.3f} s (worst {max(times):.3f})" for times in (wall, cpu)]
    print(f"{what:34} {told[0]}, CPU {told[1]}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place")
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    shape = Shape(options.documents)
    corpus = opened(options.place, shape)
    head = readable(corpus)
    old = [doc_id(number * 97) for number in range(options.repeat)]
    changed = [next(row["id"] for row in changes(corpus, head - 1, head) if row["change"] == "updated")] * options.repeat
    measured("history of a document by id", options.repeat, lambda k: history(corpus, resolve(corpus, old[k])))
    measured("history of one of two versions", options.repeat, lambda k: history(corpus, resolve(corpus, changed[k])))
    measured("difference of its two versions", options.repeat, lambda k: edition(corpus, changed[k]))
    measured("a document by its file's name", 2, lambda k: resolve(corpus, f"{k}.html"))
    measured("changes of the last run", options.repeat, lambda _: list(changes(corpus, head - 1, head)))
    measured(
        "changes of the last run, with text", options.repeat, lambda _: list(changes(corpus, head - 1, head, with_text=True))
    )
    measured("log of 20 commits", options.repeat, lambda _: list(chronicle(corpus, 20)))
    measured("two states, a run apart", 2, lambda _: states(corpus, head - 1, head, 5))
    measured("two states, everything between", 1, lambda _: states(corpus, 0, head, 5))


if __name__ == "__main__":
    main()
