"""Gold data: hand-checked pages, lines and texts that cleaning is scored against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from ingest.records import Reason

Task = Literal["seeds", "text", "story", "natural", "pages", "metadata", "language"]
TASKS: tuple[Task, ...] = get_args(Task)

GROUPS = ("lang", "style", "kind", "place", "neg", "publisher", "page_type", "set")
"""Fields of a record by which scores can be told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """What all gold documents have."""

    id: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)
    """Name of `GROUPS` → the document's group."""


@dataclass(frozen=True, slots=True)
class PartGold:
    """A piece of an own line that must go."""

    line: int
    start: int
    end: int
    """Half-open, in code points of the line."""
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesGold(Gold):
    """A plain-text document with a label per line."""

    lines: list[str]
    labels: str
    """One letter per line: K own; D, S (another story), C (furniture) drop; T title; N, U not scored."""
    reasons: tuple[Reason | None, ...] = ()
    """Why each line goes, null where it stays; empty where the gold data do not say."""
    parts: tuple[PartGold, ...] = ()
    """What goes of lines that stay; in order."""
    negative: bool = False
    """Whether nothing of it may be cut as another story."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageGold(Gold):
    """An HTML page with its main text."""

    html: bytes
    url: str
    text: str
    titles: list[str]
    """Spellings of its title, which count neither for nor against."""
    marked: LinesGold | None = None
    """The blocks that it shows, with a label each; null where only its text is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataGold(Gold):
    """An HTML page with its title, authors and date; what is empty is not scored."""

    html: bytes
    url: str
    title: str | None
    authors: list[str]
    date: str | None
    """`YYYY-MM-DD`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageGold(Gold):
    """A text and its language."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class SeedBlock:
    """One block of a seed and what must become of it."""

    line: str
    is_title: bool
    kept: str
    cut: str | None
    """The reason of what is cut from it; null where nothing is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedGold(Gold):
    """A raw text file with the exact result of cleaning it."""

    name: str
    body: bytes
    title: str | None
    text: str
    language: str
    blocks: tuple[SeedBlock, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which gold documents are wanted."""

    split: str = "dev"
    """`train`, `dev` or `all`; a document of no split belongs to every one."""
    all_types: bool = False
    """Whether pages that are no news articles count."""
