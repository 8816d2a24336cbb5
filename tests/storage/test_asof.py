import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.records import Decision
from storage.asof import decisions_at, documents_at
from storage.local import LocalBucket
from storage.parquet import concat
from storage.schema import SCHEMAS
from storage.tables import Corpus
from tests.storage.corpora import doc_id, ingest, propose

RUNS = [{"clock": "It struck twelve.", "ferry": "It sailed."}, {"clock": "It struck one.", "tower": "It was painted."}]


def documents(corpus, seq):
    rows = concat(documents_at(corpus, seq), SCHEMAS["documents"]).to_pylist()
    return sorted(rows, key=lambda row: row["id"])


def as_they_stand(corpus):
    return sorted(corpus.scan("documents").to_pylist(), key=lambda row: row["id"])


def test_every_state_that_stood_can_be_read_again(tmp_path):
    corpus = Corpus.create(LocalBucket(tmp_path))
    seen = {0: []}
    for number, texts in enumerate(RUNS, 1):
        ingest(corpus, f"run-{number}", texts)
        seen[number] = as_they_stand(corpus)
    corpus.commit(propose(corpus, "undo", decisions=[Decision(doc_id("clock"), 2, "withdrawn")]))
    seen[3] = as_they_stand(corpus)
    corpus.commit(propose(corpus, "link", decisions=[Decision(doc_id("ferry"), 1, "live", doc_id("tower"), doc_id("tower"))]))
    seen[4] = as_they_stand(corpus)
    assert {seq: documents(corpus, seq) for seq in seen} == seen


def test_decisions_hold_from_their_commit_on(tmp_path):
    corpus = Corpus.create(LocalBucket(tmp_path))
    ingest(corpus, "run-1", RUNS[0])
    corpus.commit(propose(corpus, "undo", decisions=[Decision(doc_id("clock"), 1, "withdrawn")]))
    held = [dict(zip(*decisions_at(corpus, seq).select(["id", "status"]).to_pydict().values(), strict=True)) for seq in (1, 2)]
    assert [state[doc_id("clock")] for state in held] == ["live", "withdrawn"]


@pytest.mark.parametrize("columns", [["text"], ["seq"], ["id", "cluster", "title"]])
def test_columns_may_be_named(tmp_path, columns):
    corpus = Corpus.create(LocalBucket(tmp_path))
    ingest(corpus, "run-1", RUNS[0])
    found = concat(documents_at(corpus, 1, columns), SCHEMAS["documents"], columns)
    assert found.column_names == columns
    assert len(found) == 2


names = st.sampled_from(["clock", "ferry", "tower", "bridge"])


@settings(max_examples=8)
@given(st.lists(st.dictionaries(names, st.sampled_from(["one", "two"]), min_size=1, max_size=4), min_size=1, max_size=4))
def test_the_newest_state_is_what_documents_holds(tmp_path_factory, runs):
    corpus = Corpus.create(LocalBucket(tmp_path_factory.mktemp("runs")))
    for number, texts in enumerate(runs):
        ingest(corpus, f"run-{number}", texts)
        assert documents(corpus, number + 1) == as_they_stand(corpus)
