from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.records import Decision
from storage import compaction
from storage.asof import documents_at
from storage.bucket import open_bucket
from storage.changes import between, steps, with_versions
from storage.local import LocalBucket
from storage.parquet import concat
from storage.schema import SCHEMAS
from storage.tables import Corpus
from tests.storage.corpora import doc_id, ingest, new_version, propose
from tests.storage.histories import carry_out, histories

COLUMNS = ("id", "version", "seq", "duplicate_of", "cluster", "text")
NAME_OF = {doc_id(name): name for name in ("bridge", "clock", "ferry", "tower")}


def state(corpus, seq):
    """The corpus's documents at a commit, by id."""
    rows = concat(documents_at(corpus, seq, COLUMNS), SCHEMAS["documents"], COLUMNS).to_pylist()
    return {row["id"]: row for row in rows}


def told(table):
    return [(row["seq"], NAME_OF[row["id"]], row["change"], row["was_version"], row["version"]) for row in table.to_pylist()]


@pytest.fixture(params=["directory", pytest.param("s3", marks=pytest.mark.slow)])
def corpus(request, tmp_path):
    place = LocalBucket(tmp_path) if request.param == "directory" else open_bucket(request.getfixturevalue("s3").location())
    made = Corpus.create(place)
    ingest(made, "run-1", {"clock": "It struck twelve.", "ferry": "It sailed."})
    ingest(made, "run-2", {"clock": "It struck one.", "tower": "It was painted."})
    made.commit(propose(made, "undo", decisions=[Decision(doc_id("clock"), 2, "withdrawn")]))
    made.commit(propose(made, "link", decisions=[Decision(doc_id("ferry"), 1, "live", doc_id("tower"), doc_id("tower"))]))
    made.commit(propose(made, "back", decisions=[Decision(doc_id("clock"), 2, "live", None, doc_id("clock"))]))
    return made


@pytest.fixture(params=["as it came", "compacted"])
def mixed(request, corpus):
    """The corpus with its rows in the files of their commits, or mixed in others."""
    if request.param == "compacted":
        with patch.object(compaction, "FAN", 1):
            assert compaction.compact(corpus) == 6
    return corpus


STEPS = [
    (1, "clock", "inserted", None, 1),
    (1, "ferry", "inserted", None, 1),
    (2, "clock", "updated", 1, 2),
    (2, "tower", "inserted", None, 1),
    (3, "clock", "withdrawn", 2, 2),
    (4, "ferry", "re-elected", 1, 1),
    (5, "clock", "inserted", None, 2),
]


def test_each_commit_tells_what_it_changed(mixed):
    corpus = mixed
    for after, until in [(0, 5), (1, 5), (2, 3), (4, 4), (0, 0), (3, 5)]:
        found = told(steps(corpus, after, until))
        assert sorted(found) == [step for step in STEPS if after < step[0] <= until]
        assert [step[0] for step in found] == sorted(step[0] for step in found)


def test_a_change_carries_its_version_whichever_commit_brought_that(mixed):
    corpus = mixed
    (rows,) = with_versions(corpus, steps(corpus, 2, 5), ["text"])
    texts = {(row["seq"], row["change"]): row["text"] for row in rows.to_pylist()}
    assert texts == {(3, "withdrawn"): "It struck one.", (4, "re-elected"): "It sailed.", (5, "inserted"): "It struck one."}


def test_two_states_differ_in_what_is_left_of_the_steps(corpus):
    assert told(between(corpus, 2, 5)) == [(4, "ferry", "re-elected", 1, 1)]  # the clock went and came back
    assert sorted(told(between(corpus, 1, 3))) == [(2, "tower", "inserted", None, 1), (3, "clock", "withdrawn", 1, 2)]
    assert told(between(corpus, 3, 3)) == []


def test_the_older_state_may_come_second(corpus):
    found = between(corpus, 3, 1)
    assert {NAME_OF[row["id"]]: row["change"] for row in found.to_pylist()} == {"tower": "withdrawn", "clock": "inserted"}
    (rows,) = with_versions(corpus, found, ["text"])
    texts = {NAME_OF[row["id"]]: row["text"] for row in rows.to_pylist()}
    assert texts == {"tower": "It was painted.", "clock": "It struck twelve."}


def test_versions_that_one_run_replaced_by_the_next_are_no_change(tmp_path):
    corpus = Corpus.create(LocalBucket(tmp_path))
    both = [new_version("clock", number, text) for number, text in ((1, "It struck."), (2, "It struck one."))]
    corpus.commit(propose(corpus, "run-1", both, [Decision(doc_id("clock"), 2, cluster=doc_id("clock"))]))
    assert told(steps(corpus, 0, 1)) == [(1, "clock", "inserted", None, 2)]


@settings(max_examples=8, deadline=None)
@given(histories, st.integers(0, 5))
def test_who_applies_the_steps_in_order_has_the_documents_at_every_commit(tmp_path_factory, commits, start):
    corpus = Corpus.create(LocalBucket(tmp_path_factory.mktemp("runs")))
    for number, commit in enumerate(commits):
        carry_out(corpus, number, commit)
    head = corpus.log.head()
    start = min(start, head)
    copy = state(corpus, start)
    rows = [row for part in with_versions(corpus, steps(corpus, start, head), ["text"]) for row in part.to_pylist()]
    for seq in range(start + 1, head + 1):
        for row in rows:
            if row["seq"] == seq and row["change"] == "withdrawn":
                del copy[row["id"]]
            elif row["seq"] == seq:
                assert (row["id"] in copy) == (row["change"] != "inserted")
                copy[row["id"]] = {name: row[name] for name in COLUMNS}
        assert copy == state(corpus, seq)
    assert copy == {row["id"]: row for row in corpus.scan("documents", COLUMNS).to_pylist()}


@settings(max_examples=8, deadline=None)
@given(histories, st.data())
def test_two_states_differ_in_what_is_told_and_in_nothing_else(tmp_path_factory, commits, data):
    corpus = Corpus.create(LocalBucket(tmp_path_factory.mktemp("runs")))
    for number, commit in enumerate(commits):
        carry_out(corpus, number, commit)
    one, other = (data.draw(st.integers(0, corpus.log.head())) for _ in range(2))
    before, after = state(corpus, one), state(corpus, other)
    names = ("version", "duplicate_of", "cluster")
    expected = {}
    for id_ in before.keys() | after.keys():
        old, new = (each.get(id_) and tuple(each[id_][name] for name in names) for each in (before, after))
        if old != new:
            same_version = old and new and old[0] == new[0]
            expected[id_] = "inserted" if not old else "withdrawn" if not new else "re-elected" if same_version else "updated"
    assert {row["id"]: row["change"] for row in between(corpus, one, other).to_pylist()} == expected
