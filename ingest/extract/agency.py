"""Which news agency an article credits."""

import re
from collections.abc import Iterable, Sequence

from ingest.extract.bylines import MAX_BYLINE_CHARS, near
from ingest.extract.names import AND, BY, fold
from ingest.records import Block

MAX_CREDIT_CHARS = 120
MAX_SOURCE_CHARS = 200
MAX_LEADS = 60
"""Longer blocks from the headline on among which a dateline or a source is looked for."""
MIN_LEAD_CHARS = 60
_ALIASES = {
    "AAP": ("aap", "australian associated press"),
    "Adnkronos": ("adnkronos",),
    "AFP": ("afp", "agence france presse", "フランス通信"),
    "AGI": ("agi", "agenzia italia"),
    "Agência Brasil": ("agência brasil", "agencia brasil"),
    "Anadolu": ("aa", "anadolu", "anadolu ajansı", "anadolu agency"),
    "ANI": ("ani",),
    "ANP": ("anp",),
    "ANSA": ("ansa",),
    "Antara": ("antara",),
    "AP": ("ap", "associated press", "the associated press", "ap news"),
    "APA": ("apa", "austria presse agentur"),
    "Belga": ("belga",),
    "Bernama": ("bernama",),
    "Bloomberg": ("bloomberg", "bloomberg news"),
    "CP": ("cp", "canadian press", "the canadian press", "la presse canadienne"),
    "ČTK": ("čtk", "ctk"),
    "DHA": ("dha", "demirören haber ajansı"),
    "dpa": ("dpa", "dpa infocom", "dpa afx", "dpa tmn", "deutsche presse agentur"),
    "EFE": ("efe", "agencia efe"),
    "epd": ("epd", "evangelischer pressedienst"),
    "Europa Press": ("europa press",),
    "HINA": ("hina",),
    "IANS": ("ians",),
    "İHA": ("iha", "i̇ha", "ihlas haber ajansı", "i̇hlas haber ajansı"),
    "Interfax": ("interfax", "интерфакс"),
    "Jiji": ("jiji", "jiji press", "時事通信", "時事"),
    "Keystone-SDA": ("sda", "keystone sda", "ats", "keystone ats"),
    "KNA": ("kna",),
    "Kyodo": ("kyodo", "kyodo news", "共同通信", "共同"),
    "LaPresse": ("lapresse",),
    "Lusa": ("lusa", "agência lusa"),
    "MTI": ("mti",),
    "NTB": ("ntb",),
    "PA Media": ("pa", "pa media", "press association"),
    "PAP": ("pap",),
    "PTI": ("pti", "press trust of india"),
    "Reuters": ("reuters", "thomson reuters", "ロイター"),
    "RIA Novosti": ("ria novosti", "рия новости", "риа новости"),
    "Ritzau": ("ritzau",),
    "SID": ("sid", "sport informations dienst"),
    "STT": ("stt",),
    "Tanjug": ("tanjug", "танјуг"),
    "TASS": ("tass", "тасс"),
    "TT": ("tt",),
    "Ukrinform": ("ukrinform", "укрінформ"),
    "UPI": ("upi", "united press international"),
    "Xinhua": ("xinhua", "新华社", "新華社"),
    "Yonhap": ("yonhap", "연합뉴스"),
}
"""Agency → its names in credits, folded."""
_OF = {alias: agency for agency, aliases in _ALIASES.items() for alias in aliases}
_SPELLED = "|".join(sorted((re.escape(alias).replace(r"\ ", r"[\s-]") for alias in _OF), key=len, reverse=True))
_DATELINE = re.compile(
    rf"^(?:[^\W\d_a-zß-ÿ][^()]{{1,50}})?\(((?i:{_SPELLED}))(?:[/,;\s][^()]{{0,30}})?\)\s*[-–—:.,]?\s|^((?i:{_SPELLED}))\s*[-–—]\s+(?=[^\W\d_a-z])",
)
"""`BERLIN (dpa) –`, `(Reuters) -`."""
_SOURCE = re.compile(
    r"^(?:(?:(?:this (?:article|story) (?:is|was) )?(?:quelle|source|fonte|fuente|kilde|källa|kaynak|bron|źródło|lähde|источник"
    r"|джерело|with (?:material|reporting) (?:from|by)|reporting by|sources)\s*:?\s*|©\s*(?=dpa-infocom, dpa:))(?:the )?"
    rf"({_SPELLED})\b|copyright\s(?:©\s?)?\d{{4}}\s(?:the )?({_SPELLED})\..{{0,25}}this material)",
    re.IGNORECASE,
)
"""A line of its own that names the source; a name in brackets behind a text may be that of a picture's."""


def agency_of(claims: Iterable[str], blocks: Sequence[Block], title: int | None) -> str | None:
    """The agency that markup, the byline, a dateline or a line with the source credits, in one spelling for each."""
    credited = (agency for claim in claims if (agency := _credited(claim)))
    shown = (agency for block in near(blocks, title) if (agency := _signing(block)))
    return next(credited, None) or next(shown, None) or _told(blocks if title is None else blocks[title + 1 :])


def _signing(block: Block) -> str | None:
    """The agency that a line beside the headline names as its author; a bare `AA` is a switch of the font's size."""
    if "caption" in block.own_hints or len(block.text) > MAX_BYLINE_CHARS:
        return None
    if "byline" in block.own_hints or BY.match(block.text):
        return _credited(block.text)
    first = fold(block.text.split(",")[0])
    return _OF.get(first) if len(first) > len("aa") and block.text[0].isalpha() else None


def _credited(claim: str) -> str | None:
    """The agency that a credit is or holds beside others."""
    if len(claim) > MAX_CREDIT_CHARS:
        return None
    parts = re.split(rf"[,;/|()•·]|{AND.pattern}", BY.sub("", claim.strip()))
    return next((_OF[fold(part)] for part in parts if fold(part) in _OF), None)


def _told(blocks: Iterable[Block]) -> str | None:
    seen = 0
    for block in blocks:
        if "caption" in block.own_hints or block.tag == "figcaption":
            continue
        match = _SOURCE.search(block.text) if len(block.text) <= MAX_SOURCE_CHARS else None
        if len(block.text) >= MIN_LEAD_CHARS:
            seen += 1
            match = match or _DATELINE.search(block.text[:MAX_CREDIT_CHARS])
        if match:
            return _OF[fold(match[match.lastindex or 1])]
        if seen > MAX_LEADS:
            return None
    return None
