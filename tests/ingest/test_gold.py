"""Gold files: known by their content, read in their order."""

import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from ingest.errors import GoldError
from ingest.gold import Choice, LanguageGold, LinesGold, MetadataGold, PageGold, PartGold, SeedGold
from ingest.goldfiles import files_by_task, read
from ingest.records import Reason

TEXT = {"id": "t", "split": "dev", "style": "lxml", "lines": ["Own.", "Menu"], "lab": "KD"}
STORY = {"id": "s", "split": "dev", "neg": None, "stories": [{"where": "middle"}], "lines": ["Own.", "Other."], "lab": "KS"}
NATURAL = {"id": "n", "split": "train", "neg": True, "kind": "appended", "lines": ["Own."], "lab": "K"}
SPOKEN = {"lang": "en", "kind": "body", "text": "Own.", "split": "dev"}
SEED = {
    "file": "a.txt",
    "title": "T",
    "text": "Own.",
    "language": "en",
    "blocks": [{"line": "T", "is": "title"}, {"line": "Own.", "kept": "Own."}],
}
MARKED = {
    "id": "m",
    "file": "m.html",
    "url": "https://a.example/m",
    "split": "dev",
    "neg": False,
    "lines": ["Title", "Own. (Norlink)", "Menu"],
    "lab": "TKC",
    "reasons": [None, None, "navigation"],
    "parts": [[1, 5, 14, "credit"]],
}
META = {"id": "p", "title": "T", "authors": ["Ada Lorn"], "date": "2026-01-02"}


def line(record):
    return json.dumps(record).encode() + b"\n"


def pages():
    """Two pages of two publishers and a listing, as Parquet."""
    row = {
        "url": "https://a.example/1",
        "page_type": "article",
        "lang": "en",
        "gold": "Own.",
        "titles": '["T"]',
        "html": b"<p>Own.",
    }
    rows = [
        {**row, "id": "p", "publisher": "a", "news": True},
        {**row, "id": "q", "publisher": "b", "news": True},
        {**row, "id": "r", "publisher": "a", "news": False},
    ]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


FILES = {
    "one.jsonl": line(TEXT) + line({**TEXT, "split": "train", "style": "trafrec"}),
    "two.jsonl.gz": gzip.compress(line(STORY)),
    "three.jsonl.zst": zstandard.compress(line(NATURAL)),
    "four.jsonl": line(SPOKEN),
    "five.jsonl": line(SEED),
    "six.jsonl": line(META),
    "pages.parquet": pages(),
    "splits.json": json.dumps({"a": "dev", "b": "train"}).encode(),
    "seven.jsonl": line(MARKED),
    "m.html": b"<p>Own.",
    "other.jsonl": line({"x": 1}),
    "empty.jsonl": b"",
    "README.md": b"# no gold",
    "a.txt": b"T\nOwn.",
}


def opener(name):
    if name not in FILES:
        raise FileNotFoundError(name)
    return io.BytesIO(FILES[name])


def gold(task, *names, choice=None):
    return list(read(task, names, opener, choice or Choice()))


def test_files_are_known_by_their_content():
    assert files_by_task(list(FILES), opener) == {
        "seeds": ("five.jsonl",),
        "text": ("one.jsonl",),
        "story": ("two.jsonl.gz",),
        "natural": ("three.jsonl.zst",),
        "pages": ("pages.parquet", "seven.jsonl"),
        "metadata": ("six.jsonl", "pages.parquet"),
        "language": ("four.jsonl",),
    }


def test_metadata_without_pages_are_no_task():
    assert files_by_task(["six.jsonl"], opener) == {}


def test_lines_are_read_with_their_groups():
    assert gold("text", "one.jsonl") == [
        LinesGold(id="t", lines=["Own.", "Menu"], labels="KD", groups={"style": "lxml", "kind": "full"})
    ]
    both = gold("text", "one.jsonl", choice=Choice("all"))
    assert [each.groups["kind"] for each in both] == ["full", "residue"]
    (story,) = gold("story", "two.jsonl.gz")
    assert (story.negative, story.groups["place"]) == (False, "inserted")
    assert gold("natural", "three.jsonl.zst") == []
    (natural,) = gold("natural", "three.jsonl.zst", choice=Choice("train"))
    assert (natural.negative, natural.groups["kind"]) == (True, "appended")


def test_languages_and_seeds_are_read():
    assert gold("language", "four.jsonl") == [LanguageGold(text="Own.", language="en", groups={"lang": "en", "kind": "body"})]
    (seed,) = gold("seeds", "five.jsonl")
    assert isinstance(seed, SeedGold)
    assert (seed.body, [block.is_title for block in seed.blocks]) == (b"T\nOwn.", [True, False])


def test_pages_are_chosen_by_split_and_type():
    assert [type(each) for each in gold("pages", "pages.parquet")] == [PageGold]
    assert len(gold("pages", "pages.parquet", choice=Choice("all"))) == 2
    assert len(gold("pages", "pages.parquet", choice=Choice("all", all_types=True))) == 3
    (known,) = gold("metadata", "six.jsonl", "pages.parquet")
    assert isinstance(known, MetadataGold)
    assert (known.title, known.authors, known.date) == ("T", ["Ada Lorn"], "2026-01-02")


def test_pages_may_be_known_line_by_line():
    (page,) = gold("pages", "seven.jsonl")
    assert isinstance(page, PageGold)
    assert (page.html, page.text, page.titles) == (b"<p>Own.", "Own.", ["Title"])
    assert page.marked.parts == (PartGold(1, 5, 14, Reason.CREDIT),)
    assert page.marked.reasons == (None, None, Reason.NAVIGATION)
    assert [each.id for each in gold("pages", "pages.parquet", "seven.jsonl")] == ["p", "m"]


def test_a_broken_line_is_named():
    broken = {"x.jsonl": line(TEXT) + b"{"}
    with pytest.raises(GoldError, match=r"x\.jsonl: line 2 is not JSON"):
        list(read("text", ["x.jsonl"], lambda name: io.BytesIO(broken[name]), Choice()))
