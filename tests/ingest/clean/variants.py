"""Variants of golden documents: other outlets, separators, promotions, and other stories beneath, with what must come out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

STORIES = json.loads(Path(__file__).with_name("stories.json").read_text("utf-8"))
"""Invented stories that stand beneath an article which they have nothing to do with."""

OUTLETS = (
    "Harbour Gazette",
    "The Northern Ledger",
    "Daily Lantern",
    "Isthmus Post",
    "Weser Kurierblatt",
    "Beacon Times",
    "Coastline Today",
    "Valley Courier",
)
HEADINGS = (
    "Related Articles",
    "Related Stories",
    "You may also like",
    "More from {outlet}",
    "Recommended for you",
    "Latest news",
    "Most read",
    "Read also",
    "Also in {outlet}",
    "Elsewhere on this site",
)
AGES = ("{n} minutes ago", "{n} hours ago", "{n} hrs ago", "{n} days ago", "Yesterday", "{n} min")
PROMOTIONS = (
    "Join {outlet}'s Telegram channel and get the latest breaking news delivered to you.",
    "Sign up for our newsletter and never miss a story from {outlet}.",
    "Download the {outlet} app for news alerts.",
    "Follow our WhatsApp channel for breaking news.",
)
COMMENTS = (("Comments", "No comments yet..."), ("Comments (0)", "Be the first to comment"), ())
KICKERS = ("{outlet}|{age}|- {outlet}", "{outlet}|{age}", "{age}", "- {outlet}|{age}", "By {outlet} staff|{age}", "")


@dataclass(frozen=True)
class Variant:
    """One document and what must come out."""

    name: str
    lines: tuple[str, ...]
    title: str | None
    text: str
    foreign: frozenset[int]
    """Lines whose reason must be foreign-story."""


def variants(rows: Sequence[Mapping[str, Any]], count: int, seed: int) -> Iterator[Variant]:
    """`count` variants of the golden rows in turn, always the same for one seed."""
    random = Random(seed)
    for number in range(count):
        row = rows[number % len(rows)]
        yield _variant(f"{row['file']}#{number}", row, random)


def _variant(name: str, row: Mapping[str, Any], random: Random) -> Variant:
    own = _own_part(row["blocks"])
    lines = [block["line"] for block in own]
    outlet = random.choice(OUTLETS)
    if random.random() < 0.7:
        lines.append(random.choice(PROMOTIONS).format(outlet=outlet))
    lines += random.choice(COMMENTS)
    if random.random() < 0.85:
        lines.append(random.choice(HEADINGS).format(outlet=outlet))
    foreign: list[int] = []
    kicker = random.choice(KICKERS if len(lines) > len(own) else KICKERS[:3])
    for story in random.sample(STORIES, random.randint(1, 5)):
        told = _told(story, outlet, kicker, random)
        foreign += range(len(lines), len(lines) + len(told))
        lines += told
    return Variant(name, tuple(lines), row["title"], row["text"], frozenset(foreign))


def _own_part(blocks: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The blocks up to the last that is kept, and the furniture above it."""
    last = max(index for index, block in enumerate(blocks) if "kept" in block)
    return list(blocks[: last + 1])


def _told(story: Mapping[str, Any], outlet: str, kicker: str, random: Random) -> list[str]:
    """A story with its outlet, age and headline, in one paragraph or in several."""
    age = random.choice(AGES).format(n=random.randint(2, 23))
    above = [part for part in kicker.format(outlet=outlet, age=age).split("|") if part]
    paragraphs = [" ".join(story["paragraphs"])] if random.random() < 0.5 else list(story["paragraphs"])
    return [*above, story["headline"], *paragraphs]
