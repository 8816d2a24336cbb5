"""What users may set about cleaning."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CleanConfig:
    """How boldly text is cut."""

    threshold: float = 0.25
    """A block is cut where it is less sure than this to be the article's own, 0 to 1; low is careful."""
    html_threshold: float = 0.45
    """The same for blocks of HTML pages, where markup leaves less doubt."""
    text_loss_share: float = 0.9
    """A page is flagged `text-loss` where it keeps less than this share of the paragraphs that another extractor keeps, 0 to 1.

    At 0.9, 18 of 406 news pages of the development data are flagged: three of the five that lose over a tenth of their own lines.
    """
