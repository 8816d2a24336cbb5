"""What is said of the columns that mark a line: its cues, the elements that it stands in, the names in its markup."""

from collections.abc import Mapping
from math import inf

from ingest.clean.traits import Trait

SHOWN: Mapping[str, str] = {
    "related": "leads to other stories",
    "age": "says how old a story is",
    "legal": "speaks of rights or terms",
    "subscribe": "speaks of newsletters or subscriptions",
    "cookie": "speaks of cookies",
    "comments": "speaks of readers' comments",
    "tags": "lists topics",
    "share": "speaks of sharing or following",
    "ad": "announces an advertisement",
    "inline": "says to read something else too",
    "nav": "is a word of menus",
    "junk": "is a scrap of code or markup",
    "feedback": "asks for feedback",
    "translation": "speaks of a translation",
    "paywall": "speaks of access for subscribers",
    "caption": "reads like a picture's caption",
    "credit": "names a source or photographer",
    "credit_tail": "ends in a credit",
    "bio": "tells who an author is",
    "byline": "says who wrote it",
    "timestamp": "gives a time of publication",
    "stamp_only": "is nothing but a date or time",
    "date": "gives a date",
    "dateline": "begins with a place, as wire copy does",
    "wire_end": "ends in an agency's name",
    "live": "speaks of a live report",
    "hash": "holds hashtags",
    "pipe": "is parted by bars",
    "url": "gives a web address",
}
"""Cue → what a line does that shows it."""
STANDS_IN: Mapping[str, str] = {
    "nav": "a menu",
    "aside": "a box beside the text",
    "footer": "a footer",
    "header": "a header",
    "figure": "a figure",
    "li": "a list",
    "ul": "a list",
    "ol": "a numbered list",
    "dl": "a list of terms",
    "table": "a table",
    "blockquote": "a quotation",
    "form": "a form",
    "button": "a button",
    "article": "the page's <article>",
    "main": "the page's <main>",
    "section": "a <section>",
}
"""Ancestor → what it is."""


HINTED: Mapping[str, str] = {
    "related": "related stories",
    "teaser": "teasers",
    "newsletter": "a newsletter or an offer",
    "paywall": "a paywall",
    "share": "sharing",
    "embed": "something embedded",
    "comment": "comments",
    "caption": "a picture or its caption",
    "byline": "a byline",
    "date": "a date",
    "tags": "topics",
    "breadcrumb": "breadcrumbs",
    "title": "a title",
    "bio": "an author's portrait",
    "meta": "information on the page",
    "navigation": "navigation",
    "advert": "advertising",
    "consent": "consent or terms",
    "overlay": "an overlay",
    "screen-reader": "screen readers",
    "live": "a live blog",
    "body": "an article's body",
    "content": "content",
}
"""Hint → what the names of its element or of those round it speak of."""
PRESENT: Mapping[str, str] = {
    **{f"cue_{name}": said for name, said in SHOWN.items()},
    **{f"in_{name}": f"stands in {said}" for name, said in STANDS_IN.items()},
    **{f"hint_{name}": f"its markup speaks of {said}" for name, said in HINTED.items()},
}
"""Columns of markers, and what is said of a line where they are above 0."""
ABSENT: tuple[Trait, ...] = (
    Trait("cues", "cues", ((0, "shows no words of furniture"), (inf, "shows words of furniture")), ("cues",), ("cue_",)),
    Trait("hints", "", ((inf, "its markup speaks of nothing else"),), starts=("hint_",)),
    Trait("ancestors", "", ((inf, "stands in no other element of note"),), starts=("in_",)),
)
"""What markers say of a line together where they are 0."""
