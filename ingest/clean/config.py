"""What users may set about cleaning."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CleanConfig:
    """How boldly text is cut."""

    threshold: float = 0.25
    """A block is cut where it is less sure than this to be the article's own, 0 to 1. Low is careful: more leftovers stay, less of an article is lost."""
    text_loss_share: float = 0.25
    """A document is flagged `text-loss` where less than this share of its full-sentence paragraphs was kept."""
