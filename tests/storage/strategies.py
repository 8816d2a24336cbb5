"""Records as hypothesis draws them: anything that the types allow."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from ingest.records import (
    Cleaned,
    Decision,
    Document,
    Edge,
    FieldMap,
    Flag,
    LanguageSpan,
    RawPage,
    Reason,
    Rejected,
    Removal,
    Sketch,
)
from storage.raw import RawRef
from storage.staged import Failure, StagedPage

characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = st.text(characters, max_size=12)
maybe_texts = st.none() | texts
names = st.text(characters, min_size=1, max_size=8)
numbers = st.integers(0, 2**31 - 1)
shares = st.floats(0, 1)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds it
maybe_moments = st.none() | moments
refs = st.builds(RawRef, names, numbers, numbers)

documents = st.builds(
    Document,
    text=texts,
    source_text=texts,
    title=maybe_texts,
    title_span=st.none() | st.tuples(numbers, numbers),
    removals=st.lists(st.builds(Removal, numbers, numbers, st.sampled_from(Reason), shares), max_size=3).map(tuple),
    url=maybe_texts,
    authors=st.lists(texts, max_size=2).map(tuple),
    published_at=maybe_moments,
    published_precision=maybe_texts,
    published_source=st.sampled_from([None, "json-ld", "feed"]),
    agency=maybe_texts,
    modified_at=maybe_moments,
    section=maybe_texts,
    language_score=shares,
    script=maybe_texts,
    block_languages=st.lists(st.builds(LanguageSpan, numbers, numbers, names), max_size=2).map(tuple),
    n_words=numbers,
    licence_url=maybe_texts,
    opt_outs=st.lists(texts, max_size=2).map(tuple),
    flags=st.frozensets(st.sampled_from(Flag)),
)
results = st.one_of(
    st.builds(Cleaned, documents, st.builds(Sketch, st.binary(max_size=9), st.binary(max_size=9), numbers)),
    st.builds(Rejected, st.sampled_from(["load", "clean"]), names, texts),
    st.builds(Failure, names, texts),
)
staged_pages = st.builds(
    StagedPage,
    id=names,
    source=texts,
    name=names,
    url=maybe_texts,
    raw_sha256=maybe_texts,
    raw_ref=st.none() | refs,
    fetched_at=maybe_moments,
    modified_at=maybe_moments,
    content_sha256=maybe_texts,
    result=results,
)
edges = st.builds(Edge, names, st.sampled_from(["exact", "series"]), shares, shares, shares)
decisions = st.builds(
    Decision,
    id=names,
    version=st.integers(1, 9),
    status=st.sampled_from(["live", "withdrawn"]),
    duplicate_of=maybe_texts,
    cluster=maybe_texts,
    evidence=st.lists(edges, max_size=2).map(tuple),
)

any_text = st.text(max_size=12)
"""Lone surrogates and control characters too: names and headers of the world outside."""
header_names = st.sampled_from(["Content-Type", "content-encoding", "Transfer-Encoding", "Content-Length", "ETag", "X-Ä\r\nB"])
raw_pages = st.builds(
    RawPage,
    source=any_text,
    name=any_text,
    media_type=st.sampled_from(["text/plain", "text/html", "application/json"]),
    body=st.binary(max_size=40) | st.sampled_from([b"WARC/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nx", b"5\r\nhello\r\n0\r\n\r\n"]),
    content_encoding=st.sampled_from([None, "gzip", "zstd"]),
    url=st.none() | any_text,
    requested_url=st.none() | any_text,
    caller_id=st.none() | any_text,
    fetched_at=maybe_moments,
    modified_at=maybe_moments,
    status=st.sampled_from([None, 200, 304, 599]),
    headers=st.lists(st.tuples(header_names | any_text, any_text), max_size=3).map(tuple),
    fields=st.none() | st.builds(FieldMap, text=st.lists(any_text, max_size=2).map(tuple)),
)
