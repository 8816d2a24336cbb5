"""What the model learns from: the lines that extractors leave, and which of them are the article's own."""

import numpy as np

from benchmarks.extractions import extractions, is_title
from benchmarks.training_data import truth
from ingest.records import Block

OWN = "The ferry to the island will run twice an hour from May, the harbour office of Lindwerder said on Monday morning."
PAGE = f"""<html><body><nav><a href="/">Home</a></nav><main><h1>Ferry runs more often</h1><p>{OWN}</p>
<ul><li>From May</li><li>Every half hour</li></ul><script>track()</script>
<p>Read more: <a href="/x">Harbour to be dredged</a></p></main></body></html>"""


def test_each_way_of_extracting_leaves_lines() -> None:
    paragraphs, main, *_ = extractions({"html": PAGE, "lang": "en"})
    assert paragraphs == [OWN, "Read more: Harbour to be dredged"]
    assert main == ["Ferry runs more often", OWN, "- From May", "- Every half hour", "Read more: Harbour to be dredged"]


def test_a_page_that_cannot_be_parsed_leaves_none() -> None:
    assert list(extractions({"html": "\x00  ", "lang": "en"})) == []


def test_lines_of_the_gold_text_are_the_articles_own() -> None:
    keep, trust = truth([Block(OWN), Block("Read more: Harbour to be dredged"), Block("From May")], f"{OWN}\nFrom May")
    np.testing.assert_array_equal(keep, [True, False, True])
    assert trust[0] == trust[1] == 1.0


def test_known_titles_are_told() -> None:
    np.testing.assert_array_equal(is_title(["Ferry runs  more often", "Other"], ["Ferry Runs More Often", None]), [True, False])
