from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingest.extract.html import NOT_SHOWN, blocks_of
from ingest.extract.tree import parse
from ingest.records import Block


def blocks(html: str) -> tuple[Block, ...]:
    root = parse(html)
    return () if root is None else blocks_of(root)


def visible_text(html: str) -> str:
    """The text of a page that its blocks must hold, hidden text included, without their order or limits."""
    root = parse(html)
    if root is None:
        return ""
    unseen = " or ".join(f"ancestor::{name}" for name in sorted(NOT_SHOWN))
    return "\n".join(root.xpath(f"//text()[not({unseen})]"))


def texts(html: str) -> list[str]:
    return [block.text for block in blocks(html)]


def test_blocks_stand_in_the_order_of_the_page() -> None:
    html = "<body>Top<div>One <b>bold</b> word<p>Two</p>tail</div><ul><li>Three<li>Four</ul>end"
    assert texts(html) == ["Top", "One bold word", "Two", "tail", "Three", "Four", "end"]


def test_a_line_break_ends_a_block_but_not_a_heading() -> None:
    assert texts("<h1>Ferry<br>returns</h1><p>One<br>two<br/><br>three</p>") == ["Ferry returns", "One", "two", "three"]


def test_lines_of_preformatted_text_are_blocks() -> None:
    assert texts("<pre>one  two\nthree\r\n\r\nfour</pre>") == ["one two", "three", "four"]


def test_scripts_styles_templates_and_pictures_are_not_visible() -> None:
    hidden = "".join(f"<{tag}>gone</{tag}>" for tag in ("script", "style", "template", "noscript", "svg", "iframe", "video"))
    html = f"<head><title>gone</title></head><body><p>kept{hidden} too</p><img alt='gone'><input value='gone'>"
    assert texts(html) == ["kept too"]
    assert "gone" not in visible_text(html)


def test_buttons_labels_and_options_are_visible() -> None:
    html = "<p>Text</p><button>Larger</button><label>Name</label><select><option>A</option><option>B</option></select>"
    assert texts(html) == ["Text", "Larger", "Name", "A", "B"]


@pytest.mark.parametrize("how", ["hidden", "style='display: none'", "style='color:red;VISIBILITY:hidden'"])
def test_text_hidden_by_markup_is_listed_and_flagged(how: str) -> None:
    found = blocks(f"<p>Shown</p><div {how}><p>Not shown</p></div><p>After</p>")
    assert [(block.text, block.hidden) for block in found] == [("Shown", False), ("Not shown", True), ("After", False)]


def test_a_hidden_piece_of_a_line_does_not_split_the_line() -> None:
    found = blocks("<p>The <span hidden>secret</span>quay opened.</p>")
    assert [(block.text, block.hidden) for block in found] == [("The quay opened.", False), ("secret", True)]


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم به خانه\u200cها بروم",  # Persian: zero-width non-joiner
        "അവന്\u200d പറഞ്ഞു",  # Malayalam: zero-width joiner
        "Elle a dit\u00a0: «\u00a0Oui\u202f!\u00a0» hier",  # French: spaces that do not break
        "a\u2009b\u3000c\u00add",
    ],
)
def test_joiners_and_spaces_that_html_does_not_collapse_survive(text: str) -> None:
    assert texts(f"<p>\n  {text}\t </p>") == [text]


def test_collapsible_white_space_is_collapsed() -> None:
    assert texts("<p>one \t\r\n\f two<span> </span> three</p>") == ["one two three"]


def test_no_block_holds_a_line_break_of_any_kind() -> None:
    breaks = ["\x0b", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
    for each in breaks:
        found = texts(f"<p>one{each}two</p>")
        assert found == ["one two"], repr(each)


def test_blocks_of_white_and_invisible_characters_only_vanish() -> None:
    assert texts("<p>&nbsp;</p><p>\u200b\ufeff</p><p>\u3000</p><p>x</p>") == ["x"]


def test_a_block_tells_its_surroundings() -> None:
    (block,) = blocks(
        '<main><article class="story-body"><aside id="related"><p class="teaser-text">See this</p></aside></article>'
    )
    assert block.tag == "p"
    assert block.ancestors == {"body", "main", "article", "aside", "p"}
    assert {"body", "related", "teaser"} <= block.hints
    assert "related" not in block.own_hints
    assert "teaser" in block.own_hints


def test_blocks_with_one_parent_share_its_numbers() -> None:
    first, second, other = blocks("<div><p>a<br>b</p></div><div><p>c</p></div>")
    assert first.parent == second.parent != other.parent
    assert first.section == second.section != other.section


def test_links_and_bold_text_are_counted_in_characters() -> None:
    (block,) = blocks("<p>See <a href=x>one <b>two</b></a> or <a href=y>three</a> now</p>")
    assert (block.links, block.link_chars, block.bold_chars) == (2, len("one two") + len("three"), len("two"))


def test_a_link_round_whole_blocks_counts_in_each() -> None:
    assert [(block.links, block.link_chars) for block in blocks("<a href=x><h3>Head</h3><p>Lead</p></a><p>Own</p>")] == [
        (1, 4),
        (1, 4),
        (0, 0),
    ]


def test_links_that_touch_are_not_one_word() -> None:
    assert texts("<div><a>Sport</a><a>Culture</a> <a>Weather</a></div><p>A <a>link</a>ed word</p>") == [
        "Sport Culture Weather",
        "A linked word",
    ]


def test_blocks_hold_all_visible_text() -> None:
    html = "<body>a<p>b<i>c</i>d<br>e</p><table><tr><td>f<td>g</table><ul><li>h<ul><li>i</ul>j</ul>"
    html += "<x-card>k<span>l<div>m</div>n</span></x-card>"
    assert "".join(texts(html)) == "abcdefghijklmn" == "".join(visible_text(html).split())


@pytest.mark.shared
@pytest.mark.slow
def test_blocks_of_real_pages_hold_all_visible_text(shared: Path) -> None:
    pages = pq.read_table(shared / "bench" / "pages.parquet", columns=["html"])["html"][::5].to_pylist()
    for page in pages:
        html = page.decode("utf-8", "replace")
        seen, held = (Counter("".join(text.split())) for text in (visible_text(html), "".join(texts(html))))
        assert (held - seen).total() == 0
        assert (seen - held).total() <= 0.001 * seen.total()
