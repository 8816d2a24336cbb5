import os
from datetime import UTC, datetime, timedelta

import pytest

from storage import keys, rolling, staged
from storage.local import LocalBucket
from storage.sweep import sweep
from storage.tables import Corpus
from tests.storage.corpora import assert_lawful, ingest, new_version, propose, rows

LATER = timedelta(days=2)


@pytest.fixture
def corpus(tmp_path):
    corpus = Corpus.create(LocalBucket(tmp_path))
    ingest(corpus, "first", {"clock": "It struck twelve.", "ferry": "It sailed."})
    ingest(corpus, "second", {"clock": "It struck thirteen."})
    corpus.bucket.put("raw/warc/2026/03/04/dead-000000-0000.warc.gz", b"raw")
    return corpus


def objects(corpus):
    return {info.key for info in corpus.bucket.list("")}


def test_what_commits_tables_and_their_readers_need_stays(corpus):
    before, seen = objects(corpus), rows(corpus)
    assert sweep(corpus, datetime.now(UTC) + LATER) == []
    assert objects(corpus) == before
    assert rows(corpus) == seen


def test_leftovers_go_and_raw_stays(corpus):
    before = objects(corpus)
    propose(corpus, "dead", [new_version("bridge", 1, "x")])
    staged.write(corpus.bucket, "dead", 0, [])
    corpus.bucket.put(keys.probe("dead", "table/_delta_log/0.json"), b"{}")
    leftovers = objects(corpus) - before
    assert len(leftovers) == 5
    assert set(sweep(corpus, datetime.now(UTC) + LATER)) == leftovers
    assert objects(corpus) == before


def test_what_is_staged_anew_while_it_sweeps_stays(corpus, monkeypatch):
    """A run that died a day ago is done again, with the same files, between the listing and the deletion."""
    staged_again = propose(corpus, "again", [new_version("bridge", 1, "x")])
    old = datetime.now(UTC) - LATER
    for entry in staged_again.versions:
        then = old.timestamp()
        os.utime(f"{corpus.bucket.uri}/clean/versions/{entry.path}", (then, then))
    delete, left = LocalBucket.head, [1]

    def overtaken(bucket, key):
        if left and "/versions/" in key and key.endswith(".parquet"):
            left.pop()
            propose(corpus, "again", [new_version("bridge", 1, "x")])
        return delete(bucket, key)

    monkeypatch.setattr(LocalBucket, "head", overtaken)
    assert sweep(corpus, datetime.now(UTC) - timedelta(days=1)) == []
    assert not left
    assert corpus.commit(staged_again) == 3


def test_young_leftovers_stay(corpus):
    proposal = propose(corpus, "slow", [new_version("bridge", 1, "x")])
    staged.write(corpus.bucket, "slow", 0, [])
    before = objects(corpus)
    assert sweep(corpus, datetime.now(UTC) - LATER) == []
    assert objects(corpus) == before
    assert corpus.commit(proposal) == 3


def test_a_loser_s_files_go_though_their_number_was_taken(corpus):
    stale = propose(corpus, "slow", [new_version("bridge", 1, "slow")])
    ingest(Corpus.open(corpus.bucket), "quick", {"bridge": "quick"})
    gone = sweep(corpus, datetime.now(UTC) + LATER)
    assert stale.sketches.path in gone
    assert f"clean/versions/{stale.versions[0].path}" in gone
    assert_lawful(corpus)
    assert len(corpus.sketches()) == 4


def test_a_commit_that_no_table_has_seen_is_rolled_before_anything_is_deleted(corpus, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(rolling, "roll_table", lambda *_: None)
        corpus.commit(propose(corpus, "third", [new_version("bridge", 1, "x")]))
    assert sweep(Corpus.open(corpus.bucket), datetime.now(UTC) + LATER) == []
    assert_lawful(corpus)
