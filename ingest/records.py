"""The records that pass between stages, in the order in which a document meets them.

    PageRef → RawPage → Payload → Article (blocks) → labels → Document (text + removals) → Sketch → Decision

Every record is frozen. A page that ends early ends as a `Rejected`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol


class Reason(StrEnum):
    """Why text was cut; the closed list that users see everywhere under these names."""

    NAVIGATION = "navigation"
    ADVERTISEMENT = "advertisement"
    PROMOTION = "promotion"
    SHARE = "share"
    COMMENTS = "comments"
    CAPTION = "caption"
    CREDIT = "credit"
    BYLINE = "byline"
    AUTHOR_BIO = "author-bio"
    TIMESTAMP = "timestamp"
    HEADLINE_REPEAT = "headline-repeat"
    RELATED_TEASER = "related-teaser"
    FOREIGN_STORY = "foreign-story"
    TAGS = "tags"
    LIVE_BLOG = "live-blog"
    LEGAL = "legal"
    TRANSLATION_NOTICE = "translation-notice"
    COOKIE_NOTICE = "cookie-notice"
    PAYWALL = "paywall"
    SITE_BOILERPLATE = "site-boilerplate"
    DUPLICATE_PARAGRAPH = "duplicate-paragraph"
    MARKUP_JUNK = "markup-junk"


class Flag(StrEnum):
    """What a reader should know of a document before trusting it; a closed list."""

    MOJIBAKE = "mojibake"
    """The text looks as if it had been decoded with a wrong charset."""
    CHARSET_GUESSED = "charset-guessed"
    """Neither BOM, header nor meta named a charset that decodes the bytes."""
    UNDECODABLE = "undecodable"
    """Some bytes or lone surrogates had no character and became U+FFFD."""
    NOT_AN_ARTICLE = "not-an-article"
    """The page is a listing, a gallery, a product, a forum …; its blocks were kept leniently."""
    TEXT_LOSS = "text-loss"
    """Far less was kept than the page shows."""
    TRUNCATED = "truncated"
    """The input ended early; what arrived intact was used."""


PageType = Literal["article", "live-blog", "gallery", "video", "listing", "product", "forum", "documentation", "faq", "profile"]
"""What kind of page an HTML page is; a closed list. All but the first two are no articles."""

DateSource = Literal["record", "json-ld", "meta", "time-element", "text", "url", "feed", "search"]
"""Where a date of publication is known from; a closed list.

A field of the record that held the article, JSON-LD, a meta element, an element marked up as the date, the stamp beside the
headline, the page's URL, the feed that led to the page, or htmldate's search over the rest of the page: the surest first but
for the last two.
"""

RejectStage = Literal["load", "fetch", "extract", "clean", "language", "quality", "isolate"]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A page that ends here: which stage refused it, and why."""

    stage: RejectStage
    reason: str
    """One word of a closed list per stage.

    load: empty, binary, bad-json, no-text-field, truncated, too-large, unsupported; fetch: robots, gone, denied, bad-status,
    not-html, too-large, too-many-redirects, blocked-address, bad-url; extract: no-text; clean: only-boilerplate, page-type;
    language: not-wanted; quality: too-short; isolate: crashed, too-slow, too-much-memory.
    """
    detail: str = ""
    """One sentence for a person; holds no text of the page."""


FailReason = Literal[
    "unreadable",
    "internal-error",
    "unreachable",
    "timed-out",
    "broken-off",
    "server-error",
    "told-to-wait",
    "robots-unavailable",
    "unlisted",
]
"""From `unreachable` on those of fetching: no connection, too slow, the connection ended before the body, 5xx, 429 or a long
`Retry-After`, a robots.txt that cannot be had now, a feed or list that cannot be had or read."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A page that could not be judged through no fault of its own; every run tries it again."""

    reason: FailReason
    detail: str = ""
    """One sentence for a person; holds no text of the page."""
    stage: Literal["load", "fetch"] = "load"


@dataclass(frozen=True, slots=True)
class PageRef:
    """One input that a source lists; it may hold many pages."""

    source: str
    name: str
    """Path relative to the source's root, POSIX."""
    location: str
    """What the opener opens: a local path or a URL."""


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Which field of a JSON record holds what; the first name that is present and not empty wins."""

    text: tuple[str, ...] = ("text", "content", "body", "article", "maintext")
    """Plain text of the article."""
    html: tuple[str, ...] = ("html", "raw_html")
    """The article's page as HTML; used rather than a text field, which is often what some extractor left of it."""
    url: tuple[str, ...] = ("url", "link", "canonical_url")
    """Where the article was published."""
    id: tuple[str, ...] = ("id", "_id", "guid", "uuid")
    """The caller's own id: what the document is known by within its source."""
    title: tuple[str, ...] = ("title", "headline")
    """Headline."""
    authors: tuple[str, ...] = ("authors", "author", "byline")
    """A list of names, or one text."""
    published_at: tuple[str, ...] = ("published_at", "date_published", "published", "date", "datePublished")
    """When the article was published."""
    modified_at: tuple[str, ...] = ("modified_at", "date_modified", "updated_at", "dateModified")
    """When the article was last changed; orders several records with one id."""


@dataclass(frozen=True, slots=True)
class RawPage:
    """One response, file, or record of a multi-document file, exactly as received."""

    source: str
    name: str
    """Path relative to the source's root, POSIX; a record adds `#` and its line number from 1."""
    media_type: str
    """`text/plain`, `text/html`, or `application/json` for one line of a JSONL file."""
    body: bytes
    """As received: content encoding and charset not decoded; a record's exact line without its line end."""
    content_encoding: str | None = None
    """How the body is compressed: `gzip`, `zstd`, or null. A record taken out of a compressed file is not compressed."""
    url: str | None = None
    """URL after redirects, or as given by the record; not canonicalised."""
    requested_url: str | None = None
    """URL as the source gave it, before redirects: what the document is known by; null for what was not fetched."""
    caller_id: str | None = None
    """The caller's own id of a record."""
    fetched_at: datetime | None = None
    """UTC; null for local files, which share the time of their run."""
    modified_at: datetime | None = None
    """What the record or response says of its last change, UTC; a file's mtime does not count."""
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    fields: FieldMap | None = None
    """How to read the JSON of a record; null for others."""
    listed_at: datetime | None = None
    """When the page was published by the feed that led to it, UTC; counts where the page itself does not say."""
    redirects: tuple[str, ...] = ()
    """URLs that answered with a redirect on the way to `url`, in order."""
    truncated: Literal["length", "time", "disconnect"] | None = None
    """Why the body is not all that the host had: it was given up for its size or its slowness, or the connection ended."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A page that its source could not hand over whole."""

    page: RawPage
    """What is known of it; its body is what arrived, empty where that is too much to keep or nothing was fetched."""
    why: Rejected | Failed
    raw_sha256: str | None = None
    """Of the bytes that were too many to keep; null where the body holds what arrived."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The answer that a page is what it was when it was last fetched."""


@dataclass(frozen=True, slots=True)
class Payload:
    """The decoded content of one raw page, and what its envelope says of it."""

    kind: Literal["html", "text"]
    content: str
    """Decoded and free of lone surrogates and NUL; HTML is not parsed, text not split."""
    charset: str
    url: str | None = None
    title: str | None = None
    """Given by the record; null for files."""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_precision: str | None = None
    """`second`, `minute` or `day`."""
    modified_at: datetime | None = None
    listed_at: datetime | None = None
    """`RawPage.listed_at`: the date of publication where neither record nor page has one."""
    opt_outs: tuple[str, ...] = ()
    """Signals against use in the headers of its response, sorted."""
    flags: frozenset[Flag] = frozenset()


@dataclass(frozen=True, slots=True)
class Block:
    """One visible run of text without a line break, with what its surroundings say of it.

    Plain-text blocks have only `text` and `gap`; every other field keeps its default.
    """

    text: str
    """Verbatim but for white space: HTML's collapsible white space is collapsed, the ends are stripped."""
    gap: int = 0
    """Blank lines that stand before it in plain text."""
    tag: str = ""
    """Nearest block-level element in lower case, `p`, `h1`, `li`, `div` …; empty for plain text."""
    ancestors: frozenset[str] = frozenset()
    """Tags of all block-level ancestors and of itself."""
    hints: frozenset[str] = frozenset()
    """What class, id, role and itemprop of it and its ancestors suggest: names of `ingest.extract.hints`."""
    own_hints: frozenset[str] = frozenset()
    """The same of the nearest element alone."""
    parent: int = -1
    """Number of the nearest block-level element within the page: blocks with one parent are siblings."""
    section: int = -1
    """Number of that element's parent."""
    link_chars: int = 0
    links: int = 0
    bold_chars: int = 0
    hidden: bool = False
    """Markup says that browsers do not show it."""
    trafilatura: float | None = None
    """Share of the block's word 3-grams (whole block if shorter) that trafilatura keeps; null where it was not asked."""


@dataclass(frozen=True, slots=True)
class Article:
    """All visible text of one page in order, the same shape from HTML and from text, with its metadata."""

    blocks: tuple[Block, ...]
    title: str | None = None
    title_block: int | None = None
    """Index of the block that is the title; null where no block holds exactly the title."""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_precision: str | None = None
    """`second`, `minute` or `day`."""
    published_source: DateSource | None = None
    """Where `published_at` is known from."""
    modified_at: datetime | None = None
    site: str | None = None
    """Registered domain-like host of the page's URL without `www.`; null without URL."""
    url: str | None = None
    """The page's own canonical URL, else the URL given or fetched."""
    section: str | None = None
    agency: str | None = None
    """The news agency that is credited; a name of `ingest.extract.agency`."""
    access: Literal["free", "metered", "paywalled", "unknown"] = "unknown"
    page_type: PageType | None = None
    """Null for plain text, and where neither markup nor structure tells."""
    html_lang: str | None = None
    """What the markup claims; evidence only."""
    licence_url: str | None = None
    opt_outs: tuple[str, ...] = ()
    """Signals against use, of markup and response headers, sorted: `noai`, `tdm-reservation`, `train-ai=n`."""
    flags: frozenset[Flag] = frozenset()

    @property
    def is_html(self) -> bool:
        """Whether blocks carry markup."""
        return any(block.tag for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece of one block that goes."""

    start: int
    end: int
    """Half-open, in code points of the block's text."""
    reason: Reason
    score: float
    """How sure we are that it goes, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Label:
    """The verdict on one block."""

    own: float
    """How sure we are that the block is the article's own text, 0 to 1."""
    cuts: tuple[Cut, ...] = ()
    """In order, without overlap; empty: the block is kept whole."""

    @classmethod
    def whole(cls, block: Block, reason: Reason, score: float) -> "Label":
        """The label that cuts a whole block."""
        return cls(own=1.0 - score, cuts=(Cut(0, len(block.text), reason, score),))


class Labeller(Protocol):
    """Tells an article's own text from everything else; the model and the rules share this face."""

    version: str
    """Changes whenever its labels may: a part of config_id."""

    def label(self, article: Article) -> Sequence[Label]:
        """One label per block, in order. The title's block gets a label too; it is not applied."""
        ...

    def label_many(self, articles: Sequence[Article]) -> Sequence[Sequence[Label]]:
        """The labels of each of several articles, as it would get them alone."""
        ...


@dataclass(frozen=True, slots=True)
class Removal:
    """A piece of `source_text` that was cut."""

    start: int
    end: int
    """Half-open, in code points of `source_text`."""
    reason: Reason
    score: float


@dataclass(frozen=True, slots=True)
class LanguageSpan:
    """A kept block whose language differs from the document's."""

    start: int
    end: int
    """Half-open, in code points of `source_text`."""
    language: str


@dataclass(frozen=True, slots=True)
class Document:
    """A clean article: kept text, and all that was cut from it."""

    text: str
    """Kept blocks verbatim, joined by a blank line; the title is not repeated."""
    source_text: str
    """All blocks joined by a line feed; no block contains one."""
    title: str | None
    title_span: tuple[int, int] | None
    """Where the title's block stands in `source_text`; null where no block is the title."""
    removals: tuple[Removal, ...]
    """In order, without overlap."""
    url: str | None = None
    site: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_precision: str | None = None
    published_source: DateSource | None = None
    modified_at: datetime | None = None
    section: str | None = None
    agency: str | None = None
    access: str = "unknown"
    page_type: str | None = None
    language: str = "und"
    """ISO 639-1 as langdetect's profiles name it (`zh` for Chinese), `und` where it cannot be known."""
    language_score: float = 0.0
    script: str | None = None
    """ISO 15924 of most letters, `Latn`, `Hang`, `Arab` …; null without letters."""
    block_languages: tuple[LanguageSpan, ...] = ()
    n_words: int = 0
    licence_url: str | None = None
    opt_outs: tuple[str, ...] = ()
    flags: frozenset[Flag] = frozenset()


@dataclass(frozen=True, slots=True)
class Sketch:
    """What near-duplicate search keeps of a document."""

    minhash: bytes
    """128 little-endian uint32, datasketch's `affine32` scheme, seed 1, xxh32 over word 5-shingles."""
    fraction: bytes
    """FracMinHash: the little-endian uint32 shingle hashes below 2³² / 16, ascending, at least 16 where there are so many."""
    n_shingles: int
    """Distinct shingles of the whole text."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What the reading spine makes of a page that survives it."""

    document: Document
    sketch: Sketch


EdgeKind = Literal["exact", "near", "contained", "update", "correction", "series", "round-up", "follow-up"]
"""How two documents resemble each other.

Exact, near, contained, update and correction are one story and merge; the others are links.
"""


@dataclass(frozen=True, slots=True)
class Edge:
    """Verified evidence that two documents resemble each other, as seen from one of them."""

    other: str
    """Id of the other document."""
    kind: EdgeKind
    containment: float
    """Shared 5-shingles over those of the smaller document."""
    jaccard: float
    conflict: float
    """Share of the 5-shingles that match with numbers masked whose numbers differ."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the corpus says of one live document."""

    id: str
    version: int
    status: Literal["live", "withdrawn"] = "live"
    duplicate_of: str | None = None
    """Canonical document of its cluster; null where it is that itself."""
    cluster: str | None = None
    """Smallest id of the documents that tell the same story; its own where it stands alone."""
    evidence: tuple[Edge, ...] = field(default=())
    """Its edges, by `other`."""
