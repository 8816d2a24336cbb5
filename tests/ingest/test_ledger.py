"""The account of a document's blocks."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.ledger import entries
from ingest.records import Reason, Removal

TEXT = "Title\nOwn text here.\nOwn (AGENCY)\nMenu\nMore\nend"


def test_a_block_is_kept_cut_or_both():
    removals = (Removal(24, 33, Reason.CREDIT, 0.7), Removal(34, 38, Reason.NAVIGATION, 0.9))
    found = list(entries(TEXT, (0, 5), removals))
    assert [entry.line for entry in found] == TEXT.split("\n")
    assert [entry.kept for entry in found] == ["", "Own text here.", "Own", "", "More", "end"]
    assert [[removal.reason.value for removal in entry.removals] for entry in found] == [
        [],
        [],
        ["credit"],
        ["navigation"],
        [],
        [],
    ]
    assert [entry.is_title for entry in found] == [True, False, False, False, False, False]


def test_a_removal_over_several_blocks_cuts_each():
    over = Removal(34, 43, Reason.FOREIGN_STORY, 0.9)
    found = list(entries(TEXT, None, (over,)))
    assert [entry.removals for entry in found] == [(), (), (), (over,), (over,), ()]


@given(st.text(alphabet="ab \n", max_size=60), st.lists(st.integers(0, 60), max_size=12))
def test_pieces_add_up_to_the_source_text(text, cuts):
    bounds = sorted(min(cut, len(text)) for cut in cuts)
    removals = tuple(Removal(a, b, Reason.SHARE, 1.0) for a, b in zip(bounds[::2], bounds[1::2], strict=False) if a < b)
    found = list(entries(text, None, removals))
    assert "\n".join(entry.line for entry in found) == text
    cut = sum(len(piece.text) for entry in found for piece in entry.pieces if piece.removal)
    assert cut == sum(len(text[removal.start : removal.end].replace("\n", "")) for removal in removals)
