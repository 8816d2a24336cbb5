"""Numbers are seen in every spelling, and words that hold numerals are not taken for numbers."""

import pytest

from ingest.dedup.numbers import conflicts, masked_contexts
from ingest.dedup.shingles import canonical


def differing(a: str, b: str) -> tuple[int, int]:
    return conflicts(*(masked_contexts(canonical(text).decode().split()) for text in (a, b)))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("the police counted 12 cases that week", "the police counted 1,345.5 cases that week"),
        ("the police counted cases until 3 March that week", "the police counted cases until 10 April that week"),
        ("全市共接报警情一千二百起查处", "全市共接报警情九百零三起查处"),
        ("事务所发表了三月的水量数据", "事务所发表了四月的水量数据"),
        ("水揚げはいわし４１２トンだった", "水揚げはいわし387トンだった"),
        ("سجل ميناء المدينة دخول ٤٨ سفينة وخروج", "سجل ميناء المدينة دخول ٥٢ سفينة وخروج"),
    ],
)
def test_differing_numbers_conflict_in_every_spelling(a, b):
    shared, conflicting = differing(a, b)
    assert shared == conflicting > 0


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("the police counted 12 cases that week", "the police counted １２ cases that week"),
        ("سجل ميناء المدينة دخول ٤٨ سفينة وخروج", "سجل ميناء المدينة دخول 48 سفينة وخروج"),
        ("事务所发表了十二月的水量数据", "事务所发表了12月的水量数据"),
        ("本年度为二〇二五年的水量数据", "本年度为2025年的水量数据"),
    ],
)
def test_equal_numbers_agree_in_every_spelling(a, b):
    shared, conflicting = differing(a, b)
    assert shared > 0
    assert conflicting == 0


def test_numerals_inside_words_are_no_numbers():
    assert masked_contexts(list("这里有一些三明治可以吃")) == {}
