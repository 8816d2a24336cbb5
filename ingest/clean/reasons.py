"""Which reason a person would give for a cut: by the line's cues, else by the part of the page that it stands in."""

# ruff: noqa: E501 (one pattern a line)

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.clean.lines import Line
from ingest.clean.outline import Outline
from ingest.records import Reason

SOCIAL = re.compile(
    r"\b(?:(?:follow|join|find|like|connect with) (?:us|me|our \w+) (?:on|in)\b|folgen sie uns|suivez[- ]nous|síguenos|seguici|siga[- ]nos|följ oss|volg ons)",
    re.IGNORECASE,
)
"""An invitation to an outlet's pages in social media; to its newsletter or channel it would be a promotion."""
LISTED = re.compile(r"\b(?:newsletters?|channels?|kanal|canal|inbox|alerts?|app)\b", re.IGNORECASE)

BY_CUE: tuple[tuple[str, Reason], ...] = (
    ("junk", Reason.MARKUP_JUNK),
    ("translation", Reason.TRANSLATION_NOTICE),
    ("ad", Reason.ADVERTISEMENT),
    ("legal", Reason.LEGAL),
    ("cookie", Reason.COOKIE_NOTICE),
    ("paywall", Reason.PAYWALL),
    ("comments", Reason.COMMENTS),
    ("tags", Reason.TAGS),
    ("nav", Reason.NAVIGATION),
    ("caption", Reason.CAPTION),
    ("credit_tail", Reason.CAPTION),
    ("subscribe", Reason.PROMOTION),
    ("feedback", Reason.PROMOTION),
    ("inline", Reason.RELATED_TEASER),
    ("related", Reason.RELATED_TEASER),
    ("bio", Reason.AUTHOR_BIO),
    ("byline", Reason.BYLINE),
    ("age", Reason.TIMESTAMP),
    ("timestamp", Reason.TIMESTAMP),
    ("stamp_only", Reason.TIMESTAMP),
    ("credit", Reason.CREDIT),
    ("share", Reason.SHARE),
    ("live", Reason.LIVE_BLOG),
    ("hash", Reason.TAGS),
)
"""Cues from the most to the least telling; the first that a line shows names its reason."""
IN_PROSE = frozenset({"translation", "legal", "cookie", "paywall", "caption", "credit_tail", "subscribe", "feedback", "bio"})
"""Cues that may speak for a whole paragraph."""
IN_STORY = frozenset({"legal", "cookie"})
"""Cues that may speak for a paragraph as wide as STORY_WIDTH."""
STORY_WIDTH, MAX_TOGETHER = 280, 10
"""Paragraphs in a row that are together so wide tell a story; less is a teaser."""
EMPTY_BOX = re.compile(
    r"\bno comments|\(0\)|\b0 comments|be the first|noch keine|keine kommentare|aucun commentaire|soyez le premier|sin comentarios|no hay comentarios|sé el primero|sem comentários|"
    r"nenhum comentário|nessun commento|нет комментариев|комментариев нет|ingen kommentar|inga kommentar|nog geen reacties|brak komentarzy|henüz yorum|belum ada|まだ(?:コメント|ありません)|댓글이 없|没有评论|لا توجد تعليقات",
    re.IGNORECASE,
)
ZONES = {"related": Reason.RELATED_TEASER, "inline": Reason.RELATED_TEASER, "comments": Reason.COMMENTS, "tags": Reason.TAGS}
"""What a heading says of the lines under it."""
MAX_HEADING, MAX_TAG = 60, 40
HEADLINE_WIDTH, HEADLINE_WORDS = 24, 4


@dataclass(frozen=True, slots=True)
class Doubt:
    """Which lines of a page go."""

    page: Outline
    cut: Sequence[bool]
    """Whether each line is cut."""


def reasons_of(doubt: Doubt) -> list[Reason | None]:
    """A reason for each line that is cut, null for the others."""
    found: list[Reason | None] = []
    zone: Reason | None = None
    seen: set[str] = set()
    for index, line in enumerate(doubt.page.lines):
        if not doubt.cut[index]:
            zone = None if line.dense else zone
            found.append(None)
        else:
            found.append(_reason(doubt.page, index, zone, seen))
            zone = _zone(line, zone)
        if line.dense:
            seen.add(line.key)
    return _foreign(doubt, found)


def _zone(line: Line, zone: Reason | None) -> Reason | None:
    """What the lines after this one stand under; nothing stands in an empty comment box."""
    if "comments" in line.cues and EMPTY_BOX.search(line.text):
        return None
    if line.width <= MAX_HEADING and "nav" not in line.cues:
        return next((reason for cue, reason in ZONES.items() if cue in line.cues), zone)
    return zone


def _reason(page: Outline, index: int, zone: Reason | None, seen: set[str]) -> Reason:
    line = page.lines[index]
    if page.headline and line.text.casefold() == page.headline.casefold():
        return Reason.HEADLINE_REPEAT
    if line.dense and line.key in seen:
        return Reason.DUPLICATE_PARAGRAPH
    by_cue = reason_by_cue(line)
    if by_cue is not None:
        return by_cue
    return _reason_by_place(page, index, zone)


def reason_by_cue(line: Line) -> Reason | None:
    """The reason that the line's own words give."""
    if line.cues & {"share", "subscribe"} and SOCIAL.search(line.text) and not LISTED.search(line.text):
        return Reason.SHARE
    known = (IN_STORY if line.width >= STORY_WIDTH else IN_PROSE) if line.dense else line.cues
    telling = line.cues & known
    return next((reason for cue, reason in BY_CUE if cue in telling), None)


def _reason_by_place(page: Outline, index: int, zone: Reason | None) -> Reason:
    line = page.lines[index]
    if zone is Reason.COMMENTS or (zone is Reason.TAGS and line.width <= MAX_TAG):
        return zone
    if line.dense:
        return Reason.FOREIGN_STORY if _tells_story(page, index) else Reason.RELATED_TEASER
    if "date" in line.cues and line.width <= MAX_HEADING:
        return Reason.TIMESTAMP
    in_menu = "pipe" in line.cues and index < page.lead[0]
    is_headline = line.width >= HEADLINE_WIDTH and len(line.vector) >= HEADLINE_WORDS
    return Reason.RELATED_TEASER if not in_menu and (zone is Reason.RELATED_TEASER or is_headline) else Reason.NAVIGATION


def _tells_story(page: Outline, index: int) -> bool:
    """Whether the paragraphs that stand together with this one are long enough for a story."""
    first = last = index
    while first > 0 and page.lines[first - 1].dense:
        first -= 1
    while last + 1 < len(page.lines) and page.lines[last + 1].dense and last - first < MAX_TOGETHER:
        last += 1
    return sum(line.width for line in page.lines[first : last + 1]) >= STORY_WIDTH


KICKER_CUES = frozenset(
    {
        "age",
        "date",
        "stamp_only",
        "timestamp",
        "byline",
        "caption",
        "credit_tail",
        "credit",
        "dateline",
        "wire_end",
        "live",
        "pipe",
        "share",
        "hash",
        "bio",
    }
)
"""Cues of the lines that belong to a story: its outlet, age, byline, picture."""
KICKER_LINES = 6
"""So many lines above another story's first paragraph may belong to it."""


def _foreign(doubt: Doubt, found: list[Reason | None]) -> list[Reason | None]:
    """The reasons with the kickers and headlines of other stories counted to them."""
    for start in [index for index, reason in enumerate(found) if reason is Reason.FOREIGN_STORY]:
        for index in range(start - 1, max(-1, start - 1 - KICKER_LINES), -1):
            if not _is_kicker(doubt, found, index):
                break
            found[index] = Reason.FOREIGN_STORY
    return found


def _is_kicker(doubt: Doubt, found: Sequence[Reason | None], index: int) -> bool:
    line = doubt.page.lines[index]
    if found[index] is None or found[index] is Reason.FOREIGN_STORY or line.dense:
        return False
    return not line.cues - KICKER_CUES and found[index] is not Reason.COMMENTS
