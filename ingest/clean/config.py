"""What users may set about cleaning."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from ingest.records import PageType, Reason

OperatingPoint = Literal["conservative", "balanced", "strict"]

POINTS: Mapping[OperatingPoint, tuple[float, float]] = {
    "conservative": (0.4, 0.45),
    "balanced": (0.5, 0.6),
    "strict": (0.7, 0.7),
}
"""Thresholds for plain text and for HTML, where markup leaves less doubt. Chosen on the development split."""
SHARE = re.compile(r"0|1|0?\.\d+|1\.0+|0\.\d+")


@dataclass(frozen=True, slots=True)
class CleanConfig:
    """How boldly text is cut."""

    operating_point: OperatingPoint = "conservative"
    """How much is cut where it is not sure: `conservative` rather keeps a promotion than loses words; `strict` the reverse."""
    threshold: float | None = None
    """A block is cut where it is less sure than this to be the article's own, 0 to 1; empty: the operating point's threshold."""
    html_threshold: float | None = None
    """The same for blocks of HTML pages, where markup leaves less doubt."""
    reason_thresholds: tuple[str, ...] = ()
    """Thresholds of single reasons, such as `["caption=0.1", "promotion=0.6"]`; at 0 only what is beyond doubt is cut for it."""
    text_loss_share: float = 0.9
    """A page is flagged `text-loss` where it keeps less than this share of the paragraphs that another extractor keeps, 0 to 1.

    At 0.9, 18 of 406 news pages of the development data are flagged: three of the five that lose over a tenth of their own lines.
    """

    page_types_rejected: tuple[str, ...] = ()
    """Kinds of HTML pages that do not enter the corpus, such as `["listing", "product"]`; empty: none is rejected.

    The kinds are article, live-blog, gallery, video, listing, product, forum, documentation, faq and profile.
    """

    def __post_init__(self) -> None:
        """Raises: ValueError, with a sentence for the user, where a threshold or a kind of page is none."""
        for entry in self.reason_thresholds:
            name, _, value = entry.partition("=")
            if name.strip() not in set(Reason) or not SHARE.fullmatch(value.strip()):
                raise ValueError(
                    f"clean.reason_thresholds: {entry!r} must be a reason and a share from 0 to 1, such as caption=0.1"
                )
        for kind in self.page_types_rejected:
            if kind not in get_args(PageType):
                raise ValueError(f"clean.page_types_rejected: {kind!r} is none of {', '.join(get_args(PageType))}")

    def limit(self, *, is_html: bool) -> float:
        """The threshold for a kind of page."""
        chosen = self.html_threshold if is_html else self.threshold
        return POINTS[self.operating_point][is_html] if chosen is None else chosen

    @property
    def by_reason(self) -> Mapping[Reason, float]:
        """The thresholds of single reasons."""
        pairs = (entry.partition("=") for entry in self.reason_thresholds)
        return {Reason(name.strip()): float(value) for name, _, value in pairs}
