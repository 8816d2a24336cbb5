"""Lines that no article contains, whatever the model says."""

# ruff: noqa: E501 (one pattern a line)

import re
from collections import Counter
from functools import lru_cache

from ingest.clean.lines import REMEMBERED
from ingest.clean.outline import Outline
from ingest.clean.words import words

ALWAYS = {
    "junk": "is no sentence but a scrap of code or markup",
    "ad": "announces an advertisement",
    "age": "says how old another story is",
    "translation": "says that the text was translated",
}
"""Cues that settle it for a line of at most MAX_WIDTH, and how that is told."""
MAX_WIDTH = 160
PICTURE_CREDIT = re.compile(
    r"(?:\b(?:PHOTOS?|Photos?|FOTO|Foto|Bild|Credit|CREDIT|Image|IMAGE|Crédit(?: photo)?)\s?[:/©]\s?[^.]{2,60}|/\s?(?:Courtesy|courtesy|COURTESY) of [^.]{2,60}"
    r"|\((?:Photo|PHOTO|Foto|Image|Credit|Bild)[^()]{2,60}\)|[/(]\s?Getty Images\)?)\.?\s*\Z"
)
"""A picture's credit at the end of its caption."""
INVITATION = re.compile(
    r"\W*(?:sign up (?:for|to)|subscribe (?:to|now|for)|register for|join|follow|download|get|try|support|stay updated|click here to|tap here to|don['’]t miss"
    r"|(?:jetzt )?(?:abonnieren|abonniere|bestellen|folgen|laden|lade) sie|melden sie sich|hier (?:können sie|geht)|inscrivez-vous|abonnez-vous|recevez|téléchargez|suivez|rejoignez"
    r"|suscríb\w+|síguenos|descarg\w+|únete|recibe|assine|inscreva-se|receba|siga|baixe|iscriviti|seguici|scarica|ricevi|подпи\w+|следите|читайте нас|присоединяйтесь|скачай\w*"
    r"|prenumerera|följ|abonner|følg|meld je aan|volg|zapisz się|subskrybuj|obserwuj|abone ol|takip|berlangganan|ikuti)\b"
    r"(?=.{0,60}\b(?:our|us|unser\w*|uns|notre|nos|nous|nuestr\w+|noss\w+|nostr\w+|наш\w*|нас|vår\w*|oss|vores|onze|ons|nasz\w*|nas|bizi|kami|\w+['’]s|\w+s['’])\s(?:[\w-]+[\s,]+){0,4}?"
    r"(?:newsletters?|channels?|kanal|canal|apps?|alerts?|kanala|канал\w*|рассылк\w+|telegram\w*|whatsapp\w*|viber|facebook|twitter|instagram|boletín|bulletin|nyhetsbrev\w*|nyhedsbrev\w*|nieuwsbrief|biuletyn))",
    re.IGNORECASE,
)
"""The outlet asks for something: its own newsletter, channel or app."""
CALL = re.compile(
    r"\W*(?:click|tap|press|go) here (?:to|for)\b|\W*(?:hier klicken|cliquez ici|haz clic aquí|clique aqui)\b", re.IGNORECASE
)
"""A line that asks for a click."""
CONSENT = re.compile(
    r"\W*(?:we(?: and our (?:\d+ )?partners)? use|(?:this|our) (?:web)?site uses|by (?:using|continuing)|wir (?:verwenden|nutzen|setzen)|diese (?:web)?seite (?:verwendet|nutzt)|nous utilisons|ce site utilise"
    r"|utilizamos|usamos|utilizziamo|questo sito utilizza|мы используем|vi (?:bruger|använder|bruker)|wij gebruiken|używamy)\b.{0,60}\bcookies\b",
    re.IGNORECASE,
)
"""How a request for consent begins."""
COPYRIGHT = re.compile(r"\W*(?:©|ⓒ|copyright\b|\(c\)\s?(?:19|20)\d\d)", re.IGNORECASE)
SHORT = (
    (INVITATION, "asks readers to join, follow or subscribe"),
    (CALL, "asks for a click"),
    (COPYRIGHT, "claims copyright"),
)
"""How lines begin that are furniture up to MAX_WIDTH, and how that is told."""
BYLINE = re.compile(
    r"(?i:(?:written|compiled|reported|edited|story|words)\s)?(?i:by|von|par|por|door|av|af|przez)\s(?:[\w.]+\s){0,3}[^\W\d_a-z]\w*"
    r"|(?i:the\s)?(?:[A-Z][\w-]*\s){0,3}(?i:desk)\W*\Z",
    re.UNICODE,
)
MAX_BYLINE, MAX_BYLINE_WORDS = 60, 9
MAX_CAPTION = 400
MIN_REPEATS, MIN_REPEATED_WORDS = 3, 3
"""A line that stands so often on a page, of so many words, all of them the headline's, captions its pictures."""


def rule_of(page: Outline, index: int) -> str:
    """The rule by which a line is furniture beyond doubt, in words that go on from "it"; empty where none applies."""
    line = page.lines[index]
    if line.width <= MAX_CAPTION and (rule := _said_of_itself(line.text, is_short=line.width <= MAX_WIDTH)):
        return rule
    if page.headline and index != page.title and line.text.casefold() == page.headline.casefold():
        return "is the headline again"
    if line.width > MAX_WIDTH:
        return ""
    if _is_byline(page, index):
        return "says above the article who wrote it"
    return next((rule for cue, rule in ALWAYS.items() if cue in line.cues), "")


@lru_cache(maxsize=REMEMBERED)
def _said_of_itself(text: str, *, is_short: bool) -> str:
    """The rule that a line's own words meet."""
    if PICTURE_CREDIT.search(text):
        return "ends in a picture's credit"
    if CONSENT.match(text):
        return "asks for consent to cookies"
    return next((rule for pattern, rule in SHORT if is_short and pattern.match(text)), "")


def repeated_captions(page: Outline) -> frozenset[int]:
    """The lines that repeat part of the headline again and again."""
    title = frozenset(word.casefold() for word in words(page.headline))
    counts = Counter(line.key for line in page.lines)
    return frozenset(
        index
        for index, line in enumerate(page.lines)
        if counts[line.key] >= MIN_REPEATS
        and len(line.tokens) >= MIN_REPEATED_WORDS
        and index != page.title
        and title.issuperset(line.folded)
    )


def _is_byline(page: Outline, index: int) -> bool:
    """Whether a short line above the lead says who wrote the article."""
    line = page.lines[index]
    if index >= page.lead[0] or line.ends or line.width > MAX_BYLINE or len(line.tokens) > MAX_BYLINE_WORDS:
        return False
    return BYLINE.match(line.text) is not None
