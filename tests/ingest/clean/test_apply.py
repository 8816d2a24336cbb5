"""Labels to a document: law 5, title + kept + removals = the article's blocks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.clean.apply import clean
from ingest.clean.config import CleanConfig
from ingest.records import Article, Block, Cut, Label, Reason, Rejected

CONFIG = CleanConfig()


class Fixed:
    """A labeller that says what it was told."""

    version = "fixed"

    def __init__(self, labels):
        self.labels = labels

    def label(self, article):  # noqa: ARG002
        return self.labels

    def label_many(self, articles):
        return [self.labels for _ in articles]


def cut(start: int, end: int, reason: Reason = Reason.PROMOTION) -> Cut:
    return Cut(start, end, reason, 0.9)


def cleaned(texts, *labels, title_block=None):
    article = Article(
        tuple(map(Block, texts)), title=None if title_block is None else texts[title_block], title_block=title_block
    )
    return clean(article, Fixed([Label(0.5, cuts) for cuts in labels]), CONFIG)


@st.composite
def labelled(draw):
    texts = draw(
        st.lists(
            st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=30).map(str.strip),
            min_size=1,
            max_size=8,
        )
    )
    labels = []
    for text in texts:
        marks = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
        labels.append(Label(0.5, tuple(cut(a, b) for a, b in zip(marks[::2], marks[1::2], strict=False))))
    return texts, labels, draw(st.none() | st.integers(0, len(texts) - 1))


@given(labelled())
def test_title_kept_and_removals_are_the_blocks(case):
    texts, labels, title_block = case
    article = Article(tuple(map(Block, texts)), title="t", title_block=title_block)
    document = clean(article, Fixed(labels), CONFIG)
    if isinstance(document, Rejected):
        return
    source = document.source_text
    assert source == "\n".join(texts)
    gone = [False] * len(source)
    end = 0
    for removal in document.removals:
        assert end <= removal.start < removal.end <= len(source)
        end = removal.end
        gone[removal.start : removal.end] = [True] * (removal.end - removal.start)
    at, kept = 0, []
    for index, text in enumerate(texts):
        span = range(at, at + len(text))
        piece = "".join(source[k] for k in span if not gone[k])
        if index == title_block:
            assert document.title_span == (at, at + len(text))
            assert piece == text
        elif piece:
            assert piece == piece.strip()
            kept.append(piece)
        at += len(text) + 1
    assert document.text == "\n\n".join(kept)


def test_a_cut_at_the_end_swallows_the_space_before_it():
    document = cleaned(["It ended well. NORTH WIRE"], (cut(15, 25, Reason.CREDIT),))
    assert document.text == "It ended well."
    assert [(r.start, r.end) for r in document.removals] == [(14, 25)]


def test_a_cut_inside_a_block_leaves_one_space_between_words():
    assert cleaned(["one two three"], (cut(4, 7),)).text == "one three"


def test_a_block_that_is_cut_whole_leaves_no_empty_paragraph():
    assert cleaned(["first words", "gone", "last words"], (), (cut(0, 4),), ()).text == "first words\n\nlast words"


def test_the_title_is_neither_text_nor_removal():
    document = cleaned(["Title", "Body of it."], (cut(0, 5),), (), title_block=0)
    assert (document.title, document.title_span, document.text, document.removals) == ("Title", (0, 5), "Body of it.", ())


def test_a_page_without_own_words_is_only_boilerplate():
    rejected = cleaned(["Home", "—"], (cut(0, 4),), ())
    assert isinstance(rejected, Rejected)
    assert (rejected.stage, rejected.reason) == ("clean", "only-boilerplate")


@pytest.mark.parametrize("cuts", [(cut(2, 9),), (cut(3, 2),), (cut(0, 3), cut(2, 4))])
def test_cuts_that_do_not_fit_are_refused(cuts):
    with pytest.raises(ValueError, match="does not fit"):
        cleaned(["words"], cuts)


def test_words_are_counted_in_any_script():
    assert cleaned(["It's well-known in 서울 시내, 東京は 2 times"], ()).n_words == 10
