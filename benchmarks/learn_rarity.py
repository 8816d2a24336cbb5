"""Learn how rare stems are from the training split of the development data.

    python -m benchmarks.learn_rarity SHARED/bench

Writes ingest/clean/rarity.bin: one byte for each hashed stem, no words.
"""

import io
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path

import zstandard

from ingest.clean.rarity import SLOTS, STEP, TABLE, slot
from ingest.clean.words import stems, words

MIN_CHARS = 60
"""Shorter lines are headings and furniture."""


def paragraphs(folder: Path) -> Iterator[str]:
    for path in [*sorted(folder.glob("natural*.zst")), folder / "text_dumps.jsonl.zst", folder / "appended_stories.jsonl.zst"]:
        with path.open("rb") as file:
            for row in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8"):
                record = json.loads(row)
                if record["split"] == "train":
                    pairs = zip(record["lines"], record["lab"], strict=True)
                    yield from {line for line, label in pairs if label == "K" and len(line) >= MIN_CHARS}


def main() -> None:
    counts, total = [0] * SLOTS, 0
    seen: set[int] = set()
    for paragraph in paragraphs(Path(sys.argv[1])):
        if hash(paragraph) not in seen:
            seen.add(hash(paragraph))
            total += 1
            for place in {slot(stem) for stem in stems(words(paragraph))}:
                counts[place] += 1
    TABLE.write_bytes(bytes(min(255, round(STEP * math.log((total + 1) / (count + 1)))) for count in counts))
    print(f"{total} paragraphs, {sum(1 for count in counts if count)} of {SLOTS} slots used")


if __name__ == "__main__":
    main()
