"""Documents that are judged together get what each gets alone, to the last bit."""

import json
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.clean.labeller import MAX_CELLS, ModelLabeller, batches
from ingest.clean.pages import rows_of
from ingest.goldfiles import SHIPPED
from ingest.pipeline import process, process_many
from ingest.records import Article, Block, RawPage, Rejected
from ingest.stages import PipelineConfig, build

GOLD = [json.loads(row)["lines"] for path in sorted(SHIPPED.glob("*.jsonl")) for row in path.read_text("utf-8").splitlines()]
STAGES = build(PipelineConfig())
ODD = [
    ["Menu"],
    ["…"],
    ["", "-", ""],
    ["A word"] * 70,
    ["Ein Satz, der lang genug ist, um als Absatz durchzugehen, endet hier mit einem Punkt."],
]


def html(lines: list[str]) -> bytes:
    return f"<title>{lines[0]}</title><article>{''.join(f'<p>{line}</p>' for line in lines)}</article><a href=/>More</a>".encode()


def pages() -> st.SearchStrategy[list[RawPage]]:
    """Texts and HTML pages, long and short, of which some may be the same."""
    lines = st.one_of(st.sampled_from(GOLD), st.sampled_from(ODD))
    page = st.builds(
        lambda some, is_html: RawPage(
            "s", "n", "text/html" if is_html else "text/plain", html(some) if is_html else "\n".join(some).encode()
        ),
        lines,
        st.booleans(),
    )
    return st.lists(page, min_size=1, max_size=7)


def articles_of(some: list[RawPage]) -> list[Article]:
    found = [STAGES.extract(STAGES.load(page)) for page in some]
    return [article for article in found if not isinstance(article, Rejected)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pages())
def test_a_document_is_judged_alike_alone_and_among_any_others(labeller: ModelLabeller, some: list[RawPage]) -> None:
    articles = articles_of(some)
    for article, together in zip(articles, labeller.judge_many(articles), strict=True):
        alone = labeller.judge(article)
        assert together.evidence.own_shares == alone.evidence.own_shares
        assert (together.rules, together.limits, together.reasons) == (alone.rules, alone.limits, alone.reasons)
        columns = alone.evidence.columns
        assert columns.keys() == together.evidence.columns.keys()
        assert all((values == columns[name]).all() for name, values in together.evidence.columns.items())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pages())
def test_a_page_ends_alike_alone_and_among_any_others(some: list[RawPage]) -> None:
    numbered = [replace(page, name=f"{number}") for number, page in enumerate(some)]
    assert process_many(numbered, STAGES) == [process(page, STAGES) for page in numbered]


def test_pages_that_are_rejected_keep_their_places() -> None:
    text = "\n".join(GOLD[0]).encode()
    found = process_many([RawPage("s", name, "text/plain", body) for name, body in (("a", b""), ("b", text), ("c", b""))], STAGES)
    assert [isinstance(each, Rejected) for each in found] == [True, False, True]


def test_nothing_is_made_of_no_pages(labeller: ModelLabeller) -> None:
    assert process_many([], STAGES) == []
    assert labeller.label_many([]) == []


@given(st.lists(st.integers(1, 2 * MAX_CELLS), max_size=30))
def test_batches_hold_each_article_once_and_are_bounded(sizes: list[int]) -> None:
    block = Block("x")
    articles = [Article((block,) * size) for size in sizes]
    found = list(batches(articles))
    assert sorted(index for batch in found for index in batch) == list(range(len(sizes)))
    assert all(len(batch) == 1 or len(batch) * max(sizes[index] for index in batch) <= MAX_CELLS for batch in found)


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9), min_size=1, max_size=6))
def test_running_sums_of_a_page_are_those_that_it_has_alone(values: list[list[float]]) -> None:
    import numpy as np

    rows = rows_of(map(len, values))
    sums = rows.sums(np.array([value for page in values for value in page]))
    for number, page in enumerate(values):
        here = slice(rows.starts[number], rows.starts[number + 1])
        assert sums[rows.base[here] + rows.place[here] + 1].tolist() == np.cumsum(page).tolist()
