from hypothesis import given
from hypothesis import strategies as st

from storage.rows import Outcome, decision_table, decisions_of, document_of, latest, outcome_table, sketch_table, version_table
from storage.schema import DECISIONS, OUTCOMES, SKETCHES, VERSIONS
from storage.staged import staged_pages, staged_table
from tests.storage import strategies
from tests.storage.corpora import PIPELINE, new_version


@given(st.lists(strategies.staged_pages, max_size=3))
def test_staged_pages_come_back_equal(pages):
    assert staged_pages(staged_table(pages)) == pages


@given(st.lists(strategies.decisions, max_size=4))
def test_decisions_come_back_equal(decisions):
    assert decisions_of(decision_table(decisions, run_id="r", seq=1)) == decisions


@given(strategies.documents)
def test_a_document_comes_back_from_its_version_row(document):
    from dataclasses import replace

    table = version_table([replace(new_version("a", 1, "x"), document=document)], run_id="r", seq=7, pipeline=PIPELINE)
    row = table.to_pylist()[0]
    assert document_of(row) == document
    assert (row["seq"], row["run_id"], row["pipeline"]) == (7, "r", {"code": "0.1.0", "config_id": "cafe"})


def test_a_sketch_row_says_what_lookup_needs():
    row = sketch_table([new_version("a", 2, "five§")], seq=3).to_pylist()[0]
    assert (row["version"], row["seq"], row["n_chars"], row["n_shingles"]) == (2, 3, 5, 3)
    assert row["minhash"] == b"\1" * 512


def test_an_outcome_keeps_its_counts_by_reason():
    outcome = Outcome(
        "i", "town", "a.txt", "kept", "ab", "cafe", chars_kept=5, chars_cut=(("share", 3), ("tags", 2)), flags=("b", "a")
    )
    row = outcome_table([outcome], run_id="r", seq=1).to_pylist()[0]
    assert row["chars_cut"] == [{"reason": "share", "chars": 3}, {"reason": "tags", "chars": 2}]
    assert row["flags"] == ["a", "b"]
    assert (row["run_id"], row["seq"], row["version"]) == ("r", 1, None)


def test_a_name_that_is_not_unicode_is_spelled_out():
    table = outcome_table([Outcome("i", "town", "caf\udce9.txt", "failed", None, "cafe")], run_id="r", seq=1)
    assert table["name"].to_pylist() == [r"caf\udce9.txt"]


def test_no_rows_still_have_their_columns():
    assert version_table([], run_id="r", seq=1, pipeline=PIPELINE).schema == VERSIONS
    assert sketch_table([], seq=1).schema == SKETCHES
    assert decision_table([], run_id="r", seq=1).schema == DECISIONS
    assert outcome_table([], run_id="r", seq=1).schema == OUTCOMES


def test_latest_takes_the_newest_row_of_each_id_and_the_last_of_equals():
    import pyarrow as pa

    table = pa.table({"id": ["b", "a", "b", "a", "a"], "seq": [3, 1, 2, 4, 4], "x": [1, 2, 3, 4, 5]})
    assert latest(table).to_pydict() == {"id": ["a", "b"], "seq": [4, 3], "x": [5, 1]}
