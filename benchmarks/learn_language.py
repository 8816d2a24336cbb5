"""Learns what langdetect lacks: profiles of languages that are to be refused, and the least share that a profile must know.

Written are ingest/language_profiles.json and ingest/language_minimums.json, the shares of trigrams that real texts have at least.

    python -m benchmarks.learn_language ../shared/bench/languages.jsonl.zst [--write] [--alone]

A profile is made by langdetect itself, of the train split's texts in a language that it has none for. The share of a language
lies below all its bodies of that split and, where there is room, above those of languages without a profile that langdetect's
own profiles take for it. Short texts scatter more: `--scatter` is chosen on their figures. `--alone` prints how
languages fare that nobody made a profile of: each with its own left out.
"""

import argparse
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import zstandard

from ingest import language, profiles
from ingest.profiles import ONLY_LANGUAGE, PROFILES, Refused, coverage, learned
from ingest.scripts import script_counts

MARGIN = 0.045
"""How far below it lies at least: a dozen texts don't show the lowest."""
ROOM = 0.09
"""How far below the lowest text of a language its minimum lies where no impostor comes near."""
SAME = {"nb": "no", "nn": "no", "bs": "hr", "ms": "id"}
KNOWN = {name for names in PROFILES.values() for name in names} | set(ONLY_LANGUAGE.values())
FOLDER = Path(__file__).parent.parent / "ingest"
MINIMUMS = FOLDER / "language_minimums.json"
PROFILE_FILE = FOLDER / profiles.REFUSED


def rows(path: Path, split: str) -> Iterator[dict[str, str]]:
    with path.open("rb") as file:
        for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8"):
            row = json.loads(line)
            if row["split"] == split:
                yield row


def refused(path: Path) -> Refused:
    """Script → profiles, in langdetect's form, of the languages that have none and share it with others."""
    texts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows(path, "train"):
        counts = script_counts(row["text"])
        script = max(counts, key=counts.__getitem__, default="")
        if SAME.get(row["lang"], row["lang"]) not in KNOWN and script in PROFILES:
            texts[script][row["lang"]].append(row["text"])
    return {script: [_profile(name, found) for name, found in sorted(of.items())] for script, of in sorted(texts.items())}


def _profile(name: str, texts: list[str]) -> dict[str, object]:
    made = learned(name, texts)
    return {"name": made.name, "n_words": made.n_words, "freq": dict(sorted(made.freq.items()))}


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


def figures(found: Iterable[dict[str, str]]) -> dict[str, float]:
    """Share right with a profile, and share mislabelled without one, by kind."""
    counted: dict[str, list[int]] = defaultdict(list)
    for row in found:
        got, want = language.detect(row["text"]).language, SAME.get(row["lang"], row["lang"])
        if want in KNOWN | {"ja", "zh"}:
            counted[f"{row['kind']} right"].append(got == want)
        else:
            counted[f"{row['kind']} mislabelled"].append(got not in ("und", row["lang"]))
    return {name: round(sum(found) / len(found), 4) for name, found in sorted(counted.items())}


def alone(path: Path, split: str) -> dict[str, dict[str, float]]:
    """The figures of each language that has a profile to be refused by, without it."""
    whole, found = profiles.refused(), {}
    for script, of in whole.items():
        for left_out in of:
            others = [profile for profile in of if profile is not left_out]
            _use({**whole, script: others})
            found[str(left_out["name"])] = figures(row for row in rows(path, split) if row["lang"] == left_out["name"])
    _use(whole)
    return found


def _use(told: Refused) -> None:
    """Judge by these profiles from now on."""
    profiles.table_of.cache_clear()
    vars(profiles)["refused"] = lambda: told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--scatter", type=float, default=1.6)
    parser.add_argument("--write", action="store_true", help="write the tables into the package")
    parser.add_argument("--alone", action="store_true", help="print too how each fares without its profile")
    options = parser.parse_args()
    if options.write:
        PROFILE_FILE.write_text(json.dumps(refused(options.data), ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
        MINIMUMS.write_text(json.dumps(learn(options.data, options.scatter), indent=1) + "\n", "utf-8")
    for split in ("train", "dev"):
        print(split, figures(rows(options.data, split)))
    if options.alone:
        print("alone", alone(options.data, "dev"))


if __name__ == "__main__":
    main()
