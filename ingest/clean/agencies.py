"""Agency credits at the end of a paragraph."""

# ruff: noqa: E501 (one pattern a line)

import re
from functools import lru_cache

from ingest.clean.lines import MAX_REMEMBERED, REMEMBERED
from ingest.records import Cut, Reason

AGENCIES = (
    r"reuters|afp|ap|associated press|dpa|apa|sda|ansa|efe|pti|ani|ians|xinhua|tass|interfax|kna|epd|ots|sid|dts|belga|anp|ntb|tt|ritzau|stt|pap|čtk|tasr|mti|"
    r"agerpres|lusa|upi|kyodo|jiji|antara|bernama|yonhap|bloomberg|cnn|bbc|nytimes|new york times|washington post|guardian|rfi|wam|spa|mena|anadolu|aa|cna"
)
BARE = re.compile(
    r"(?<=[.!?”\"’'»)\]…])\s+[-–—/]*\s?(?P<credit>[A-Z][A-Z&.'’-]+(?:[ /,]+(?:[A-Z][A-Z&.'’-]+|AND|WITH))*(?:/[A-Z][\w .-]{1,20})?)\s*\.?\Z"
)
"""Capitals alone after the last sentence: `… he said. CITY PRESS/NORTH NEWS NETWORK`."""
BRACKETED = re.compile(
    rf"(?<=[.!?”\"’'»\]…])\s*[-–—]*\s?(?P<credit>[(\[](?:[^()\[\]]{{0,30}}[/,;+&\s-])?(?:{AGENCIES})(?:[/,;+&\s-][^()\[\]]{{0,30}})?[)\]])\s*\.?\Z",
    re.IGNORECASE,
)
NAMED = re.compile(
    r"(?<=[.!?”\"’'»\]…])\s*(?P<credit>\((?:(?:[A-Z][\w.&'’-]*[ /-]){1,3}(?:Wire|Newswire|News|Agency|Press|Service|Network|Bureau|Media)"
    r"|[a-z]{2,4}(?:/[a-z]{2,4}){1,3})\))\s*\.?\Z"
)
"""An outlet that says of itself that it is one, or its writers' initials: `(Harbour Wire)`, `(kd/sw)`."""
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
    for pattern, score in ((BRACKETED, 0.95), (NAMED, 0.9), (DASHED, 0.95), (BARE, 0.9)):
        match = pattern.search(text, tail)
        if match and match.start("credit") > 0 and len(match["credit"]) <= MAX_CREDIT and _names(match["credit"]):
            return Cut(match.start("credit"), len(text), Reason.CREDIT, score)
    return None


def _names(credit: str) -> bool:
    """Whether the credit has a name of at least two letters."""
    return sum(letter.isalpha() for letter in credit) >= 2
