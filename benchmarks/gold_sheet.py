"""Turns a file of the shipped gold set into a sheet that a person can read and edit, and back.

    python -m benchmarks.gold_sheet ingest/goldset/de.jsonl > sheet.txt
    python -m benchmarks.gold_sheet --write ingest/goldset/de.jsonl sheet.txt

A document begins with `=== id · lang · publisher · kind` (a page adds its file and URL); each line of it is `WHAT| text`, where
WHAT is K (own text), T (title), N (does not count), or the reason for which the line must go. Headlines and teasers of other
articles are `related-teaser+`, because they are another story's text; the headings above them are `related-teaser`. What goes
of a line that stays stands in ⟦reason:text⟧.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OTHERS = {"foreign-story", "related-teaser+"}
"""What is another story's text (S); the rest that goes is furniture (C)."""
PART = re.compile("⟦([a-z-]+):([^⟧]*)⟧")


def opened(record: dict[str, Any]) -> Iterator[str]:
    """The lines of a document's sheet."""
    head = [record["id"], record["lang"], record["publisher"], record["kind"]]
    yield "=== " + " · ".join(head + [record[name] for name in ("file", "url") if name in record])
    rows = zip(record["lines"], record["lab"], record["reasons"], strict=True)
    for index, (line, label, reason) in enumerate(rows):
        shown = line
        for place, start, end, why in reversed(record.get("parts", [])):
            if place == index:
                shown = f"{shown[:start]}⟦{why}:{shown[start:end]}⟧{shown[end:]}"
        what = label if reason is None else reason + "+" * (label == "S" and reason == "related-teaser")
        yield f"{what}| {shown}"
    yield ""


def closed(sheet: str) -> Iterator[dict[str, Any]]:
    """The documents of a sheet."""
    for text in re.split("^=== ", sheet, flags=re.MULTILINE)[1:]:
        head, *rows = [row for row in text.splitlines() if row.strip()]
        names = ("id", "lang", "publisher", "kind", "file", "url")
        record: dict[str, Any] = dict(zip(names, head.split(" · "), strict=False))
        record |= {"split": "dev", "neg": record["kind"] == "negative", "lab": "", "lines": [], "reasons": []}
        parts = []
        for index, row in enumerate(rows):
            what, _, line = row.partition("| ")
            while found := PART.search(line):
                parts.append([index, found.start(), found.start() + len(found[2]), found[1]])
                line = line[: found.start()] + found[2] + line[found.end() :]
            own = what in ("K", "T", "N")
            record["lab"] += what if own else "S" if what in OTHERS else "C"
            record["reasons"].append(None if own else what.removesuffix("+"))
            record["lines"].append(line)
        yield record | ({"parts": parts} if parts else {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="make the gold file from a sheet")
    parser.add_argument("gold", type=Path)
    parser.add_argument("sheet", type=Path, nargs="?")
    options = parser.parse_args()
    if options.write:
        sheet = options.sheet.read_text("utf-8") if options.sheet else sys.stdin.read()
        rows = [json.dumps(record, ensure_ascii=False) for record in closed(sheet)]
        options.gold.write_text("\n".join(rows) + "\n", "utf-8")
        return
    for row in options.gold.read_text("utf-8").splitlines():
        print("\n".join(opened(json.loads(row))))


if __name__ == "__main__":
    main()
