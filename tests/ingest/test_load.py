import gzip
import json
import random
from datetime import UTC, datetime

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from ingest.load import LoadConfig, load, payload_bytes, payload_sha256
from ingest.records import FieldMap, Flag, Payload, RawPage, Rejected

CONFIG = LoadConfig()
NOISE = random.Random(1).randbytes(9000)
STORY = "The council of Marrow Bay met on Tuesday to discuss the old bridge.\n\nIt will be repaired next year."
RUSSIAN = "Совет города во вторник обсудил ремонт моста у старой мельницы. Жители узнают позже о начале работ."


def text_page(body: bytes, **more) -> RawPage:
    return RawPage("wire", "a.txt", "text/plain", body, **more)


def html_page(body: bytes, **more) -> RawPage:
    return RawPage("wire", "a.html", "text/html", body, **more)


def record(entries, fields: FieldMap | None = None) -> RawPage:
    line = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return RawPage("wire", "a.jsonl#1", "application/json", line, fields=fields or FieldMap())


def reason(page: RawPage, config: LoadConfig = CONFIG) -> str | None:
    loaded = load(page, config)
    return loaded.reason if isinstance(loaded, Rejected) else None


def loaded(page: RawPage) -> Payload:
    payload = load(page, CONFIG)
    assert isinstance(payload, Payload), payload
    return payload


def test_a_text_file_is_its_text():
    payload = loaded(text_page(STORY.encode()))
    assert (payload.kind, payload.content, payload.charset, payload.flags) == ("text", STORY, "utf-8", frozenset())


def test_html_keeps_its_markup_also_in_a_file_called_text():
    page = f"<!DOCTYPE html><html><body><p>{STORY}</p></body></html>"
    assert loaded(html_page(page.encode())).kind == "html"
    assert loaded(text_page(page.encode())).kind == "html"
    assert loaded(text_page(page.encode())).content == page


@pytest.mark.parametrize("body", [b"", b" \n\t", "\ufeff".encode(), " \u3000\xa0 ".encode(), gzip.compress(b"")])
def test_white_space_is_empty(body):
    encoding = "gzip" if body.startswith(b"\x1f\x8b") else None
    assert reason(text_page(body, content_encoding=encoding)) == "empty"


@pytest.mark.parametrize(
    "body",
    [
        *(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"stream" * 50, b"\x89PNG\r\n\x1a\n" + bytes(50), b"PK\x03\x04" + bytes(range(200))),
        *(
            gzip.compress(STORY.encode()),
            bytes(10_000),
            NOISE[:5000],
            b"text then " * 10 + NOISE,
        ),
    ],
    ids=["pdf", "png", "zip", "gzip", "zeros", "random", "mixed"],
)
def test_what_is_no_text_is_binary(body):
    assert reason(text_page(body)) == "binary"
    assert reason(html_page(body)) == "binary"


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be", "utf-16", "utf-32-le"])
def test_wide_text_without_a_mark_is_text(charset):
    payload = loaded(text_page(RUSSIAN.encode(charset)))
    assert (payload.content, payload.flags) == (RUSSIAN, frozenset())


def test_text_with_some_stray_zeros_is_text():
    assert loaded(text_page(bytes(100) + STORY.encode() + b"\0")).content == STORY
    assert loaded(text_page(b"ID3 tags are what the council of Marrow Bay wants to read.")).kind == "text"


def test_the_charset_of_the_header_counts():
    headers = (("Content-Type", 'text/html; charset="windows-1251"'),)
    assert RUSSIAN in loaded(html_page(f"<p>{RUSSIAN}</p>".encode("cp1251"), headers=headers)).content


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_compression_is_undone(encoding):
    body = gzip.compress(STORY.encode()) if encoding == "gzip" else zstandard.compress(STORY.encode())
    page = text_page(body, content_encoding=encoding)
    assert loaded(page).content == STORY
    assert payload_sha256(page) == payload_sha256(text_page(STORY.encode()))


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_half_a_file_is_truncated_and_hashed_as_it_is(encoding):
    body = gzip.compress(STORY.encode()) if encoding == "gzip" else zstandard.compress(STORY.encode())
    page = text_page(body[:-10], content_encoding=encoding)
    assert reason(page) == "truncated"
    assert payload_sha256(page) == payload_sha256(text_page(body[:-10]))


def test_an_unknown_encoding_or_type_is_unsupported():
    assert reason(text_page(b"x", content_encoding="br")) == "unsupported"
    assert reason(RawPage("wire", "a.bin", "application/octet-stream", b"x")) == "unsupported"


def test_what_unpacks_to_more_than_the_limit_is_too_large():
    bomb = text_page(gzip.compress(bytes(3 << 20)), content_encoding="gzip")
    assert payload_bytes(bomb, 1 << 20) == Rejected("load", "too-large", "The page has more than 1048576 bytes.")
    assert payload_bytes(bomb, 3 << 20) == bytes(3 << 20)
    assert reason(text_page(b"x" * 11), LoadConfig(max_bytes=10)) == "too-large"


def test_a_record_gives_its_text_and_metadata():
    payload = loaded(
        record(
            {
                "url": "https://news.example/a",
                "headline": "  Bridge\nto be repaired ",
                "content": STORY,
                "author": ["Ada Quill", {"name": "Bo Reed"}, "Ada Quill", 5, None],
                "date": "2024-03-05",
                "modified_at": "2024-03-06T10:00:00Z",
            }
        )
    )
    assert (payload.kind, payload.content, payload.title) == ("text", STORY, "Bridge to be repaired")
    assert (payload.url, payload.authors) == ("https://news.example/a", ("Ada Quill", "Bo Reed"))
    assert (payload.published_at, payload.published_precision) == (datetime(2024, 3, 5, tzinfo=UTC), "day")
    assert payload.modified_at == datetime(2024, 3, 6, 10, tzinfo=UTC)


def test_the_first_field_that_is_not_empty_wins():
    assert loaded(record({"text": " ", "content": None, "body": STORY, "article": "other"})).content == STORY
    assert loaded(record({"published_at": "soon", "date": "2024-03-05", "text": STORY})).published_precision == "day"
    assert loaded(record({"story": STORY, "text": "other"}, FieldMap(text=("story",)))).content == STORY


def test_html_is_preferred_to_text_and_known_by_its_tags():
    assert loaded(record({"text": "left", "html": f"<p>{STORY}</p><p>More</p>"})).kind == "html"
    assert loaded(record({"content": f"<p>{STORY}</p><p>More</p>"})).kind == "html"
    assert loaded(record({"content": f"<p class='a'>{STORY}</p>"})).kind == "html"
    assert loaded(record({"html": STORY})).kind == "text"
    assert loaded(record({"text": "Close each <p> with a </p> was all that a < b said."})).kind == "text"


@pytest.mark.parametrize(
    "authors", ["Ada Quill; Bo Reed", "Ada Quill | Bo Reed", [{"name": "Ada Quill"}, {"full_name": "Bo Reed"}]]
)
def test_authors_come_in_many_shapes(authors):
    assert loaded(record({"text": STORY, "authors": authors})).authors == ("Ada Quill", "Bo Reed")


def test_paragraphs_in_a_list_are_joined():
    assert loaded(record({"text": STORY.split("\n\n")})).content == STORY


@pytest.mark.parametrize(
    "line",
    [
        *(b"{", b"[]", b"null", b"5", b'"text"', b'{"text": x}', b'{"text": "cut', b"[" * 100_000, b'{"a":' * 100_000),
        b'{"text": "x", "more": [' + b"[]," * 300_000 + b"[]]}",
    ],
)
def test_a_line_that_is_no_json_object_is_bad_json(line):
    assert reason(record(line)) == "bad-json"


@pytest.mark.parametrize("entries", [{}, {"text": ""}, {"text": "\0 \n"}, {"text": 5}, {"text": ["a", 5]}, {"headline": "x"}])
def test_a_record_without_text_says_so(entries):
    assert reason(record(entries)) == "no-text-field"


def test_odd_values_elsewhere_do_not_cost_the_record():
    line = (
        b'\xef\xbb\xbf{"text": "'
        + STORY.encode().replace(b"\n", b"\\n")
        + b'", "n": '
        + b"9" * 5000
        + b', "m": NaN, "url": 5, "title": []}'
    )
    payload = loaded(record(line))
    assert (payload.content, payload.title) == (STORY, None)


def test_lone_surrogates_become_replacement_characters_and_pairs_are_joined():
    payload = loaded(record(b'{"text": "The bridge \\ud800 of \\ud83d\\ude00 Marrow Bay", "title": "a\\udfff"}'))
    assert payload.content == "The bridge \ufffd of 😀 Marrow Bay"
    assert payload.title == "a\ufffd"
    assert payload.flags == {Flag.UNDECODABLE}


def test_a_record_that_is_no_utf8_is_decoded_and_flagged():
    line = json.dumps({"text": RUSSIAN}, ensure_ascii=False).encode("cp1251")
    payload = loaded(record(line))
    assert (payload.content, payload.charset) == (RUSSIAN, "cp1251")
    assert Flag.CHARSET_GUESSED in payload.flags


def test_damaged_text_in_a_record_is_flagged():
    assert loaded(record({"text": "Über die Brücke hören die Bürger später".encode().decode("latin-1")})).flags == {Flag.MOJIBAKE}


@given(
    st.binary(max_size=200),
    st.sampled_from(["text/plain", "text/html", "application/json", "image/png"]),
    st.sampled_from([None, "gzip", "zstd", "br"]),
)
def test_no_page_fails_to_load(body, media_type, encoding):
    page = RawPage("wire", "a", media_type, body, encoding)
    assert isinstance(load(page, CONFIG), Payload | Rejected)
    assert len(payload_sha256(page)) == 64


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "$date", "x"]), inner, max_size=2),
)


@given(st.dictionaries(st.sampled_from(["text", "html", "url", "id", "title", "authors", "date", "modified_at"]), JSON))
def test_no_record_fails_to_load_and_its_strings_can_be_stored(entries):
    payload = load(record(entries), CONFIG)
    if isinstance(payload, Payload):
        for text in (payload.content, payload.title or "", payload.url or "", *payload.authors):
            text.encode()
