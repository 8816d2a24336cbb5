"""Operating points and thresholds of single reasons."""

from itertools import pairwise

import pytest

from ingest.clean.config import POINTS, CleanConfig
from ingest.records import Reason


def test_each_point_is_bolder_than_the_one_before() -> None:
    limits = [POINTS[point] for point in ("conservative", "balanced", "strict")]
    assert limits == sorted(limits)
    assert all(one[is_html] < other[is_html] for one, other in pairwise(limits) for is_html in (0, 1))


def test_a_threshold_of_ones_own_goes_before_the_point() -> None:
    config = CleanConfig(operating_point="strict", threshold=0.1)
    assert config.limit(is_html=False) == 0.1
    assert config.limit(is_html=True) == POINTS["strict"][1]


def test_reasons_are_named_with_their_thresholds() -> None:
    assert CleanConfig(reason_thresholds=("caption=0.1", "promotion = 0")).by_reason == {
        Reason.CAPTION: 0.1,
        Reason.PROMOTION: 0.0,
    }


@pytest.mark.parametrize("text", ["captions=0.1", "caption", "caption=2", "caption=x"])
def test_what_names_no_reason_or_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as caption=0\.1"):
        CleanConfig(reason_thresholds=(text,))


def test_a_kind_of_page_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"page_types_rejected: 'shop' is none of article, live-blog"):
        CleanConfig(page_types_rejected=("shop",))
