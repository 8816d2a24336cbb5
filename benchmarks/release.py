"""What `winnow release` costs, at 100,000 documents of 3.2 KB.

    python -m benchmarks.release [--documents 100000] [--picture FILE]

Makes a corpus straight through the store, nothing is cleaned: words of seeds/ drawn anew, seven languages over twelve months, a
commit for each month. Releases it in a process of its own, which tells CPU and peak memory; then one more commit changes 100
documents of the newest month, and a second release tells how many files it shares with the first. `--picture` keeps the picture.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.runs.release import PICTURE, ReleaseRequest, release
from flows.runs.settings import read
from ingest.records import Decision, Document, Sketch
from storage import keys
from storage.local import LocalBucket
from storage.proposals import Proposal
from storage.rows import NewVersion, Pipeline, decision_table, sketch_table, version_table
from storage.tables import Corpus

BEGIN = datetime(2025, 3, 1, 12, tzinfo=UTC)
MONTHS = 12
LANGUAGES = {"en": 50, "de": 18, "fr": 12, "es": 10, "pl": 6, "ko": 3, "und": 1}
"""Language → how often it is drawn."""
WORDS = 500


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--release", nargs=2, metavar=("CORPUS", "NAME"), help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.release:
        measure(*told.release)
        return
    with tempfile.TemporaryDirectory() as folder:
        corpus = Corpus.create(LocalBucket(Path(folder)))
        maker = Maker()
        for month in range(MONTHS):
            commit(corpus, f"month-{month:02d}", list(maker.month(month, told.documents // MONTHS)))
        own_process(folder, "one")
        changed = [replace(each, version=2, document=maker.document(each.document.language)) for each in maker.last[:100]]
        commit(corpus, "changes", changed)
        own_process(folder, "two")
        one, two = (digests(corpus, name) for name in ("one", "two"))
        same = sum(two[path] == one.get(path) for path in two)
        print(f"after 100 changes in the newest month {same} of {len(two)} data files are the same")
        if told.picture:
            told.picture.write_bytes(corpus.bucket.get(keys.release_file("two", PICTURE)))


class Maker:
    """Draws documents."""

    def __init__(self) -> None:
        texts = [path.read_text("utf-8", "ignore") for path in sorted(Path("seeds").glob("*/*.txt"))]
        self._words = [word for text in texts for word in text.split()]
        self._draw = random.Random(7)
        self.last: list[NewVersion] = []

    def month(self, number: int, count: int) -> Iterator[NewVersion]:
        """The documents that are first seen in a month."""
        self.last = []
        for _ in range(count):
            when = BEGIN + timedelta(days=30.4 * number, seconds=self._draw.randrange(28 * 86_400))
            id_ = f"{self._draw.getrandbits(128):032x}"
            (language,) = self._draw.choices(list(LANGUAGES), list(LANGUAGES.values()))
            sketch = Sketch(b"\1" * 512, b"\2" * 64, 3)
            new = NewVersion(id_, 1, "bench", self.document(language), sketch, id_, id_, None, when, when)
            self.last.append(new)
            yield new

    def document(self, language: str) -> Document:
        """A document of a common size."""
        lines = [" ".join(self._draw.choices(self._words, k=WORDS // 10)) for _ in range(10)]
        site = f"site-{int(self._draw.paretovariate(1))}.example"
        text = "\n\n".join(lines)
        return Document(
            text, "\n".join(lines), lines[0][:60], None, (), url=f"https://{site}/", site=site, language=language, n_words=WORDS
        )


def commit(corpus: Corpus, run: str, versions: list[NewVersion]) -> None:
    made = {"run_id": run, "seq": corpus.roll() + 1}
    batches = [versions[start : start + 12_500] for start in range(0, len(versions), 12_500)]
    told = [decision_table((Decision(new.id, new.version, cluster=new.id) for new in versions), **made)]
    rows = (version_table(batch, **made, pipeline=Pipeline("0.1.0", "bench")) for batch in batches)
    corpus.commit(
        Proposal(
            run=run,
            seq=made["seq"],
            created_at=BEGIN + timedelta(days=365),
            config_id="bench",
            versions=corpus.stage_files("versions", rows, seq=made["seq"]),
            decisions=corpus.stage_files("decisions", told, seq=made["seq"]),
            sketches=corpus.stage_sketches([sketch_table(versions, seq=made["seq"])], seq=made["seq"]),
        )
    )


def own_process(folder: str, name: str) -> None:
    subprocess.run([sys.executable, "-m", "benchmarks.release", "--release", folder, name], check=True)


def measure(folder: str, name: str) -> None:
    cpu, clock = time.process_time(), time.perf_counter()
    done = release(ReleaseRequest(folder, name), read(None, {}).settings)
    cpu, clock = time.process_time() - cpu, time.perf_counter() - clock
    # Not ru_maxrss, which a process inherits.
    peak = int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text("ascii"))[1]) / 1024
    size, rows = json.loads(done.to_json())["bytes"] / 1e6, done.counts.documents
    print(f"{rows:,} documents, {size:,.0f} MB: {clock:.1f} s, {cpu:.1f} s of CPU, {rows / cpu:,.0f} rows/CPU-s", end=", ")
    print(f"peak {peak:,.0f} MB")


def digests(corpus: Corpus, name: str) -> dict[str, str]:
    manifest = json.loads(corpus.bucket.get(keys.release_manifest(name)))
    return {file["path"]: file["sha256"] for file in manifest["files"] if file["path"].startswith("data/")}


if __name__ == "__main__":
    main()
