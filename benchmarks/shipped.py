"""Scores cleaning on the gold set that comes with the program, in the form of `score.py`.

    python -m benchmarks.shipped [--by point|reason|language]

By operating point, or at the default one by the reason for which lines must go or by language. `--shared` is accepted, as by the
other programs of this folder, and not needed.
"""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from typing import get_args

from flows.cli.scoring import Scoring
from ingest.audit import Account, by_language, by_reason, summary
from ingest.clean.config import OperatingPoint
from ingest.gold import Choice, Task
from ingest.goldfiles import SHIPPED, files_by_task, read

TASKS: tuple[Task, ...] = ("natural", "pages")


def accounts(point: OperatingPoint) -> list[Account]:
    """What became of every document, pages last."""
    names = sorted(path.name for path in SHIPPED.iterdir() if path.is_file())
    opener = lambda name: (SHIPPED / name).open("rb")  # noqa: E731 - a closure over nothing but a constant
    found = files_by_task(names, opener)
    scoring = Scoring(point)
    for task in TASKS:
        scoring.score(task, read(task, found[task], opener, Choice("all", all_types=True)))
    return scoring.accounts


def groups(by: str) -> Iterator[tuple[str, dict[str, float | None]]]:
    """Group → figures."""
    if by == "point":
        for point in get_args(OperatingPoint):
            yield point, summary(accounts(point))
    elif by == "language":
        yield from by_language(accounts("conservative")).items()
    else:
        for score in by_reason(accounts("conservative")):
            yield score.reason, {name: value for name, value in asdict(score).items() if name not in {"reason", "instead"}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--by", choices=["point", "reason", "language"], default="point")
    parser.add_argument("--shared", help=argparse.SUPPRESS)
    for group, figures in groups(parser.parse_args().by):
        print(group, *(f"{name}={value or 0:.4f}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
