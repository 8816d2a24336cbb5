"""Who wrote a page: names of people, neither outlets nor roles."""

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import partial

from lxml import etree
from lxml.html import HtmlElement
from trafilatura.metadata import extract_author

from ingest.extract.head import Head
from ingest.extract.jsonld import Node, is_article, kinds_of, texts
from ingest.records import Block

META = (
    "author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "cxenseparse:author",
    "byl",
    "authors",
    "citation_author",
    "article:author",
    "og:article:author",
    "article:author_name",
    "shareaholic:article_author_name",
    "creator",
)
"""Names of meta elements, the most reliable first."""
MAX_AUTHORS = 20
MAX_NAME_CHARS = 50
MAX_NAME_WORDS = 6
MAX_CLAIM_CHARS = 300
MAX_BYLINE_CHARS = 120

_PREPOSITION = (
    r"(?:by|von|par|por|di|door|av|af|oleh|от|автор|autor(?:in|es|a)?|auteur|author|reporter|tekst|text|texto|texte|testo)"
)
_BY = re.compile(
    r"^(?:(?:written|words|story|texte?|texto|testo|report(?:ed|ing)?|article|analysis|opinion|review(?:ed)?|posted|published"
    r"|ein \w+)\s+)?"
    rf"{_PREPOSITION}(?:\s*:\s*|\s+)",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s*[,;|/•·⋅、\n]\s*|\s+(?:&|[-–—]|and|und|et|y|og|och|en|with|mit|и|και)\s+", re.IGNORECASE)
_AGENCY = re.compile(
    r"[\s,]+(?:for\s+|of\s+)?(?:the\s+)?(?:associated press|canadian press|reuters|afp|dpa|bloomberg"
    r"|staff\b.*|contribut\w+\b.*|correspondent\b.*)$",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"[\d@#=<>{}\[\]_…?!:]|https?|www\.|\.(?:com|org|net|de|co|at|ch|tr)\b"
    r"|\b(?:staff|editors?|editorial|reporters?|correspondent|writer|contributors?|columnist|journalist|newsroom|news|team|desk|admin"
    r"|administrator|redaktion|redakcja|redacción|rédaction|redazione|redaktör|redacteur|redação|agency|agencies|agencia|press|reuters"
    r"|afp|dpa|ansa|efe|bloomberg|media|magazine|newspaper|guest|author|autor|anonymous|unknown|university|institute|company|inc|ltd|llc"
    r"|gmbh|association|department|office|services?|network|channel|radio|television|photographer|producer|director|professor|officer"
    r"|published|updated|subscribe|comments?|email|twitter|facebook|minutes?|hours?|analyst|senior|specialist|expert|founder|ceo)\b",
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    [
        "von",
        "van",
        "vom",
        "zu",
        "zum",
        "zur",
        "de",
        "der",
        "den",
        "del",
        "della",
        "delle",
        "dei",
        "di",
        "da",
        "das",
        "do",
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
        "av",
        "und",
        "und't",
        "ud",
        "af'",
        "d'",
        "l'",
        "o'",
        "mac",
        "mc",
        "st",
        "abu",
        "ap",
        "ur",
    ]
)
_WORD = re.compile(r"\w+")
_FRINGE = " .*’'\"“”"
_ADDRESS = re.compile(r"https?:|www\.|@|\.\w{2,3}$")
_ASIDE = re.compile(r"\([^)]*\)?|\"[^\"]*\"")


def authors_of(root: HtmlElement, blocks: Sequence[Block], head: Head, nodes: Sequence[Node]) -> tuple[str, ...]:
    """The people named as authors, in order, without honours and doubles; the first source that names any decides.

    Where none names a person: the collective that markup credits, an agency or a desk, but never the outlet that publishes.
    """
    outlets = {fold(name) for name in outlets_of(head, nodes)}
    credited, named = _of_nodes(nodes), _of_meta(head)
    people, others = names_in(credited, outlets), names_in(named, outlets)
    if set(map(fold, people)) <= set(map(fold, others)):
        people = others
    # Lazily: what is shown is searched only where markup names nobody.
    finders = (partial(_linked, root), partial(_of_bylines, blocks), partial(_of_trafilatura, root))
    shown = (names_in(find(), outlets, min_words=2) for find in finders)
    return people or next(filter(None, shown), ()) or _collective([*credited, *named], outlets)


def names_in(claims: Iterable[str], outlets: AbstractSet[str], *, min_words: int = 1) -> tuple[str, ...]:
    """The names of people that claims hold, each once; `outlets` are folded names that are none."""
    found: dict[str, str] = {}
    for claim in claims:
        for part in _SPLIT.split(_BY.sub("", " ".join(_ASIDE.sub(" ", claim[:MAX_CLAIM_CHARS]).split()))):
            name = _without_agency(_BY.sub("", part)).strip(_FRINGE)
            if is_person(name) and len(name.split()) >= min_words and fold(name) not in outlets:
                found.setdefault(fold(name), name)
    return tuple(found.values())[:MAX_AUTHORS]


def fold(name: str) -> str:
    """The name's words in one spelling."""
    return " ".join(_WORD.findall(name.casefold()))


def _without_agency(name: str) -> str:
    """The name without the employer that follows it; a single word before that is no name."""
    rest = _AGENCY.sub("", name)
    return rest if " " in rest else name


def _collective(claims: Iterable[str], outlets: AbstractSet[str]) -> tuple[str, ...]:
    """What markup credits where it credits nobody by name; a blog that bears its writer's name has that for an outlet."""
    names = (_BY.sub("", claim).strip(_FRINGE) for claim in claims)
    found = {
        fold(name): name
        for name in names
        if 2 < len(name) <= MAX_NAME_CHARS and any(map(str.isalpha, name)) and not _ADDRESS.search(name)
    }
    return tuple(name for key, name in found.items() if key not in outlets or (" " in key and is_person(name)))[:MAX_AUTHORS]


def is_person(name: str) -> bool:
    """Whether a text may be a person's name: few words, none of them an outlet's, a role's or in lower case but for particles."""
    words = name.split()
    if not 2 <= len(name) <= MAX_NAME_CHARS or len(words) > MAX_NAME_WORDS or _NO_NAME.search(name):
        return False
    return (
        all(not word[0].islower() or word in _PARTICLES or "'" in word or "’" in word for word in words)
        and not words[-1].islower()
    )


def outlets_of(head: Head, nodes: Sequence[Node]) -> list[str]:
    """What the page calls the outlet that publishes it."""
    names = [
        name for key in ("og:site_name", "application-name", "apple-mobile-web-app-title") for name in head.meta.get(key, ())
    ]
    for node in nodes:
        publisher = node.get("publisher")
        if isinstance(publisher, dict):
            names += texts(publisher.get("name"))
    return names


def _of_nodes(nodes: Sequence[Node]) -> list[str]:
    named = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and "name" in node}
    articles = [node for node in nodes if is_article(node) and (node.get("author") or node.get("creator"))]
    names: list[str] = []
    for article in articles[:1]:
        value = article.get("author") or article.get("creator")
        for author in value if isinstance(value, list) else [value]:
            names += _names_of(author, named)
    return names


def _names_of(author: object, named: dict[object, Node]) -> list[str]:
    if not isinstance(author, dict):
        return texts(author)
    if "name" not in author and isinstance(author.get("@id"), str):
        author = named.get(author["@id"], author)
    return [] if any(kind.endswith("organization") for kind in kinds_of(author)) else texts(author.get("name"))


def _of_meta(head: Head) -> tuple[str, ...]:
    """The contents of the first meta element that names a person, else of the first."""
    found = [_uninverted(head.meta[name]) if name == "citation_author" else head.meta[name] for name in META if name in head.meta]
    return next((contents for contents in found if names_in(contents, frozenset())), found[0] if found else ())


def _uninverted(names: Iterable[str]) -> tuple[str, ...]:
    """Names as citations write them, `Doe, Jane`, in their usual order."""
    return tuple(" ".join(reversed(name.split(", ", 1))) for name in names)


def _linked(root: HtmlElement) -> Iterator[str]:
    """Texts of elements that are marked up as the author."""
    found = root.xpath("//a[@rel='author'] | //*[@itemprop='author']")
    for element in found[:MAX_AUTHORS]:
        inner = element.xpath(".//*[@itemprop='name']")
        text = " ".join("".join((inner[0] if inner else element).itertext()).split())
        if len(text) <= MAX_BYLINE_CHARS:
            yield text


def _of_bylines(blocks: Sequence[Block]) -> Iterator[str]:
    """Short blocks that begin with a word for `by`; the first that names a person."""
    for block in blocks:
        if (
            len(block.text) <= MAX_BYLINE_CHARS
            and "comment" not in block.hints
            and _BY.match(block.text)
            and names_in([block.text], frozenset(), min_words=2)
        ):
            yield block.text
            return


def _of_trafilatura(root: HtmlElement) -> list[str]:
    try:
        found = extract_author(root)
    except (AttributeError, LookupError, RuntimeError, TypeError, ValueError, etree.LxmlError):
        # A fault of trafilatura on an odd page costs the authors, not the page.
        return []
    return [found] if found else []
