import pytest

from storage import delta, keys
from storage import rebuild as rebuilding
from storage.compaction import compact
from storage.errors import DamagedError, KeyMissingError
from storage.local import LocalBucket
from storage.rebuild import rebuild
from storage.tables import Corpus
from tests.storage.corpora import assert_lawful, copy, ingest, new_version, propose, rows
from tests.storage.test_compaction import runs


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A corpus of runs before and after a compaction."""
    folder = tmp_path_factory.mktemp("made")
    corpus = Corpus.create(LocalBucket(folder))
    runs(corpus, 12)
    compact(corpus)
    ingest(corpus, "after", {"d1": "new", "d77": "other"})
    return folder


@pytest.fixture(params=["directory", pytest.param("s3", marks=pytest.mark.slow)])
def bucket(request, made, tmp_path):
    return copy(made, str(tmp_path / "corpus") if request.param == "directory" else request.getfixturevalue("s3").location())


def drop_log(bucket, table):
    for info in list(bucket.list(f"{keys.table(table)}/_delta_log/")):
        bucket.delete(info.key)


def damage_log(bucket, table):
    for info in list(bucket.list(f"{keys.table(table)}/_delta_log/")):
        bucket.put(info.key, b"not a log")


@pytest.mark.parametrize("harm", [drop_log, damage_log])
@pytest.mark.parametrize("table", [*keys.TABLES, "all"])
def test_a_table_without_its_log_comes_back_with_the_same_rows(bucket, harm, table):
    before = rows(Corpus.open(bucket))
    tables = keys.TABLES if table == "all" else (table,)
    for each in tables:
        harm(bucket, each)
    done = rebuild(bucket)
    assert (done.seq, done.reset) == (14, tuple(each for each in keys.TABLES if each in tables))
    assert rows(Corpus.open(bucket)) == before
    assert_lawful(Corpus.open(bucket))


def test_a_healthy_corpus_keeps_its_files_but_for_documents(bucket):
    before = rows(Corpus.open(bucket))
    done = rebuild(bucket)
    assert (done.reset, done.added, done.dropped, done.documents) == ((), 0, 0, len(before["documents"]))
    assert rows(Corpus.open(bucket)) == before


def test_a_second_rebuild_finds_its_own_files(bucket):
    before = rows(Corpus.open(bucket))
    first = rebuild(bucket)
    assert rebuild(bucket) == first
    assert rows(Corpus.open(bucket)) == before


def test_documents_come_back_though_all_their_files_are_gone(bucket):
    before = rows(Corpus.open(bucket))
    for info in list(bucket.list("clean/documents/")):
        bucket.delete(info.key)
    rebuild(bucket)
    assert rows(Corpus.open(bucket)) == before


def test_a_table_that_lost_or_got_files_is_set_right(bucket):
    corpus = Corpus.open(bucket)
    before = rows(corpus)
    handle = delta.Handle(bucket, "versions")
    lost, entry = handle.files()[0], corpus.log.read(1).files["versions"][0]
    assert handle.restate(14, [entry], [lost])
    assert rows(corpus) != before
    done = rebuild(bucket)
    assert (done.added, done.dropped) == (1, 1)
    assert rows(corpus) == before


def test_a_file_of_record_that_is_gone_or_cut_stops_it_by_name(bucket):
    corpus = Corpus.open(bucket)
    file = delta.Handle(bucket, "decisions").files()[0]
    drop_log(bucket, "decisions")
    key = keys.table_file("decisions", file.path)
    whole = bucket.get(key)
    bucket.put(key, whole[:-1])
    with pytest.raises(DamagedError, match=file.path):
        rebuild(bucket)
    bucket.delete(key)
    with pytest.raises(KeyMissingError, match=file.path):
        rebuild(bucket)
    bucket.put(key, whole)
    rebuild(bucket)
    assert_lawful(corpus)


def test_documents_are_written_by_age_in_bounded_windows(bucket, monkeypatch):
    monkeypatch.setattr(rebuilding, "WINDOW_ROWS", 4)
    before = rows(Corpus.open(bucket))
    windows = list(rebuilding._windows(Corpus.open(bucket), 14))
    assert len(windows) > 5
    assert [window.after for window in windows[1:]] == [window.until for window in windows[:-1]]
    rebuild(bucket)
    assert rows(Corpus.open(bucket)) == before


def test_a_writer_that_comes_between_is_seen(bucket, monkeypatch):
    restate, left = delta.Handle.restate, ["documents"]

    def late(handle, *moves):
        if handle.table in left:
            left.remove(handle.table)
            ingest(Corpus.open(bucket), "quick", {"d3": "quick"})
        return restate(handle, *moves)

    monkeypatch.setattr(delta.Handle, "restate", late)
    assert rebuild(bucket).seq == 15
    assert_lawful(Corpus.open(bucket))


def test_a_writer_that_has_committed_and_not_rolled_is_rolled_later(bucket, monkeypatch):
    stage, left = rebuilding.files.stage, [1]

    def late(*args, **named):
        if left and args[1] == "documents":
            left.pop()
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("storage.rolling.roll_table", lambda *_: None)
                corpus = Corpus.open(bucket)
                corpus.log.append(corpus._as_commit(propose(corpus, "quick", [new_version("new", 1, "quick")], seq=15)))
        return stage(*args, **named)

    monkeypatch.setattr(rebuilding.files, "stage", late)
    rebuild(bucket)
    monkeypatch.undo()
    Corpus.open(bucket).roll()
    assert_lawful(Corpus.open(bucket))
    assert Corpus.open(bucket).log.head() == 15


def test_the_log_of_commits_is_never_touched(bucket):
    before = {info.key: (info.size, info.modified_at) for info in bucket.list(keys.COMMITS)}
    drop_log(bucket, "versions")
    rebuild(bucket)
    assert {info.key: (info.size, info.modified_at) for info in bucket.list(keys.COMMITS)} == before


def test_a_writer_who_has_the_tables_open_goes_on_with_those_that_a_rebuild_began_anew(tmp_path):
    corpus = Corpus.create(LocalBucket(tmp_path))
    ingest(corpus, "first", {"bridge": "Planned.", "tower": "Low."})
    corpus.applied()
    for table in keys.TABLES:
        drop_log(corpus.bucket, table)
    rebuild(corpus.bucket)
    assert ingest(corpus, "second", {"bridge": "Built."}) == 2
    assert set(corpus.applied().values()) == set(Corpus.open(corpus.bucket).applied().values()) == {2}
    assert_lawful(Corpus.open(corpus.bucket))
