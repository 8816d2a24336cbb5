"""The verdict on a line's words depends on its words alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest.clean.wording import BUCKETS, Wording, features_of

WEIGHTS = np.random.default_rng(3).normal(size=BUCKETS).astype(np.float16)
MODEL = Wording(WEIGHTS, 0.25)
TEXTS = st.lists(
    st.text(max_size=60) | st.sampled_from(["Read more: the harbour", "漢字のテスト。", "한국어 기사", "12 34"]), max_size=8
)


@given(TEXTS, TEXTS)
def test_a_line_is_judged_alike_among_any_others(some: list[str], others: list[str]) -> None:
    alone = [float(MODEL.verdicts(features_of([text]))[0]) for text in some]
    together = MODEL.verdicts(features_of([*others, *some, *others]))[len(others) : len(others) + len(some)]
    np.testing.assert_allclose(alone, together, rtol=1e-5, atol=1e-5)


def test_a_line_without_words_gets_the_bias() -> None:
    assert MODEL.verdicts(features_of(["", "  "])).tolist() == [0.25, 0.25]


def test_order_and_case_of_numbers_count() -> None:
    read, more, upper = MODEL.verdicts(features_of(["read more", "more read", "READ MORE"]))
    assert read != more
    assert read == upper


def test_numbers_of_one_length_are_the_same() -> None:
    one, other, longer = MODEL.verdicts(features_of(["12 hours", "34 hours", "123 hours"]))
    assert one == other != longer
