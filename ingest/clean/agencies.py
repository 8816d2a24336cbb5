"""Agency credits at the end of a paragraph."""

# ruff: noqa: E501 (one pattern a line)

import re
from functools import lru_cache

from ingest.clean.lines import MAX_REMEMBERED, REMEMBERED
from ingest.records import Cut, Reason

AGENCIES = (
    r"reuters|afp|ap|associated press|dpa|apa|sda|ansa|efe|pti|ani|ians|xinhua|tass|interfax|kna|epd|ots|sid|dts|belga|anp|ntb|tt|ritzau|stt|pap|čtk|tasr|mti|"
    r"agerpres|lusa|upi|kyodo|jiji|antara|bernama|yonhap|bloomberg|cnn|bbc|nytimes|new york times|washington post|guardian|rfi|wam|spa|mena|anadolu|aa|cna|"
    r"nan|gna|nampa|kuna|wafa|irna|isna|tanjug|hina|bta|bss|unb|pna|vna|cnw|adnkronos|agi|askanews|lapresse|europa press|agência brasil|télam|notimex|ukrinform|unian|"
    r"agencies|agenturen|agences|agencias|agências|agenzie|тасс|риа новости|интерфакс|укрінформ|агентства|апе|απε[- ]μπε|αμπε|رويترز|أ ف ب|أ\.ف\.ب|د ب أ|وكالات|الأناضول|واس|وام|ایسنا|ایرنا|पीटीआई|एजेंसी|"
    r"共同|時事|ロイター|新华社|新華社|中新社|中央社|连线|연합뉴스|뉴시스|뉴스1"
)
OUTLET = re.compile(
    rf"\b(?:{AGENCIES}|NEWS|PRESS|WIRES?|NEWSWIRE|NETWORK|AGENCY|AGENCE|AGENCIA|AGENTUR|BUREAU|MEDIA|SERVICES?|DESK|CORRESPONDENTS?|REPORTERS?|POST|TIMES|HERALD|GAZETTE|LEDGER|TRIBUNE|CHRONICLE|COURIER|JOURNAL)\b",
    re.IGNORECASE,
)
"""What a run of capitals must hold to be a credit, if it has no bar: "9 p.m. ET" is an hour, "— N. N. BELL" who is quoted."""
BARE = re.compile(
    r"(?<=[.!?”\"’'»)\]…])\s+[-–—/]*\s?(?P<credit>[A-Z][A-Z&.'’-]+(?:[ /,]+(?:[A-Z][A-Z&.'’-]+|AND|WITH))*(?:/[A-Z][\w .-]{1,20})?)\s*\.?\Z"
)
"""Capitals alone after the last sentence: `… he said. CITY PRESS/NORTH NEWS NETWORK`."""
BRACKETED = re.compile(
    rf"(?<=[.!?”\"’'»\]…。！？」』।؟])\s*[-–—]*\s?(?P<credit>[(\[（［【](?:[^()\[\]（）【】]{{0,30}}[/,;+&\s=＝・-])?(?:{AGENCIES})(?:[/,;+&\s=＝・-][^()\[\]（）【】]{{0,30}})?[)\]）］】])\s*\.?\Z",
    re.IGNORECASE,
)
WITHIN = re.compile(rf"(?P<credit>[(（](?:[A-Z]{{2,6}}[=＝])?(?:{AGENCIES})[)）])[。.]\Z", re.IGNORECASE)
"""In front of the last full stop, as Japanese papers set it: only the brackets go."""
NAMED = re.compile(
    r"(?<=[.!?”\"’'»\]…])\s*(?P<credit>\((?:(?:[A-Z][\w.&'’-]*[ /-]){1,3}(?:Wire|Newswire|News|Agency|Press|Service|Network|Bureau|Media)"
    r"|(?!sic\))[a-z]{2,4}(?:/[a-z]{2,4}){0,3})\))\s*\.?\Z"
)
"""An outlet that says of itself that it is one, or its writers' initials: `(Harbour Wire)`, `(kd/sw)`, `(mz)`."""
SIGNED = re.compile(
    r"(?<=[.!?”\"’'»…。！？」』])\s*(?P<credit>[(（【\[［](?:(?:责任|責任)?(?:编辑|編輯)|记者|記者|整理|来源|來源|出处)\s?[:：]?\s?[^()（）\[\]【】]{2,20}[)）】\]］])\s*\Z"
)
"""Who wrote, edited or first published a text in Chinese: `（责任编辑：…）`, `（来源：…）`."""
SOURCES = re.compile(r"来源|來源|出处")
DASHED = re.compile(
    rf"(?<=[.!?”\"’'»)\]…])\s*(?P<credit>[-–—/]{{1,2}}\s?(?:with (?:inputs|files|reporting) from |with )?(?:[A-Za-z.]{{2,20}}[/ ,&]+)?(?:{AGENCIES})(?:[/ ,&]+[A-Za-z.]{{2,20}})?)\s*\.?\Z",
    re.IGNORECASE,
)
MAX_CREDIT = 60
"""Longer runs of capitals are shouting, not a credit."""


def trailing_credit(text: str) -> Cut | None:
    """The credit at the end of a paragraph, or null: behind its last sentence, in capitals, brackets or after a dash."""
    return _credit_of(text) if len(text) <= MAX_REMEMBERED else _credit_of.__wrapped__(text)


@lru_cache(maxsize=REMEMBERED)
def _credit_of(text: str) -> Cut | None:
    tail = max(0, len(text) - MAX_CREDIT - 20)
    for pattern, score in ((BRACKETED, 0.95), (NAMED, 0.9), (SIGNED, 0.9), (DASHED, 0.95), (BARE, 0.9), (WITHIN, 0.95)):
        match = pattern.search(text, tail)
        if match and match.start("credit") > 0 and len(match["credit"]) <= MAX_CREDIT and _names(match["credit"], pattern):
            reason = Reason.BYLINE if pattern is SIGNED and not SOURCES.search(match["credit"]) else Reason.CREDIT
            return Cut(match.start("credit"), match.end("credit") if pattern is WITHIN else len(text), reason, score)
    return None


def _names(credit: str, pattern: re.Pattern[str]) -> bool:
    """Whether the credit has a name of at least two letters, one in capitals that of an outlet."""
    if pattern is BARE and "/" not in credit and not OUTLET.search(credit):
        return False
    return sum(letter.isalpha() for letter in credit) >= 2
