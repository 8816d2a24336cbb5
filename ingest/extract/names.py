"""Which part of a credit is a person's name."""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

MAX_AUTHORS = 20
MAX_NAME_CHARS = 50
MAX_NAME_WORDS = 6
MAX_CLAIM_CHARS = 300

_PREPOSITION = (
    r"(?:by|von|par|por|di|door|av|af|oleh|от|автор|autor(?:in|es|a)?|auteur|author|reporter|tekst|text|texto|texte|testo"
    r"|yazan|bởi|autores?|skrevet av|撰文|文|記者|记者|기자)"
)
BY = re.compile(
    r"^(?:(?:(?:photos?|pictures|images) (?:and|&) )?(?:written|words|story|texte?|texto|testo|report(?:ed|ing)?|article|analysis"
    rf"|opinion|review|posted|published|ein \w+)\s+)?{_PREPOSITION}(?:\s*[:：]\s*|\s+)",
    re.IGNORECASE,
)
"""What opens a byline."""
AND = re.compile(r"\s+(?:&|and|und|et|y|og|och|en|e|with|mit|и|και|ve|dan)\s+", re.IGNORECASE)
"""What stands between two names."""
_SPLIT = re.compile(rf"\s*[,;/•·⋅、，\n]\s*|\s+[-–—]\s+|{AND.pattern}", re.IGNORECASE)
_EMPLOYER = re.compile(
    r"[\s,]+(?:for\s+|of\s+)?(?:the\s+)?(?:associated press|canadian press|reuters|afp|dpa|bloomberg"
    r"|staff\b.*|contribut\w+\b.*|correspondent\b.*|(?:senior|chief|head|lead|executive|managing|associate|assistant|freelance|former)\b.*"
    r"|(?:co-?)?founder\b.*|editor\b.*|reporter\b.*|writer\b.*|columnist\b.*|journalist\b.*|ph\.?d\b.*|m\.?d\.?"
    r"|기자.*|특파원.*|記者.*|记者.*)$",
    re.IGNORECASE,
)
"""What follows a name: an employer, a role, a degree."""
_NO_NAME = re.compile(
    r"[\d@#=<>{}\[\]_…?!:|]|https?|www\.|\.(?:com|org|net|de|co|at|ch|tr|in|io|uk)\b|^the\b"
    r"|\b(?:staff|editors?|editorial|reporters?|correspondent|writer|contributors?|columnist|journalist|newsroom|news|team|desk|admin"
    r"|administrator|redaktion|redakcja|redacción|rédaction|redazione|redaktör|redacteur|redação|agency|agencies|agencia|press|reuters"
    r"|afp|dpa|ansa|efe|bloomberg|media|magazine|newspaper|guest|author|autor|anonymous|unknown|university|institute|company|inc|ltd|llc"
    r"|gmbh|association|department|office|services?|network|channel|radio|television|photographer|producer|director|professor|officer"
    r"|published|updated|subscribe|comments?|email|twitter|facebook|minutes?|hours?|analyst|reviewer|senior|specialist|expert|founder|ceo"
    r"|written|blog|api|nachrichten|ajansı|haber|executive|content|opinion|contributing|former|deputy|lifestyle|editing|編集部)\b",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r"(?:,?\s+(?:M\.?D|Ph\.?D|MS|MSc|MA|BA|MPH|JD|MBA|RN|RD|RDN|LD|DO|DDS|DVM|VMD|PsyD|LCSW|CPA|CFP|CEPF|CPP|CPT|PT|DPT|Esq)\.?®?)+$"
)
_PARTICLES = frozenset(
    [
        *("von", "van", "vom", "zu", "zum", "zur", "de", "der", "den", "del", "della", "delle", "dei", "di", "da", "das", "do"),
        *(
            "dos",
            "du",
            "des",
            "la",
            "le",
            "les",
            "el",
            "al",
            "bin",
            "ibn",
            "ben",
            "bint",
            "ter",
            "ten",
            "te",
            "y",
            "e",
            "i",
            "af",
        ),
        *("av", "und", "und't", "ud", "af'", "d'", "l'", "o'", "mac", "mc", "st", "abu", "ap", "ur"),
    ]
)
_PLACEHOLDERS = frozenset(
    ["name", "admin", "administrator", "author", "webmaster", "user", "root", "default", "none", "null", "undefined"]
)
_WORD = re.compile(r"\w+")
_FRINGE = " .*’'\"“”()"
_ASIDE = re.compile(r"\([^)]*\)?|\"[^\"]*\"")
_ADDRESS = re.compile(r"https?:|www\.|@|/|^\w+(?:\.\w+){3,}$")
"""Of web, mail and templates that were not filled in."""
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def names_in(claims: Iterable[str], outlets: AbstractSet[str], *, min_words: int = 1) -> tuple[str, ...]:
    """The names of people that claims hold, each once; `outlets` are folded names that are none."""
    found: dict[str, str] = {}
    for claim in claims:
        for name in _people(claim, outlets, min_words):
            found.setdefault(fold(name), name)
    return tuple(found.values())[:MAX_AUTHORS]


def collectives_in(claims: Iterable[str], outlets: AbstractSet[str]) -> tuple[str, ...]:
    """Desks, agencies and outlets that claims name: those that are no outlet of the page, else the first."""
    names = (BY.sub("", claim).strip(_FRINGE) for claim in claims)
    found = {fold(name): name for name in names if _may_be_collective(name)}
    others = [name for key, name in found.items() if key not in outlets]
    return tuple(others or [*found.values()][:1])[:MAX_AUTHORS]


def fold(name: str) -> str:
    """The name's words in one spelling."""
    return " ".join(_WORD.findall(name.casefold()))


def is_person(name: str) -> bool:
    """Whether a text may be a person's name: few words, none of them an outlet's, a role's or in lower case but for particles."""
    words = name.split()
    if not 2 <= len(name) <= MAX_NAME_CHARS or len(words) > MAX_NAME_WORDS or _NO_NAME.search(name):
        return False
    return (
        all(not word[0].islower() or word in _PARTICLES or "'" in word or "’" in word for word in words)
        and not words[-1].islower()
        and name.casefold() not in _PLACEHOLDERS
    )


def _people(claim: str, outlets: AbstractSet[str], min_words: int) -> list[str]:
    """The people of one claim; of `Name | Outlet` only what stands before the bar."""
    text = " ".join(_ASIDE.sub(" ", claim[:MAX_CLAIM_CHARS]).split())
    for part in text.split("|") if "://" not in text else ():
        parts = list(filter(None, _parts(part)))
        names = [name for name in parts if is_person(name) and fold(name) not in outlets]
        # Beside others a single word is a degree, a place or an employer.
        least = 2 if len(parts) > 1 else min_words
        people = [name for name in names if len(name.split()) >= least or _UNSPACED.search(name)]
        if people:
            return people
    return []


def _parts(text: str) -> Iterator[str]:
    for part in _SPLIT.split(BY.sub("", text.strip())):
        name = BY.sub("", part).strip(_FRINGE)
        rest = _DEGREE.sub("", _EMPLOYER.sub("", name)).strip(_FRINGE)
        # A single word before an employer is no name.
        yield rest if " " in rest or _UNSPACED.search(rest) else name


def _may_be_collective(name: str) -> bool:
    return (
        2 < len(name) <= MAX_NAME_CHARS
        and any(map(str.isalpha, name))
        and not _ADDRESS.search(name)
        and name.casefold() not in _PLACEHOLDERS
        and not BY.match(f"{name} ")
    )
