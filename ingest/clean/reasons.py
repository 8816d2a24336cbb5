"""Which reason a person would give for a cut: by the line's cues, else by the part of the page that it stands in."""

# ruff: noqa: E501 (one pattern a line)

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.clean.agencies import AGENCIES
from ingest.clean.lines import SENTENCE_END, Line
from ingest.clean.outline import Outline
from ingest.clean.telling import told
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
OF_PICTURES = frozenset({"caption", "credit_tail"})
DESCRIBED = 5
"""A picture's line that says no more words than its maker's name and his agency's is a credit, not a caption."""
AGENCY_ALONE = re.compile(rf"[\W_]*(?:{AGENCIES})(?:[\W_]+(?:[\w.]+|{AGENCIES})){{0,3}}[\W_]*\Z", re.IGNORECASE)
SURE_IN_STORY = frozenset({Reason.LEGAL, Reason.COOKIE_NOTICE, Reason.TRANSLATION_NOTICE, Reason.PAYWALL})
"""What the words of a paragraph may say that is as wide as STORY_WIDTH."""
SURE_IN_LINE = frozenset({Reason.COMMENTS, Reason.TIMESTAMP, Reason.TAGS, Reason.LIVE_BLOG, Reason.MARKUP_JUNK})
"""What only a line's words may say, never a paragraph's."""
CLOCK = re.compile(r"\W*\d{1,2}[:.h]\d{2}\s?(?:uhr|h|[ap]\.?m\.?|bst|gmt|et|cet)?\W*\Z", re.IGNORECASE)
MAX_CONTROL, MAX_BIO_HEADING = 70, 40
"""A wider line is no control of a live blog, and no heading above a biography."""
MIN_CLOCKS = 3
"""So many hours alone in a line are the markers of a live blog."""
MIN_SENTENCE_WIDTH, MIN_SENTENCE_WORDS, MIN_SENTENCES, MIN_BRIEF = 35, 7, 2, 140
NAME_WORDS, NAME_LINES = (2, 4), 4
"""Words of a bare name, and how close below the headline it must stand."""


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
        if doubt.cut[index]:
            found.append(_reason(doubt, index, zone, seen))
            zone = _zone(line, zone)
            continue
        found.append(None)
        if line.dense:
            zone = None
            seen.add(line.key)
    return _foreign(doubt, _pictured(doubt, _clocked(doubt, found)))


def _zone(line: Line, zone: Reason | None) -> Reason | None:
    """What the lines after this one stand under; nothing stands in an empty comment box."""
    if "comments" in line.cues and EMPTY_BOX.search(line.text):
        return None
    if line.width <= MAX_HEADING and "nav" not in line.cues:
        return next((reason for cue, reason in ZONES.items() if cue in line.cues), zone)
    return zone


def _reason(doubt: Doubt, index: int, zone: Reason | None, seen: set[str]) -> Reason:
    page, line = doubt.page, doubt.page.lines[index]
    if page.headline and line.text.casefold() == page.headline.casefold():
        return Reason.HEADLINE_REPEAT
    if line.dense and line.key in seen:
        return Reason.DUPLICATE_PARAGRAPH
    return reason_by_words(line) or reason_by_cue(line) or _reason_by_place(doubt, index, zone)


def reason_by_words(line: Line) -> Reason | None:
    """The reason that words give which say nothing else; weaker cues come after them."""
    if line.dense:
        return next((reason for reason in told(line.text) if _may_say(line, reason)), None)
    if line.cues & OF_PICTURES or AGENCY_ALONE.match(line.text):
        return Reason.CREDIT if len(line.tokens) <= DESCRIBED or AGENCY_ALONE.match(line.text) else Reason.CAPTION
    if "nav" in line.cues:
        return None
    return next((reason for reason in told(line.text) if _is_so_short(line, reason)), None)


def _is_so_short(line: Line, reason: Reason) -> bool:
    """Whether a line that is no paragraph is not rather a headline with such words."""
    if reason is Reason.LIVE_BLOG:
        return line.width <= MAX_CONTROL
    return reason is not Reason.AUTHOR_BIO or line.ends or line.width <= MAX_BIO_HEADING


def _may_say(line: Line, reason: Reason) -> bool:
    return reason in SURE_IN_STORY if line.width >= STORY_WIDTH else reason not in SURE_IN_LINE


def reason_by_cue(line: Line) -> Reason | None:
    """The reason that the line's own words hint at."""
    if line.cues & {"share", "subscribe"} and SOCIAL.search(line.text) and not LISTED.search(line.text):
        return Reason.SHARE
    known = (IN_STORY if line.width >= STORY_WIDTH else IN_PROSE) if line.dense else line.cues
    telling = line.cues & known
    return next((reason for cue, reason in BY_CUE if cue in telling), None)


def _reason_by_place(doubt: Doubt, index: int, zone: Reason | None) -> Reason:
    page, line = doubt.page, doubt.page.lines[index]
    if zone is Reason.COMMENTS or (zone is Reason.TAGS and line.width <= MAX_TAG):
        return zone
    if line.dense or (zone is None and _is_sentence(line)):
        return Reason.FOREIGN_STORY if _tells_story(doubt, index, zone) else Reason.RELATED_TEASER
    if "date" in line.cues and line.width <= MAX_HEADING:
        return Reason.TIMESTAMP
    if zone is None and _is_name(page, index):
        return Reason.BYLINE
    in_menu = "pipe" in line.cues and index < page.lead[0]
    is_headline = line.width >= HEADLINE_WIDTH and len(line.vector) >= HEADLINE_WORDS
    return Reason.RELATED_TEASER if not in_menu and (zone is Reason.RELATED_TEASER or is_headline) else Reason.NAVIGATION


def _is_sentence(line: Line) -> bool:
    return line.cues <= SPOKEN and line.ends and line.width >= MIN_SENTENCE_WIDTH and len(line.tokens) >= MIN_SENTENCE_WORDS


def _is_name(page: Outline, index: int) -> bool:
    """Whether a line between headline and lead is nothing but two to four words with capitals."""
    if page.title is None or not page.title < index <= min(page.title + NAME_LINES, page.lead[0] - 1):
        return False
    tokens, text = page.lines[index].tokens, page.lines[index].text
    if not text.replace(" ", "").replace("-", "").replace(".", "").isalpha():
        return False
    return NAME_WORDS[0] <= len(tokens) <= NAME_WORDS[1] and all(token.istitle() for token in tokens)


def _tells_story(doubt: Doubt, index: int, zone: Reason | None) -> bool:
    """Whether what goes together with this paragraph is long enough for a story; under no heading, two sentences are."""
    run = _run(doubt, index)
    if _is_wide(run):
        return True
    is_brief = sum(line.width for line in run) < MIN_BRIEF
    return zone is None and not is_brief and sum(len(SENTENCE_END.findall(line.text)) for line in run) >= MIN_SENTENCES


def _is_wide(run: Sequence[Line]) -> bool:
    return sum(line.width for line in run) >= STORY_WIDTH


def _run(doubt: Doubt, index: int) -> Sequence[Line]:
    """The paragraphs and sentences that go together with one."""
    lines = doubt.page.lines
    first = last = index
    while first > 0 and doubt.cut[first - 1] and _runs_on(lines[first - 1]):
        first -= 1
    while last + 1 < len(lines) and doubt.cut[last + 1] and _runs_on(lines[last + 1]) and last - first < MAX_TOGETHER:
        last += 1
    return lines[first : last + 1]


def _runs_on(line: Line) -> bool:
    return line.dense or _is_sentence(line)


def _clocked(doubt: Doubt, found: list[Reason | None]) -> list[Reason | None]:
    """The reasons with hours alone in a line, where a live blog has several, counted to it."""
    clocks = [
        index for index, reason in enumerate(found) if reason is Reason.TIMESTAMP and CLOCK.match(doubt.page.lines[index].text)
    ]
    if len(clocks) >= MIN_CLOCKS and Reason.LIVE_BLOG in found:
        for index in clocks:
            found[index] = Reason.LIVE_BLOG
    return found


def _pictured(doubt: Doubt, found: list[Reason | None]) -> list[Reason | None]:
    """The reasons with what stands right above a picture's credit, and has no telling words, as its caption."""
    for index in range(1, len(found)):
        above, line = doubt.page.lines[index - 1], doubt.page.lines[index]
        is_credit = found[index] is Reason.CREDIT and bool(line.cues & OF_PICTURES)
        if is_credit and found[index - 1] in UNSURE and not above.cues - SPOKEN and len(above.tokens) > DESCRIBED:
            found[index - 1] = Reason.CAPTION
    return found


UNSURE = frozenset({Reason.NAVIGATION, Reason.RELATED_TEASER, Reason.FOREIGN_STORY})
"""Reasons that a line has for want of others."""
SPOKEN = frozenset({"date", "url", "dateline", "wire_end", "credit_tail"})


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
KICKER_LINES, BRIEF_KICKERS = 6, 2
"""So many lines above another story's first paragraph may belong to it, and above one of a few sentences."""


def _foreign(doubt: Doubt, found: list[Reason | None]) -> list[Reason | None]:
    """The reasons with the kickers and headlines of other stories counted to them."""
    for start in [index for index, reason in enumerate(found) if reason is Reason.FOREIGN_STORY]:
        reach = KICKER_LINES if _is_wide(_run(doubt, start)) else BRIEF_KICKERS
        for index in range(start - 1, max(-1, start - 1 - reach), -1):
            if not _is_kicker(doubt, found, index):
                break
            found[index] = Reason.FOREIGN_STORY
    return found


def _is_kicker(doubt: Doubt, found: Sequence[Reason | None], index: int) -> bool:
    line = doubt.page.lines[index]
    if found[index] is None or found[index] is Reason.FOREIGN_STORY or line.dense:
        return False
    return not line.cues - KICKER_CUES and found[index] is not Reason.COMMENTS
