import pytest

from ingest.extract.text import blocks_of_lines, blocks_of_text, is_hard_wrapped

WRAPPED = """\
The harbour office of Linden opened a new quay on Monday, and
the council told the press so in a long note that named the
builders, the price and the ferries that will land there from
the first of May.

Residents had waited nine years for it, said Mara Quint, who
has run the tea room beside the old pier since 1998 and whose
trade fell by half when the boats moved to the far bank of the
river.
"""


def texts(text: str) -> list[str]:
    return [block.text for block in blocks_of_text(text)]


def test_each_line_that_is_not_blank_is_a_block() -> None:
    assert [(block.text, block.gap) for block in blocks_of_text("\n one\n\n \ntwo  \nthree")] == [
        ("one", 1),
        ("two", 2),
        ("three", 0),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\f", "\v", "\x85", "\u2028", "\u2029"])
def test_every_line_end_of_unicode_ends_a_block(end: str) -> None:
    assert texts(f"one{end}two") == ["one", "two"]


def test_hard_wrapped_paragraphs_are_joined() -> None:
    first, second = texts(WRAPPED)
    assert first.startswith("The harbour office of Linden opened a new quay on Monday, and the council")
    assert second.endswith("far bank of the river.")


def test_wrapped_lines_stay_where_that_is_wished() -> None:
    assert len(blocks_of_text(WRAPPED, unwrap=False)) == 8


def test_one_paragraph_per_line_is_not_hard_wrapped() -> None:
    lines = [f"Sentence number {n} of this report ends here, as all its sentences do, with a full stop." for n in range(12)]
    assert not is_hard_wrapped([*lines[:6], "", *lines[6:]])


def test_short_lines_of_a_list_or_poem_are_not_hard_wrapped() -> None:
    verse = [
        "Over the river the ferry goes",
        "slow in the morning mist",
        "under the bridge",
        "and nobody knows",
        "what the tide missed",
        "at all",
    ]
    assert not is_hard_wrapped([*verse, "", *verse])


def test_hyphens_at_line_ends_are_left_alone() -> None:
    text = WRAPPED.replace("and\nthe council", "and-\nthe council")
    assert "and- the council" in texts(text)[0]


def test_lines_map_to_their_blocks() -> None:
    blocks, line_of = blocks_of_lines(["", "one", "  ", "two\u2028three", "four"])
    assert [block.text for block in blocks] == ["one", "two three", "four"]
    assert line_of == (1, 3, 4)
    assert [block.gap for block in blocks] == [1, 1, 0]


def test_joiners_inside_lines_survive() -> None:
    lines = ["می\u200cخواهم", "അവന്\u200d പറഞ്ഞു", "il a dit\u00a0: oui"]
    assert texts("\n".join(lines)) == lines


def test_wrapped_han_text_is_joined_without_spaces_and_gaps_are_kept() -> None:
    line = "林登港务局星期一在旧码头旁边为渡轮启用了一座新的码头并且由市议会发表了一份很长的声明说明此事"
    text = "\n\n\n".join("\n".join([line] * 5) for _ in range(2)) + "\n"
    assert [(block.text, block.gap) for block in blocks_of_text(text)] == [(line * 5, 0), (line * 5, 2)]
