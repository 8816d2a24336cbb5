"""The plan and its page: what they say, and what they must not hold."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.runs.compare import difference
from flows.runs.previews import Preview, interval, read
from flows.runs.reading import open_corpus
from tests.flows.reprocess.conftest import plain, story


@pytest.mark.parametrize(
    ("changed", "looked_at", "low", "high"),
    # Of the equation |p - share| = z √(p (1 - p) / n), z = 2.5758.
    [(0, 500, 0.0, 0.0131), (500, 500, 0.9869, 1.0), (250, 500, 0.4428, 0.5572), (1, 5, 0.0239, 0.7182), (0, 0, 0.0, 1.0)],
)
def test_the_interval_is_wilson_s(changed: int, looked_at: int, low: float, high: float) -> None:
    assert interval(changed, looked_at) == pytest.approx((low, high), abs=6e-4)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share(counts: tuple[int, int]) -> None:
    changed, looked_at = counts
    low, high = interval(changed, looked_at)
    assert 0 <= low <= changed / looked_at <= high <= 1


def test_a_difference_is_counted_in_words_of_both_texts() -> None:
    assert difference("one two three", "one two three four") == (1, pytest.approx(1 / 7))
    assert difference("one two", "two one") == (0, 0.0)
    assert difference("", "") == (0, 0.0)
    assert difference("一二三", "一二") == (1, pytest.approx(1 / 5))


def test_a_plan_survives_its_json_and_holds_no_text(desk, usual, unwrapped) -> None:
    desk.ingest(usual)
    made = desk.preview(unwrapped, sample=5, outcomes=("kept",))
    data = (desk.corpus / f"clean/plans/{made.plan}.json").read_text("utf-8")
    assert read(open_corpus(str(desk.corpus)).bucket, made.plan) == made == Preview.from_json(data)
    assert not any(sentence in data for number in range(8) for sentence in story(number))
    told = json.loads(data)
    assert (told["selected"], told["looked_at"], told["is_sample"]) == (6, 5, True)
    assert told["selection"]["outcomes"] == ["kept"]
    assert len(told["results"]) == 5
    assert sum(told["counts"].values()) == 5
    assert told["low"] <= told["changed"] / 5 <= told["high"]


def test_the_distribution_counts_every_changed_document(desk, usual) -> None:
    from tests.flows.reprocess.conftest import FURNITURE, settings_of

    desk.write(**{f"plain-{number}": plain(number) + FURNITURE for number in range(3)}).ingest(usual)
    made = desk.preview(settings_of(quality__min_chars="40", clean__threshold="0.0"))
    assert made.counts["new-version"] > 0
    assert sum((made.buckets or {}).values()) == made.counts["new-version"]
    assert sum(result.words_changed > 0 for result in made.results) == made.counts["new-version"]


def test_the_page_shows_the_changes_beside_each_other(desk, usual) -> None:
    from tests.flows.reprocess.conftest import settings_of

    furniture = "\nRead more: <script>alert(1)</script>\n\nShare this article\n"
    desk.write(**{"plain-0": plain(0) + furniture}).ingest(usual)
    made = desk.preview(settings_of(quality__min_chars="100", clean__threshold="0.0"))
    page = (desk.corpus / made.page).read_text("utf-8")
    assert f"winnow reprocess apply {made.plan}" in page
    assert f"{made.changed} of 7 documents would change" in page
    assert "was cut:" in page
    assert "Share this article" in page
    assert "&lt;script&gt;alert" in page.replace("</ins>", "").replace("<ins>", "")
    assert "No longer rejected" in page
    assert "<script" not in page
    assert "default-src 'none'" in page
