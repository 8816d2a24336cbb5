"""The columns of every table, each with a sentence that documentation and commands print.

All timestamps are UTC microseconds: a naive one would raise the Delta reader version that users need.
"""

from collections.abc import Iterable, Mapping

import pyarrow as pa

from storage.keys import Table

TIMESTAMP = pa.timestamp("us", tz="UTC")
TEXTS = pa.list_(pa.string())
RAW_REF = pa.struct([("key", pa.string()), ("offset", pa.int64()), ("length", pa.int64())])
RIGHTS = pa.struct([("licence_url", pa.string()), ("opt_outs", TEXTS)])
PIPELINE = pa.struct([("code", pa.string()), ("config_id", pa.string())])
SPAN = pa.struct([("start", pa.int32()), ("end", pa.int32())])
REMOVALS = pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32()), ("reason", pa.string()), ("score", pa.float64())]))
BLOCK_LANGUAGES = pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32()), ("language", pa.string())]))
EVIDENCE = pa.list_(
    pa.struct(
        [
            ("other", pa.string()),
            ("kind", pa.string()),
            ("containment", pa.float64()),
            ("jaccard", pa.float64()),
            ("conflict", pa.float64()),
        ]
    )
)
CHARS_CUT = pa.list_(pa.struct([("reason", pa.string()), ("chars", pa.int64())]))

COLUMNS: Mapping[str, tuple[pa.DataType, str]] = {
    "id": (pa.string(), "The document's id: 32 hex digits, the same for all its versions."),
    "version": (pa.int32(), "Version of the document, from 1 without gaps."),
    "seq": (pa.int64(), "Number of the commit that brought this row."),
    "run_id": (pa.string(), "The run that brought this row."),
    "url": (pa.string(), "The page's own canonical URL, else the URL given or fetched; null for files without one."),
    "site": (pa.string(), "Host of the URL without `www.`; null without URL."),
    "source": (pa.string(), "Name of the source that listed the input."),
    "name": (pa.string(), "The input's path within its source; a record of a file adds `#` and its line number."),
    "title": (pa.string(), "The headline; null where no line is one."),
    "text": (pa.string(), "The article's own text: kept blocks, verbatim, joined by a blank line; the title is not repeated."),
    "authors": (
        TEXTS,
        "Names of the people who wrote it, in the page's order; where none is named, the desk, agency or outlet that it credits.",
    ),
    "published_at": (TIMESTAMP, "When the article says it was published."),
    "published_precision": (pa.string(), "How exact `published_at` is: `second`, `minute` or `day`."),
    "published_source": (
        pa.string(),
        "Where `published_at` is known from: `record`, `json-ld`, `meta`, `time-element`, `text`, `url`, `feed` or `search`.",
    ),
    "modified_at": (TIMESTAMP, "When the article says it was last changed."),
    "section": (pa.string(), "The section of the outlet."),
    "agency": (pa.string(), "The news agency that is credited, in one spelling for each: `AP`, `AFP`, `dpa`, `Reuters` …"),
    "access": (pa.string(), "`free`, `metered`, `paywalled` or `unknown`."),
    "page_type": (
        pa.string(),
        "`article`, `live-blog`, `listing`, `product`, `forum` …; null for plain text, and where it is unknown.",
    ),
    "language": (pa.string(), "ISO 639-1 code of the text's language, `und` where it cannot be known."),
    "language_score": (pa.float64(), "How sure the language is, 0 to 1."),
    "script": (pa.string(), "ISO 15924 code of most letters: `Latn`, `Hang`, `Arab` …; null without letters."),
    "n_words": (pa.int32(), "Words of the text."),
    "duplicate_of": (pa.string(), "Id of the canonical document that tells the same story; null where it is that itself."),
    "cluster": (pa.string(), "Smallest id of the documents that tell the same story; its own where it stands alone."),
    "flags": (TEXTS, "What to know before trusting it, from a closed list, sorted: `mojibake`, `truncated` …"),
    "rights": (RIGHTS, "Licence that the page names, and its signals against use such as `noai`."),
    "first_seen_at": (TIMESTAMP, "When version 1 of the document was fetched."),
    "fetched_at": (TIMESTAMP, "When this input was fetched; local files share the time of their run."),
    "content_sha256": (pa.string(), "Digest of title, text, authors, published_at and language: a new one makes a new version."),
    "raw_ref": (RAW_REF, "Where the exact bytes stand: key of a WARC segment, offset and length of the compressed record."),
    "raw_sha256": (pa.string(), "Digest of the input's bytes after decompression."),
    "pipeline": (PIPELINE, "What made the row: version of the code, and id of all settings that change results."),
    "source_text": (pa.string(), "All visible text of the page: every block, joined by a line feed."),
    "title_span": (SPAN, "Where the title's block stands in `source_text`, in code points; null where no block is the title."),
    "removals": (REMOVALS, "What was cut: half-open spans of `source_text` in code points, in order, with reason and score."),
    "block_languages": (BLOCK_LANGUAGES, "Kept blocks whose language differs: half-open spans of `source_text` in code points."),
    "status": (pa.string(), "`live` or `withdrawn`."),
    "evidence": (EVIDENCE, "Why it is linked to other documents: each with its kind, containment, Jaccard and conflict."),
    "outcome": (pa.string(), "What became of the input: kept, rejected, duplicate, unchanged or failed."),
    "stage": (pa.string(), "Which stage rejected it or failed; null otherwise."),
    "reason": (pa.string(), "Why it was rejected or failed, one word of the stage's closed list; null otherwise."),
    "detail": (pa.string(), "One sentence for a person; holds no text of the page."),
    "chars_kept": (pa.int64(), "Code points of the kept text; 0 where nothing was kept."),
    "chars_cut": (CHARS_CUT, "Code points cut, by reason."),
    "config_id": (pa.string(), "Id of all settings that change results."),
    "input_url": (pa.string(), "The URL given or fetched; null for files without one."),
    "input_modified_at": (TIMESTAMP, "What the record or response says of its last change."),
    "kind": (pa.string(), "What the page became: `cleaned`, `rejected` or `failed`."),
    "minhash": (pa.binary(), "128 little-endian uint32 of the text's word 5-shingles."),
    "fraction": (pa.binary(), "The smallest shingle hashes, little-endian uint32, ascending."),
    "n_shingles": (pa.int64(), "Distinct word 5-shingles of the text."),
    "n_chars": (pa.int64(), "Code points of the text."),
}
"""Column → type and one sentence; a column means the same in every table but for `SPECIAL`."""

SPECIAL: Mapping[tuple[str, str], str] = {
    ("documents", "seq"): "Number of the commit that last changed this row: its content, or what it is a duplicate of.",
    ("documents", "run_id"): "The run that brought this version.",
    ("decisions", "version"): "The version that is current from this commit on.",
    ("outcomes", "version"): "The version that the input made or confirmed; null where it has none.",
    ("outcomes", "url"): "The URL given or fetched; null for files without one.",
    ("outcomes", "site"): "Host of the page's URL without `www.`; null without one, and where nothing was kept.",
    ("outcomes", "language"): "Language of the cleaned text; null where nothing was kept.",
}
"""(table, column) → the sentence that holds there instead."""

_DOCUMENT: tuple[str, ...] = (
    "url",
    "site",
    "title",
    "text",
    "authors",
    "published_at",
    "published_precision",
    "published_source",
    "modified_at",
    "section",
    "agency",
)
_DOCUMENT += ("access", "page_type", "language", "language_score", "script", "n_words", "flags", "rights")
_CUTS = ("source_text", "title_span", "removals", "block_languages")
_ORIGIN = ("fetched_at", "content_sha256", "raw_ref", "raw_sha256")
_SKETCH = ("minhash", "fraction", "n_shingles")


def _schema(columns: Iterable[str]) -> pa.Schema:
    return pa.schema([(column, COLUMNS[column][0]) for column in columns])


VERSIONS = _schema(
    ["id", "version", "seq", "source", *_DOCUMENT, "first_seen_at", *_ORIGIN, "pipeline", "run_id", *_CUTS],
)
DOCUMENTS = _schema(
    ["id", "version", "seq", "source", *_DOCUMENT, "duplicate_of", "cluster", "first_seen_at", *_ORIGIN, "pipeline", "run_id"],
)
DECISIONS = _schema(["id", "seq", "version", "status", "duplicate_of", "cluster", "evidence", "run_id"])
_INPUT = ("id", "source", "name", "url", "site", "language", "outcome", "stage", "reason", "detail", "version", "duplicate_of")
_COUNTED = ("flags", "chars_kept", "chars_cut", "raw_sha256", "config_id", "raw_ref", "fetched_at")
OUTCOMES = _schema(["run_id", "seq", *_INPUT, *_COUNTED])
_STAGED_INPUT = ("id", "source", "name", "input_url", "input_modified_at", "kind", "stage", "reason", "detail")
STAGED = _schema([*_STAGED_INPUT, *_DOCUMENT, *_CUTS, *_ORIGIN, *_SKETCH])
SKETCHES = _schema(["id", "version", "seq", "published_at", "url", "n_chars", "content_sha256", *_SKETCH])

SCHEMAS: Mapping[Table, pa.Schema] = {
    "versions": VERSIONS,
    "decisions": DECISIONS,
    "outcomes": OUTCOMES,
    "documents": DOCUMENTS,
}


def describe(table: Table) -> dict[str, str]:
    """Column → one sentence, in the table's order."""
    return {column: SPECIAL.get((table, column), COLUMNS[column][1]) for column in SCHEMAS[table].names}
