"""The pages as text: what they show, and that nothing in them acts."""

import hashlib
import html
import json
import re
import time
from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.view.changes import pair
from flows.view.difference import Row, rows
from flows.view.document import Portrait, Relative, VersionNote, document_page
from flows.view.fact import Fact
from flows.view.fates import FAMILY, blocks_of, shares_of
from flows.view.pages import Place, percent
from flows.view.plots import Chart, Part, Stack, lengths, ranked, shares
from flows.view.visible import visible
from ingest.records import Document, Reason, Removal
from tests.flows.view.hostile import (
    MARKS,
    hostile,
    hostile_document_page,
    hostile_index_page,
    hostile_preview_page,
    hostile_run_page,
)


def pier() -> Document:
    blocks = ["The pier opens", "By Ada Lorn", "It cost 4 million. (Lorn Agency)", "Read more"]
    source = "\n".join(blocks)
    cuts = [("By Ada Lorn", Reason.BYLINE), (" (Lorn Agency)", Reason.CREDIT), ("Read more", Reason.RELATED_TEASER)]
    removals = tuple(Removal(source.index(text), source.index(text) + len(text), reason, 0.9) for text, reason in cuts)
    return Document(text="It cost 4 million.", source_text=source, title="The pier opens", title_span=(0, 14), removals=removals)


def test_every_block_is_shown_with_its_fate() -> None:
    found = [
        (block.state, "".join(bit.text for bit in block.bits), [cut.reason for cut in block.cuts]) for block in blocks_of(pier())
    ]
    assert found == [
        ("title", "The pier opens", []),
        ("cut", "By Ada Lorn", ["byline"]),
        ("part", "It cost 4 million. (Lorn Agency)", ["credit"]),
        ("cut", "Read more", ["related-teaser"]),
    ]
    assert [(share.reason, share.chars) for share in shares_of(pier())] == [("credit", 14), ("byline", 11), ("related-teaser", 9)]


def test_every_reason_has_a_colour() -> None:
    assert set(FAMILY) == set(Reason)


def test_the_page_of_a_document_holds_text_reasons_and_facts() -> None:
    facts = [Fact("language", "en", "found from the kept text")]
    page = document_page(Portrait("d1", "The pier opens", "kept", pier(), facts))
    for word in ("It cost 4 million.", "Lorn Agency", "<b>byline</b>", "0.90", "language", "found from the kept text"):
        assert word in page
    assert "18 characters kept, 34 cut" in page
    assert "href" not in page


def test_a_document_without_text_has_its_facts() -> None:
    page = document_page(Portrait("d1", "empty.txt", "rejected: load/empty", None, [Fact("input", "desk/empty.txt")]))
    assert "rejected: load/empty" in page
    assert "desk/empty.txt" in page
    assert "characters kept" not in page


@pytest.mark.parametrize("make", [hostile_document_page, hostile_preview_page, hostile_run_page])
def test_hostile_text_is_text(make) -> None:
    before = time.process_time()
    page = make()
    assert time.process_time() - before < 10
    assert "<script" not in page
    assert "<img" not in page
    assert "<svg onload" not in page
    assert "&lt;script&gt;" in page
    assert "{{ 7 * 7 }}" in page or make is hostile_run_page
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b\x07]", page)
    assert len(page) < 16_000_000
    assert page.index("Content-Security-Policy") < page.index("<title>")


def test_what_acts_is_spelt_out_and_what_people_write_stays() -> None:
    assert visible("a\u202eb\x1b") == "a⟨U+202E⟩b⟨U+001B⟩"
    assert visible("\u202e" * 9) == "⟨U+202E⟩" * 4 + "⟨5 more⟩"
    assert visible(MARKS, 2_000_000).endswith("⟨999,992 more marks⟩")
    assert visible("abcdef", 4) == "abcd⟨2 more characters⟩"
    for text in ("می‌خواهم", "हिन्दी", "👩‍🚀", "Ấ́", "a\tb\nc", "שָׁלוֹם", "น้ำ"):
        assert visible(text) == text


PARAGRAPHS = st.lists(st.text("ab .", max_size=12), max_size=8)


@given(PARAGRAPHS, PARAGRAPHS)
def test_both_sides_of_a_difference_are_the_texts(before: list[str], after: list[str]) -> None:
    found = rows(before, after)
    assert [row.left for row in found if row.left] == [text for text in before if text]
    assert [row.right for row in found if row.right] == [text for text in after if text]
    assert all(row.left == row.right for row in found if row.fate == "same")


def test_words_that_differ_are_marked() -> None:
    (row,) = rows(["The old pier opens today."], ["The pier opens tomorrow."])
    assert row.fate == "changed"
    assert [span.text for span in row.before if span.is_own] == [" old", "today"]
    assert [span.text for span in row.after if span.is_own] == ["tomorrow"]


def test_a_paragraph_that_goes_stands_alone() -> None:
    found = rows(["The pier opens.", "Share this", "It cost 4 million."], ["The pier opens.", "It cost 4 million."])
    assert [row.fate for row in found] == ["same", "gone", "same"]
    assert isinstance(found[1], Row)
    assert found[1].left == "Share this"


@pytest.mark.parametrize("unit", ["a b ", "ab", "a\u0301"])
def test_a_difference_of_pathological_texts_is_cheap(unit: str) -> None:
    before = [unit * 140 + str(number) for number in range(900)]
    after = [unit * 139 + str(number) + "x" for number in range(899)]
    started = time.process_time()
    assert rows(before, after)
    assert time.process_time() - started < 5


def test_a_pair_says_why_a_paragraph_goes_and_leaves_out_what_stays() -> None:
    same = [f"Paragraph {number} of the story." for number in range(9)]
    before = Document("\n\n".join([*same, "Share this"]), "\n".join([*same, "Share this"]), None, None, ())
    source = "\n".join([*same, "Share this"])
    after = Document("\n\n".join(same), source, None, None, (Removal(len(source) - 10, len(source), Reason.SHARE, 0.8),))
    shown = pair("d1", "desk/a.txt", before, after)
    assert [(line.fate, line.skipped) for line in shown.lines] == [("skipped", 8), ("same", 0), ("gone", 0)]
    assert shown.lines[-1].goes is not None
    assert shown.lines[-1].goes.reason == "share"


def test_fields_that_change_are_told() -> None:
    shown = pair("d1", "x", hostile(), pier())
    assert [label for label, _, _ in shown.fields] == ["title", "authors", "language"]


def test_shares_are_never_rounded_to_certainty() -> None:
    assert [percent(share) for share in (0.0, 0.0001, 0.48, 0.4812, 0.9999, 1.0)] == [
        "0 %",
        "< 0.1 %",
        "48 %",
        "48.1 %",
        "> 99.9 %",
        "100 %",
    ]


def test_versions_tell_what_changed_and_copies_lead_to_each_other() -> None:
    after = replace(pier(), text="It cost 5 million.", authors=("Ada Lorn",))
    notes = [
        VersionNote(2, "run2", "", 4, 0, "", is_current=True, changes=pair("d1", "", pier(), after)),
        VersionNote(1, "run1", "", 4, 0, ""),
    ]
    relatives = [
        Relative("c1", "The pier", "desk/c.txt", "near", "containment 0.97", is_copy=True, is_canonical=True),
        Relative("s1", "Pier weekly", "desk/s.txt", "series", "", is_copy=False),
    ]
    page = document_page(Portrait("d1", "x", "kept", after, (), (), notes, relatives, place=Place("../../", "", {"c1"})))
    assert "<del>4</del>" in page
    assert "<ins>5</ins>" in page
    assert "<del><bdi>–</bdi></del> → <ins><bdi>Ada Lorn</bdi></ins>" in page
    assert '<a href="../../documents/c1/c1.html">c1</a>' in page
    assert re.findall('href="#version-(.)"', page) == re.findall('id="version-(.)"', page) == ["2", "1"]
    assert "containment 0.97" in page
    assert page.index("The same story") < page.index("Linked")
    assert "s1.html" not in page, "who has no page is not linked"


def test_stretches_of_a_bar_are_as_wide_as_their_share() -> None:
    placed = list(
        Stack("inputs", [Part("kept", 3, "kept"), Part("failed", 0, "failed"), Part("rejected", 1, "rejected")]).placed(100)
    )
    assert [(each.tone, each.at, each.width) for each in placed] == [("kept", 0, 75), ("rejected", 75, 25)]


def test_charts_count_everything_once() -> None:
    assert [bar.count for bar in shares("x", [0.0, 0.05, 0.1, 0.99, 1.0]).bars] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert [bar.count for bar in lengths("x", [0, 250, 251, 16_000, 16_001]).bars] == [2, 1, 0, 0, 0, 0, 1, 1]
    chart = ranked("x", {f"s{number}": number for number in range(1, 15)})
    assert (chart.bars[0].label, chart.most, chart.left_out) == ("s14", 14, 2)
    assert Chart("x", []).most == 1


def data_of(page: str) -> dict:
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    return json.loads(found)


def test_the_index_holds_its_rows_as_data_without_markup() -> None:
    page = hostile_index_page(12)
    assert page.count("<script") == 2
    data = data_of(page)
    assert data["columns"]["title"][3] == "</script><script>window.pwned=1</script> 3"
    assert len(data["columns"]["id"]) == 12
    assert [len(column) for column in data["columns"].values()] == [12] * len(data["columns"])
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\u2029\x00\x1b\x07]", page)
    assert max(map(len, data["columns"]["title"])) < 1_000


def test_the_policy_of_the_index_names_its_script_and_no_other() -> None:
    page = hostile_index_page(1)
    (ours,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = b64encode(hashlib.sha256(ours.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert f"script-src 'sha256-{digest}';" in html.unescape(policy)
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    assert "script-src" not in hostile_document_page().partition("</head>")[0]
