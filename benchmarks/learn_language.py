"""Learns ingest/language_minimums.json: the least share of known trigrams that real texts of each language have.

    python -m benchmarks.learn_language ../shared/bench/languages.jsonl.zst [--write]

The share of a language lies below all its bodies of the train split and, where there is room, above those of languages without a
profile that langdetect takes for it. Short texts scatter more: `--scatter` is chosen on their figures.
"""

import argparse
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import zstandard

from ingest import language
from ingest.language import ONLY_LANGUAGE, PROFILES, coverage

MARGIN = 0.045
"""How far below it lies at least: a dozen texts don't show the lowest."""
ROOM = 0.09
"""How far below the lowest text of a language its minimum lies where no impostor comes near."""
SAME = {"nb": "no", "nn": "no", "bs": "hr", "ms": "id"}
KNOWN = {name for names in PROFILES.values() for name in names} | set(ONLY_LANGUAGE.values())
TARGET = Path(__file__).parent.parent / "ingest" / "language_minimums.json"


def rows(path: Path, split: str) -> Iterator[dict[str, str]]:
    with path.open("rb") as file:
        for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8"):
            row = json.loads(line)
            if row["split"] == split:
                yield row


def learn(path: Path, scatter: float) -> dict[str, object]:
    """The table: per language a minimum below its own bodies and, where they leave room, above those of impostors."""
    own: dict[str, list[float]] = defaultdict(list)
    impostors: dict[str, list[float]] = defaultdict(list)
    for row in rows(path, "train"):
        if row["kind"] != "body":
            continue
        name = SAME.get(row["lang"], row["lang"])
        if name in KNOWN:
            own[name].append(coverage(row["text"][:1200], name)[0])
        elif (guess := language.guess(row["text"])) in KNOWN:
            impostors[guess].append(coverage(row["text"][:1200], guess)[0])
    least = {name: round(_between(min(own[name]), impostors.get(name, [])), 3) for name in own}
    return {
        "source": "train bodies of lingua's test sentences (Apache-2.0): below a language's own texts, above its impostors",
        "scatter": scatter,
        "share": {name: least.get(name, min(least.values())) for name in sorted(KNOWN)},
    }


def _between(lowest_own: float, impostors: list[float]) -> float:
    highest = max(impostors, default=0.0)
    if highest < lowest_own:
        return lowest_own - max(MARGIN, min(ROOM, (lowest_own - highest) / 2))
    return lowest_own - MARGIN


def figures(path: Path, split: str) -> dict[str, float]:
    """Share right with a profile, and share mislabelled without one, by kind."""
    counted: dict[str, list[int]] = defaultdict(list)
    for row in rows(path, split):
        got, want = language.detect(row["text"]).language, SAME.get(row["lang"], row["lang"])
        if want in KNOWN | {"ja", "zh"}:
            counted[f"{row['kind']} right"].append(got == want)
        else:
            counted[f"{row['kind']} mislabelled"].append(got not in ("und", row["lang"]))
    return {name: round(sum(found) / len(found), 4) for name, found in sorted(counted.items())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--scatter", type=float, default=0.6)
    parser.add_argument("--write", action="store_true", help="write the table into the package")
    options = parser.parse_args()
    table = learn(options.data, options.scatter)
    if options.write:
        TARGET.write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    language._minimums.cache_clear()
    for split in ("train", "dev"):
        print(split, figures(options.data, split))


if __name__ == "__main__":
    main()
