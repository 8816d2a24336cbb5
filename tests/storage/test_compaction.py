import random

import pytest
from deltalake import DeltaTable

from storage import compaction, delta, files, keys
from storage.bucket import open_bucket
from storage.compaction import compact, compact_documents, merge, neighbours, tiers_due
from storage.delta import LiveFile
from storage.errors import DamagedError
from storage.local import LocalBucket
from storage.sweep import sweep
from storage.tables import Corpus
from tests.storage.corpora import NOON, assert_lawful, doc_id, ingest, new_version, propose, rows
from tests.storage.test_sweep import LATER

MB = 2**20


def runs(corpus, count):
    chance = random.Random(7)
    for turn in range(count):
        ingest(corpus, f"run-{turn}", {f"d{chance.randrange(9)}": f"{turn} {chance.random()}" for _ in range(3)})


@pytest.fixture(params=["directory", pytest.param("s3", marks=pytest.mark.slow)])
def corpus(request, tmp_path):
    bucket = LocalBucket(tmp_path) if request.param == "directory" else open_bucket(request.getfixturevalue("s3").location())
    return Corpus.create(bucket)


def live(corpus, table):
    return delta.Handle(corpus.bucket, table).files()


def test_the_same_rows_stand_in_few_files(corpus):
    runs(corpus, 12)
    before = rows(corpus)
    assert compact(corpus) == 13
    assert {table: len(live(corpus, table)) for table in keys.RECORDS} == dict.fromkeys(keys.RECORDS, 1)
    assert rows(corpus) == before
    assert_lawful(corpus)
    commit = corpus.log.read(13)
    assert (commit.kind, {table: len(paths) for table, paths in commit.replaces.items()}) == (
        "compaction",
        dict.fromkeys(keys.RECORDS, 12),
    )


def test_tiers_that_become_crowded_are_merged_too(corpus, monkeypatch):
    monkeypatch.setattr(compaction, "TIERS", (10_000, 30_000, 10**9))
    monkeypatch.setattr(compaction, "FAN", 2)
    runs(corpus, 12)
    before = rows(corpus)
    assert merge(corpus) > 3 * 12
    assert [commit.kind for commit in corpus.log.since(12, corpus.log.head())].count("compaction") > 1
    assert rows(corpus) == before
    assert compact(corpus) is None
    assert_lawful(corpus)


def test_what_is_not_due_adds_nothing(corpus):
    runs(corpus, 3)
    before = {info.key for info in corpus.bucket.list("")}
    assert compact(corpus) is None
    assert compact_documents(corpus) == 0
    assert {info.key for info in corpus.bucket.list("")} == before


def test_runs_go_on_after_a_compaction(corpus):
    runs(corpus, 12)
    compact(corpus)
    ingest(corpus, "after", {"d1": "new", "d77": "other"})
    assert_lawful(corpus)
    assert len(live(corpus, "versions")) == 2


def test_a_compacted_file_tells_the_commits_of_its_rows(corpus):
    runs(corpus, 12)
    compact(corpus)
    (file,) = live(corpus, "versions")
    assert (file.min_seq, file.max_seq) == (1, 12)
    assert corpus.scan("versions", ["seq"], between=files.Between(3, 5))["seq"].unique().to_pylist() == [4, 5]


def test_rows_of_one_id_and_commit_keep_their_order(corpus):
    for turn in range(12):
        first = turn * 2 + 1
        versions = [new_version("twice", first, f"{turn} a"), new_version("twice", first + 1, f"{turn} b")]
        corpus.commit(propose(corpus, f"run-{turn}", versions, [propose_decision("twice", first + 1)]))
    compact(corpus)
    assert corpus.scan("versions", ["version"])["version"].to_pylist() == list(range(1, 25))


def propose_decision(name, version):
    from ingest.records import Decision

    return Decision(doc_id(name), version, cluster=doc_id(name))


def test_rows_are_merged_in_ranges(corpus, monkeypatch):
    runs(corpus, 12)
    before = rows(corpus)
    monkeypatch.setattr(compaction, "RANGE_BYTES", 2_000)
    compact(corpus)
    assert rows(corpus) == before
    for table in keys.RECORDS:
        ids = corpus.scan(table, ["id"])["id"].to_pylist()
        assert ids == sorted(ids)


def test_another_writer_may_be_quicker(corpus, monkeypatch):
    runs(corpus, 12)
    append, left = Corpus(corpus.bucket).log.append, [1]

    def overtaken(commit):
        if left:
            left.pop()
            ingest(Corpus.open(corpus.bucket), "quick", {"d3": "quick"})
        return append(commit)

    monkeypatch.setattr(corpus.log, "append", overtaken)
    assert compact(corpus) == 14
    assert_lawful(corpus)
    assert len(live(corpus, "versions")) == 2


def test_of_two_compactions_one_counts(corpus, monkeypatch):
    runs(corpus, 12)
    before = rows(corpus)
    append, left = Corpus(corpus.bucket).log.append, [1]

    def overtaken(commit):
        if left:
            left.pop()
            assert compact(Corpus.open(corpus.bucket)) == 13
        return append(commit)

    monkeypatch.setattr(corpus.log, "append", overtaken)
    assert compact(corpus) is None
    assert rows(corpus) == before


def test_documents_are_merged_by_age(corpus, monkeypatch):
    monkeypatch.setattr(files, "PARTS_OF_DOCUMENTS", 3)
    monkeypatch.setattr(files, "FEWEST_ROWS", 2)
    for turn in range(9):
        ingest(corpus, f"run-{turn}", {f"d{turn}": "x", "all": str(turn)})
    before, stood = rows(corpus), len(live(corpus, "documents"))
    assert compact_documents(corpus) > 2
    assert len(live(corpus, "documents")) < stood
    assert rows(corpus) == before
    assert_lawful(corpus)
    newest = max(live(corpus, "documents"), key=lambda file: file.max_seq)
    assert newest.min_seq >= 8


def test_a_roll_that_comes_between_wins_over_merging_documents(corpus, monkeypatch):
    monkeypatch.setattr(files, "PARTS_OF_DOCUMENTS", 2)
    monkeypatch.setattr(files, "FEWEST_ROWS", 2)
    for turn in range(9):
        ingest(corpus, f"run-{turn}", {f"d{turn}": "x"})
    exchange, left = delta.Handle.exchange, [1]

    def overtaken(handle, *moves):
        if left:
            left.pop()
            ingest(Corpus.open(corpus.bucket), "quick", {"d0": "quick"})
        return exchange(handle, *moves)

    monkeypatch.setattr(delta.Handle, "exchange", overtaken)
    assert compact_documents(corpus)
    assert_lawful(corpus)


def test_replaced_files_stay_a_week_for_readers_and_go_then(corpus, monkeypatch):
    runs(corpus, 12)
    opened = as_others_open(corpus, "versions")
    compact(corpus)
    assert not [key for key in sweep(corpus, NOON.now(NOON.tzinfo) + LATER) if key.startswith("clean/versions")]
    assert len(opened.to_pyarrow_table(columns=["id"])) == len(corpus.scan("versions", ["id"]))
    monkeypatch.setattr(delta, "READABLE_H", 0)
    gone = sweep(corpus, NOON.now(NOON.tzinfo) + LATER)
    assert len([key for key in gone if key.startswith("clean/versions")]) == 12
    assert_lawful(corpus)


def as_others_open(corpus, table):
    uri, options = corpus.bucket.delta(keys.table(table))
    return DeltaTable(uri, storage_options=options)


def test_a_file_that_lacks_rows_stops_the_compaction(corpus, monkeypatch):
    runs(corpus, 12)
    short = live(corpus, "versions")[0]
    rest = files.read(corpus.bucket, "versions", short.path).slice(1)
    corpus.bucket.put(keys.table_file("versions", short.path), files.encode(rest)[0] if len(rest) else b"")
    with pytest.raises(DamagedError):
        compact(corpus)
    assert corpus.log.head() == 12


def file(number, size, rows=1):
    return LiveFile(f"{number:04d}", size, rows, number, number)


def test_a_tier_is_merged_into_files_of_the_next():
    assert tiers_due([file(n, 1000) for n in range(10)]) == []
    assert [len(group) for group in tiers_due([file(n, 1000) for n in range(11)])] == [11]
    assert [len(group) for group in tiers_due([file(n, 10 * MB) for n in range(25)])] == [12, 12]
    assert tiers_due([file(n, 130 * MB) for n in range(99)]) == []


def test_files_of_one_commit_are_merged_all_or_none():
    """Else the last row of one id and commit would not be the last any more."""
    together = [LiveFile(f"{n:04d}", 1000, 1, n, n) for n in range(11)] + [LiveFile("0010-b", 130 * MB, 1, 10, 10)]
    assert [len(group) for group in tiers_due(together)] == [10]
    assert all(each.min_seq < 10 for group in tiers_due(together) for each in group)


def test_however_many_runs_come_few_files_stand_beside_the_largest():
    live, number = [], 0
    for number in range(3000):
        live.append(file(number, 400_000))
        for group in tiers_due(live):
            live = [each for each in live if each not in group] + [
                LiveFile(group[0].path, sum(each.size for each in group), 1, group[0].min_seq, group[-1].max_seq)
            ]
    assert sum(each.size < 100 * MB for each in live) <= 50
    assert sum(each.size for each in live) == 3000 * 400_000


def test_neighbours_are_found_by_age():
    assert neighbours([file(n, 1, 10) for n in range(128)]) == []
    groups = neighbours([file(n, 1, 10) for n in range(200)])
    assert all([each.min_seq for each in group] == list(range(group[0].min_seq, group[-1].min_seq + 1)) for group in groups)
