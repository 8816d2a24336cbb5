"""Quality of duplicate search on simulated syndication of real articles, beside stock datasketch in the same run.

    python -m benchmarks.dedup_quality [--split train] [--seed 5] [--shared ../shared]

Wire copies get cut tails, new leads, local paragraphs, updated numbers and light edits; against them stand serial reports,
follow-ups that repeat background, and round-ups, as copies too. Prints ARI and pair precision, recall, F1.
"""

import argparse
import io
import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import zstandard
from datasketch import MinHashLSH

from ingest.dedup.shingles import shingle_hashes
from ingest.dedup.sketch import lean, sketch
from ingest.dedup.stories import cluster_documents

NUMBER = re.compile(r"\d+")
UNSPACED = {"ja", "zh", "th"}


@dataclass(frozen=True)
class Made:
    """One simulated document."""

    text: str
    story: int
    kind: str
    day: int


def articles(shared: Path, split: str) -> list[tuple[str, str]]:
    """Language and clean text of the development articles, each once."""
    splits = json.loads((shared / "bench/splits.json").read_text())
    pages = pq.read_table(shared / "bench/pages.parquet", columns=["publisher", "lang", "gold"]).to_pylist()
    found = {p["gold"][:80]: (p["lang"], p["gold"]) for p in pages if p["gold"] and splits.get(p["publisher"]) == split}
    for name in ("natural_1", "natural_2"):
        for row in read_lines(shared / f"bench/{name}.jsonl.zst"):
            text = "\n\n".join(line for line, label in zip(row["lines"], row["lab"], strict=True) if label == "K")
            if row["split"] == split:
                found.setdefault(text[:80], (row["lang"], text))
    return distinct((lang, text) for lang, text in found.values() if len(text) >= (350 if lang in UNSPACED else 900))


def distinct(texts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The texts without those of which a tenth stands in an earlier one: the sources overlap."""
    seen: set[int] = set()
    kept = []
    for lang, text in texts:
        hashes = set(shingle_hashes(text).tolist())
        if len(hashes & seen) < 0.1 * len(hashes):
            kept.append((lang, text))
            seen |= hashes
    return kept


def read_lines(path: Path) -> Iterator[dict]:
    """The rows of a compressed JSONL file."""
    with path.open("rb") as file:
        for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), "utf-8"):
            yield json.loads(line)


def paragraphs(text: str) -> list[str]:
    """Paragraphs of a text; sentences two by two where it has hardly any."""
    found = [p.strip() for p in text.split("\n") if p.strip()]
    if len(found) < 5:
        sentences = re.split(r"(?<=[.!?])\s+|(?<=[。！？])", text)
        found = [" ".join(sentences[i : i + 2]).strip() for i in range(0, len(sentences), 2)]
    return [p for p in found if p]


class Wire:
    """Makes documents of articles, all from one seed."""

    def __init__(self, texts: list[tuple[str, str]], seed: int) -> None:
        self.rng = random.Random(seed)
        self.rng.shuffle(texts)
        spare = len(texts) // 4
        self.fill = defaultdict(list)
        for lang, text in texts[:spare]:
            self.fill[lang].extend(p for p in paragraphs(text) if len(p) > 80)
        self.texts = texts[spare:]
        self.made: list[Made] = []
        self.stories = 0

    def filler(self, lang: str) -> str:
        """A paragraph of an article that is used for nothing else."""
        return self.rng.choice(self.fill.get(lang) or self.fill["en"])

    def add(self, parts: Iterable[str], kind: str, day: int, *, new: bool = True) -> None:
        """One more document, of a story of its own or of the last one."""
        self.stories += new
        self.made.append(Made("\n\n".join(parts), self.stories, kind, day))

    def renumber(self, text: str, share: float) -> str:
        """A text with that share of its numbers changed."""

        def other(found: re.Match[str]) -> str:
            n = len(found.group())
            return str(self.rng.randrange(10 ** (n - 1), 10**n)) if self.rng.random() < share else found.group()

        return NUMBER.sub(other, text)

    def edited(self, text: str, lang: str) -> str:
        """A text with a few words replaced or dropped."""
        words = list(text) if lang in UNSPACED else text.split(" ")
        others = list(self.filler(lang)) if lang in UNSPACED else self.filler(lang).split(" ")
        rate = self.rng.uniform(0.01, 0.06)
        kept = [self.rng.choice([self.rng.choice(others), ""]) if self.rng.random() < rate else word for word in words]
        return ("" if lang in UNSPACED else " ").join(kept)

    def copy(self, parts: list[str], lang: str) -> tuple[list[str], str]:
        """A syndicated copy, and what was done to it."""
        rng, parts = self.rng, list(parts)
        done = "".join(
            name for name, chance in (("T", 0.4), ("H", 0.3), ("L", 0.35), ("U", 0.2), ("E", 0.25)) if rng.random() < chance
        )
        if "T" in done:
            parts = parts[: max(2, int(len(parts) * rng.uniform(0.3, 0.85)))]
        if "H" in done:
            parts[0] = self.filler(lang)
        if "L" in done:
            parts.insert(rng.randrange(1, len(parts) + 1), self.filler(lang))
        if "U" in done:
            parts = [self.renumber(p, 0.15) for p in parts]
        if "E" in done:
            parts = [self.edited(p, lang) for p in parts]
        return parts, done

    def make(self) -> list[Made]:
        """All documents, shuffled."""
        for lang, text in self.texts:
            parts, day, kind = paragraphs(text), self.rng.randrange(300), self.rng.random()
            if kind < 0.5:
                self.syndicate(parts, lang, day)
            elif kind < 0.65:
                self.serial(parts, lang, day)
            elif kind < 0.8:
                self.follow(parts, lang, day)
            else:
                self.add(parts, "single", day)
        self.round_ups()
        self.rng.shuffle(self.made)
        return self.made

    def syndicate(self, parts: list[str], lang: str, day: int) -> None:
        """One story in some copies."""
        self.add(parts, "original", day)
        for _ in range(min(9, 1 + int(self.rng.expovariate(0.5)))):
            copied, done = self.copy(parts, lang)
            self.add(copied, f"copy:{done}", day + self.rng.choice([0, 0, 0, 1, 1, 2]), new=False)

    def serial(self, parts: list[str], lang: str, day: int) -> None:
        """A report that comes again with other numbers; only where it has some."""
        if len(NUMBER.findall("\n".join(parts))) < 8:
            self.add(parts, "single", day)
            return
        for issue in range(self.rng.randint(2, 4)):
            own = [self.filler(lang) if self.rng.random() < 0.2 else self.renumber(p, 0.9) for p in parts]
            self.add(own, "serial", day + issue * self.rng.choice([1, 7, 30]))

    def follow(self, parts: list[str], lang: str, day: int) -> None:
        """A later story that repeats the end of an earlier one as 30 to 45 % of its own text."""
        self.add(parts, "followed", day)
        background = parts[-max(1, len(parts) // 4) :]
        size, fresh = sum(map(len, background)), []
        while sum(map(len, fresh)) < size * self.rng.uniform(1.3, 2.2):
            fresh.append(self.filler(lang))
        self.add([*fresh, *background], "follow-up", day + self.rng.randint(0, 2))

    def round_ups(self) -> None:
        """Pages that hold three to five syndicated stories whole or by their beginnings, half of them copied once."""
        originals = [m for m in self.made if m.kind == "original"]
        self.rng.shuffle(originals)
        for _ in range(len(originals) // 12):
            chosen = [originals.pop() for _ in range(min(len(originals), self.rng.randint(3, 5)))]
            share = self.rng.choice([1.0, 1.0, 0.6])
            stories = [m.text.split("\n\n") for m in chosen]
            texts = [p for own in stories for p in own[: max(2, int(len(own) * share))]]
            day = max(m.day for m in chosen)
            self.add(texts, "round-up", day)
            if self.rng.random() < 0.5:
                self.add(texts[:-1], "round-up", day, new=False)


def pair_scores(gold: list[int], found: list[object]) -> dict[str, float]:
    """ARI and pair precision, recall, F1 of clusters."""

    def pairs(labels: Iterable[object]) -> int:
        return sum(n * (n - 1) // 2 for n in Counter(labels).values())

    both, true, told = pairs(zip(gold, found, strict=True)), pairs(gold), pairs(found)
    expected = true * told / (len(gold) * (len(gold) - 1) / 2)
    p, r = both / max(1, told), both / max(1, true)
    ari = (both - expected) / ((true + told) / 2 - expected)
    return {"ARI": ari, "P": p, "R": r, "F1": 2 * p * r / max(1e-9, p + r)}


def stock(documents: list[dict]) -> dict[str, str]:
    """Clusters of stock datasketch: whatever LSH at .7 returns, unverified."""
    lsh, parents = MinHashLSH(threshold=0.7, num_perm=128), {d["id"]: d["id"] for d in documents}

    def root(one: str) -> str:
        while parents[one] != one:
            one = parents[one]
        return one

    for document in documents:
        minhash = lean(sketch(document["text"]))
        for other in lsh.query(minhash):
            parents[root(other)] = root(document["id"])
        lsh.insert(document["id"], minhash)
    return {one: root(one) for one in parents}


def errors(made: list[Made], found: list[object]) -> Counter:
    """Wrong pairs by the kinds of their documents."""
    wrong: Counter = Counter()
    for i, a in enumerate(made):
        for j in range(i):
            b = made[j]
            if (a.story == b.story) != (found[i] == found[j]):
                name = "missed" if a.story == b.story else "joined"
                wrong[(name, *sorted((a.kind, b.kind)))] += 1
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--split", default="train")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--errors", action="store_true")
    options = parser.parse_args()
    made = Wire(articles(options.shared, options.split), options.seed).make()
    start = date(2024, 1, 1)
    documents = [
        {"id": f"d{i:05}", "text": m.text, "published_at": (start + timedelta(days=m.day)).isoformat()}
        for i, m in enumerate(made)
    ]
    gold = [m.story for m in made]
    print(f"{len(made)} documents, {len(set(gold))} stories, {dict(Counter(m.kind.split(':')[0] for m in made))}")
    for name, clusters in (("winnow", cluster_documents), ("datasketch .7", stock)):
        began = time.process_time()
        found = clusters(documents)
        spent = time.process_time() - began
        labels = [found[d["id"]] for d in documents]
        scores = "  ".join(f"{key} {value:.3f}" for key, value in pair_scores(gold, labels).items())
        print(f"{name:14} {scores}  {len(documents) / spent:.0f} documents/CPU-s")
        if options.errors and name == "winnow":
            for what, n in errors(made, labels).most_common(25):
                print("  ", n, *what)


if __name__ == "__main__":
    main()
