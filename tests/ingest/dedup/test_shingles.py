"""Canonical tokens and shingle hashes of texts in any script."""

import tracemalloc

import numpy as np
import pytest
import xxhash

from ingest.dedup.shingles import canonical, ordered_hashes, shingle_hashes


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The “Harbour” bridge, 1,840 m!", "the harbour bridge 1 840 m"),
        ("ＡＢＣ １２ ﬁne STRASSE Straße", "abc 12 fine strasse strasse"),
        ("青河市2025年", "青 河 市 2025 年"),
        ("スープ ｽｰﾌﾟ", "ス ー プ ス ー プ"),
        ("ข่าว", "ข ่ า ว"),
        ("한국 경찰", "한국 경찰"),
        ("हिन्दी समाचार", "हिन्दी समाचार"),
        ("cafe\u0301 café", "café café"),
        ("a\ud800b \udfff c", "a b c"),
        ("… — !", ""),
    ],
)
def test_tokens_forget_case_width_and_punctuation(text, tokens):
    assert canonical(text).decode() == tokens


def test_hashes_are_those_of_five_tokens_joined_by_spaces():
    words = ["one", "two", "three", "four", "five", "six", "seven"]
    expected = [xxhash.xxh32_intdigest(" ".join(words[i : i + 5]).encode()) for i in range(3)]
    assert ordered_hashes(canonical("One, two three four five six seven")).tolist() == expected
    assert shingle_hashes(" ".join(words)).tolist() == sorted(expected)


@pytest.mark.parametrize(
    ("text", "n"), [("", 0), ("word", 1), ("a b c d", 1), ("a b c d e", 1), ("a b c d e f", 2), ("東京都知事選", 2)]
)
def test_short_texts_have_one_shingle_and_empty_ones_none(text, n):
    assert shingle_hashes(text).size == n


@pytest.mark.parametrize("word", ["word{} ", "詞{}語", "한국{} ", "x{}-"])
def test_long_texts_hash_piece_by_piece_as_they_do_whole(word):
    text = "".join(word.format(i) for i in range(90_000))
    assert np.array_equal(shingle_hashes(text), np.unique(ordered_hashes(canonical(text))))


@pytest.mark.slow
@pytest.mark.parametrize("word", ["word{} ", "字{}"])
def test_ten_megabytes_are_hashed_in_bounded_memory(word):
    text = "".join(word.format(i) for i in range(10_000_000 // len(word.format(100_000))))
    tracemalloc.start()
    try:
        shingle_hashes(text)
        assert tracemalloc.get_traced_memory()[1] < 200e6
    finally:
        tracemalloc.stop()
