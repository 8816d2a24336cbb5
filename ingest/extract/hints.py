"""What class, id, role and itemprop suggest of an element: a closed set of names, each weak evidence on its own."""

import re
from functools import cache, lru_cache

import re2

_CUES = {
    "related": r"relat|recommend|read-?more|read_more|more-?(?:from|on|stories|news)|also|suggest|outbrain|taboola|zergnet"
    r"|revcontent|up-?next|next-?article|previous|prevnext|pagination|further|see-?also|mehr-zum|weiterlesen"
    r"|ahnlich|dossier",
    "teaser": r"teaser|promo|popular|trending|most-?read|mostview|latest|headlines|card|carousel|slider|swiper|grid|river"
    r"|feed|listing|list-?item|topstor|inline-?link|linklist|story-?list",
    "newsletter": r"newsletter|subscri|sign-?up|register|registration|login|donat|membership|premium|offer|abo-|cta"
    r"|call-to-action",
    "paywall": r"paywall|piano|regwall|metered|locked|premium-?(?:wall|box)",
    "share": r"share|sharing|social|facebook|twitter|whatsapp|follow|tools?bar|toolbox|print|bookmark",
    "embed": r"embed|tweet|instagram|tiktok",
    "comment": r"comment|disqus|discuss|respond|reply|leserkomm|livefyre|reaction|feedback|forum",
    "caption": r"caption|credit|figcap|photo|image|gallery|picture|media|video|player|bildunter|copyright|slideshow|thumb",
    "byline": r"byline|author|autor|contributor|writer|redakteur",
    "date": r"dateline|publish|timestamp|posted|date|reading-?time|updated",
    "tags": r"(?:^|[-_ ])tags?(?:[-_ ]|$)|taglist|topic|categor|keyword|rubrik",
    "breadcrumb": r"bread-?crumb|you-are-here",
    "title": r"headline|title|standfirst|dek(?:[-_ ]|$)|kicker|eyebrow",
    "bio": r"(?:^|[-_ ])bio(?:[-_ ]|$)|profile|about-?(?:the-)?author|author-?(?:box|info|bio)",
    "meta": r"meta|info|source|label",
    "navigation": r"nav|menu|footer|header|sidebar|side-bar|aside|widget|banner|masthead|topbar|skip|logo|search|rail"
    r"|column-right|right-col|secondary|complementary|site-?map",
    "advert": r"(?:^|[-_ ])ads?(?:[-_ ]|$)|advert|sponsor|dfp|gpt-|adslot|adbox|anzeige|publicit|werbung|commercial"
    r"|affiliate|shopping|product|deal",
    "consent": r"cookie|consent|gdpr|privacy|disclaimer|legal|terms",
    "overlay": r"modal|popup|overlay|dialog|notification|alert|toast|tooltip",
    "screen-reader": r"sr-only|visually-?hidden|screen-?reader|(?:^|[-_ ])hidden",
    "live": r"live-?(?:blog|update|ticker|post)|liveticker",
    "body": r"article-?body|story-?body|post-?content|entry-?content|article_*-?content|article_+body|body-?text"
    r"|body-?copy|article-?text|story-?text|content-?body|main-?content|maintext|rich-?text|paragraph|prose"
    r"|wysiwyg|post-?body|texte|artikeltext|detail-?text|news-?text|field-name-body|text-block",
    "content": r"article|content|story|post|entry|text|body|main|copy|page",
}
NAMES = frozenset(_CUES)
"""Every name that a block's hints may hold."""

_PATTERNS = tuple((name, re.compile(cues, re.IGNORECASE)) for name, cues in _CUES.items())
MAX_CHARS = 400
"""Generated class lists run to kilobytes; what an element is for stands in its first names."""


@lru_cache(maxsize=20_000)
def hints_of(names: str) -> frozenset[str]:
    """The hints that an element's class, id, role and itemprop give, joined by spaces."""
    return frozenset[str]().union(*map(_hints_of_one, names.split(" ")))


@lru_cache(maxsize=20_000)
def _hints_of_one(name: str) -> frozenset[str]:
    """The hints of one name: no cue spans two, and elements of many mixtures share their names."""
    likely = [_PATTERNS[index] for index in _likely().Match(name) or ()]
    return frozenset(hint for hint, pattern in likely if pattern.search(name))


@cache
def _likely() -> re2.Set:
    """One automaton that finds all that the patterns may match: `re` tries them one after the other."""
    options = re2.Options()
    options.case_sensitive = False
    found = re2.Set.SearchSet(options)
    for cues in _CUES.values():
        # `$` of `re` matches before a last line break too.
        found.Add(cues.replace("$", r"(?:\n|\z)"))
    found.Compile()
    return found
