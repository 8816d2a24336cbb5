"""Why a block was kept or cut: what the model weighed, in words, and the rule where one decided."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from ingest.clean import model
from ingest.clean.config import CleanConfig
from ingest.clean.explain import CAUSES, explained, trait_of
from ingest.clean.forest import Forest
from ingest.clean.labeller import ModelLabeller
from ingest.clean.weights import raw_weights_of, usual
from ingest.records import Article
from tests.ingest.clean.test_markup import BODY, BOX, TITLE, block, numbered

CONFIG = CleanConfig()
FOREST = Forest(
    names=("width", "dense", "links"),
    features=np.array([[0, 1, 2], [2, 0, 0]], np.int16),
    borders=np.array([[50.0, 0.5, 2.0], [1.0, 20.0, 80.0]], np.float32),
    leaves=np.array([[-2.0, -1.0, 0.5, 3.0, 0.0, 1.0, -4.0, 2.0], [1.0, 0.0, 2.5, -1.0, 0.0, 0.0, 4.0, -3.0]], np.float32),
    bias=0.5,
)
COLUMNS = {
    "width": np.array([10, 60, 90, 30], np.float32),
    "dense": np.array([0, 1, 1, 0], np.float32),
    "links": np.array([3, 0, 2, 1.5], np.float32),
}
LINES = (
    "Tide mill of Saltmarsh Cross opens to visitors after nine years",
    "By Odile Farrant",
    *BODY,
    "Subscribe to our newsletter",
    "Related stories",
    "Ferry timetable changes again in autumn",
    "3 hours ago",
    "Lighthouse keeper retires after forty years on the rock",
    "5 hours ago",
)


def by_hand(leaves, answers, level):
    """The Shapley value of one level's answer: over all orders, what it adds to the mean of the leaves still possible."""
    levels = len(answers)

    def mean(known):
        fits = [value for leaf, value in enumerate(leaves) if all((leaf >> place & 1) == answers[place] for place in known)]
        return sum(fits) / len(fits)

    orders = list(permutations(range(levels)))
    return sum(mean(order[: order.index(level) + 1]) - mean(order[: order.index(level)]) for order in orders) / len(orders)


def test_weights_are_the_shapley_values_of_each_trees_questions() -> None:
    table = FOREST.table(COLUMNS)
    expected = np.zeros((4, 3))
    for line, row in enumerate(table):
        for tree, leaves in enumerate(FOREST.leaves):
            answers = [
                int(row[column] > border) for column, border in zip(FOREST.features[tree], FOREST.borders[tree], strict=True)
            ]
            for level, column in enumerate(FOREST.features[tree]):
                expected[line, column] += by_hand(leaves, answers, level)
    np.testing.assert_allclose(raw_weights_of(FOREST, COLUMNS), expected, atol=1e-6)


def test_weights_add_up_to_what_the_forest_says() -> None:
    sure = FOREST.sure(COLUMNS)
    odds = np.log(sure / (1 - sure)) - FOREST.bias - FOREST.leaves.mean(axis=1).sum()
    np.testing.assert_allclose(raw_weights_of(FOREST, COLUMNS).sum(axis=1), odds, atol=1e-5)


def test_every_column_of_the_shipped_model_has_words() -> None:
    shipped = model.load(model.SHIPPED)
    forests = [passes for kind in (shipped.text, shipped.html) for passes in (kind.first, kind.second)]
    mute = {name for forest in forests for name in forest.names if trait_of(name).said(0.0).startswith("weighs so by")}
    assert mute == set(), "give these columns words in ingest/clean/traits.py or markers.py"


def test_the_usual_weights_are_those_of_the_shipped_model() -> None:
    known = usual(model.digest_of(model.SHIPPED))
    assert set(known) == {"text-1", "text-2", "html-1", "html-2"}, "run python -m benchmarks.learn_usual"


def test_each_block_of_a_text_gets_a_score_and_three_causes(article_of) -> None:
    article = article_of(LINES)
    found = explained(article, CONFIG)
    assert len(found) == len(LINES)
    assert all(len(why.causes) == CAUSES and 0 <= why.own <= 1 for why in found)
    weights = [[abs(cause.weight) for cause in why.causes] for why in found]
    assert weights == [sorted(each, reverse=True) for each in weights]


def test_what_weighs_most_points_where_the_verdict_goes(article_of) -> None:
    found = explained(article_of(LINES), CONFIG)
    sums = [sum(cause.weight for cause in why.causes) for why in found]
    assert all(total > 0 for total in sums[3:6]), "paragraphs"
    assert all(total < 0 for total in sums[7:]), "other stories"


def test_scores_and_limits_decide_as_the_labels_do_where_no_rule_did(article_of) -> None:
    article = article_of(LINES)
    labels = ModelLabeller(CONFIG).label(article)
    for why, label in zip(explained(article, CONFIG), labels, strict=True):
        if not why.rule:
            assert bool(label.cuts) == (why.own < why.limit)


def test_a_rule_that_decided_is_named(article_of) -> None:
    found = explained(article_of(LINES), CONFIG)
    rules = {line: why.rule for line, why in zip(LINES, found, strict=True)}
    assert rules[LINES[0]] == "is the headline, which is not cut"
    assert rules["By Odile Farrant"] == "says above the article who wrote it"
    assert rules["3 hours ago"] == "says how old another story is"


def test_why_a_limit_is_another_is_told(article_of) -> None:
    found = explained(article_of(LINES), CONFIG)
    assert found[3].shift == "runs on from the paragraph before it"
    assert found[3].limit < CONFIG.limit(is_html=False)


def test_what_markup_says_is_told() -> None:
    title = block(TITLE, 1, tag="h1", ancestors=frozenset({"h1"}), section=2)
    article = Article((title, *numbered(BODY), *BOX), title=TITLE, title_block=0, page_type="article")
    found = explained(article, CONFIG)
    assert found[2].rule == "stands in a box with the article's paragraphs"
    said = {cause.said for why in found[-4:] for cause in why.causes}
    assert said & {"is left out by trafilatura", "shares its box with what trafilatura leaves out", "is mostly links"}


def test_the_second_pass_does_not_hide_behind_the_first(article_of) -> None:
    said = {cause.said for why in explained(article_of(LINES), CONFIG) for cause in why.causes}
    assert not any("first sight" in each for each in said)


def test_a_model_without_usual_weights_is_measured_against_the_page(
    article_of, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    mine = tmp_path / "mine.zip"
    shipped = model.load(model.SHIPPED)
    model.save(replace(shipped, wording=replace(shipped.wording, bias=shipped.wording.bias + 0.01)), mine)
    monkeypatch.setenv("WINNOW_MODEL", str(mine))
    model.digest.cache_clear()
    try:
        assert usual(model.digest()) == {}
        assert all(why.causes for why in explained(article_of(LINES), CONFIG))
    finally:
        model.digest.cache_clear()


def test_nothing_to_explain_is_no_fault() -> None:
    assert explained(Article(()), CONFIG) == []


def test_where_nothing_is_to_be_cut_no_rule_kept_it(article_of) -> None:
    found = explained(article_of(LINES), CleanConfig(threshold=0.0))
    assert {why.rule for why in found[2:6]} == {""}
