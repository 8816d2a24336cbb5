import os
import shutil
import time
from dataclasses import replace

import pyarrow as pa
import pytest

from ingest.records import Decision, RawPage
from storage import delta, files, keys, parquet, raw, rolling
from storage.commits import Commit
from storage.compaction import compact
from storage.errors import NotACorpusError
from storage.local import LocalBucket
from storage.raw import Shard
from storage.rebuild import rebuild
from storage.releases import Order, release
from storage.rows import Outcome
from storage.tables import Corpus
from storage.verify import verify
from tests.storage.corpora import NOON, assert_lawful, copy, doc_id, ingest, new_version, propose, rows
from tests.storage.test_compaction import runs
from tests.storage.test_rebuild import drop_log


def with_raw(corpus, run, name, text):
    """A run whose version has a page in the raw store."""
    pages = [(doc_id(name), RawPage(source="town", name=name, media_type="text/plain", body=text.encode()))]
    (ref,) = raw.write_shard(corpus.bucket, Shard(run, 0, NOON), pages)
    outcome = Outcome(doc_id(name), "town", name, "kept", "sha", "cafe", version=1, raw_ref=ref)
    corpus.commit(propose(corpus, run, [replace(new_version(name, 1, text), raw_ref=ref)], outcomes=[outcome]))


def without_ref(versions):
    return [replace(each, raw_ref=None) for each in versions]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    corpus = Corpus.create(LocalBucket(folder))
    for turn in range(12):
        with_raw(corpus, f"run-{turn}", f"page {turn}", f"The harbour clock struck {turn}.")
    compact(corpus)
    with_raw(corpus, "after", "page 99", "It was painted.")
    corpus.commit(propose(corpus, "link", decisions=[Decision(doc_id("page 1"), 1, "live", doc_id("page 2"), doc_id("page 2"))]))
    return folder


@pytest.fixture(params=["directory", pytest.param("s3", marks=pytest.mark.slow)])
def bucket(request, made, tmp_path):
    return copy(made, str(tmp_path / "corpus") if request.param == "directory" else request.getfixturevalue("s3").location())


def faults(bucket, **how):
    return {(fault.key, fault.is_derived) for fault in verify(bucket, **how).faults}


def files_of(bucket, table):
    return [keys.table_file(table, file.path) for file in delta.Handle(bucket, table).files()]


def flip(bucket, key):
    data = bucket.get(key)
    middle = len(data) // 2
    bucket.put(key, data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])


@pytest.mark.parametrize("deep", [False, True])
def test_a_whole_corpus_is_whole(bucket, deep):
    found = verify(bucket, deep=deep)
    assert found.faults == []
    assert (found.seq, found.behind, found.leftovers, found.strangers) == (15, 0, 0, ())
    assert found.objects == len(list(bucket.list("")))
    assert (found.records, found.digests > 20, found.bytes_read > 10_000) == ((13, True, True) if deep else (0, False, False))


def test_nothing_is_written(bucket):
    before = {info.key: (info.size, info.modified_at) for info in bucket.list("")}
    verify(bucket, deep=True)
    assert {info.key: (info.size, info.modified_at) for info in bucket.list("")} == before


@pytest.mark.parametrize("table", keys.TABLES)
def test_a_missing_or_cut_file_is_named(bucket, table):
    key = files_of(bucket, table)[-1]
    whole = bucket.get(key)
    bucket.put(key, whole[:-1])
    assert faults(bucket) == {(key, table == "documents")}
    bucket.delete(key)
    assert faults(bucket) == {(key, table == "documents")}


@pytest.mark.parametrize("table", keys.TABLES)
def test_a_flipped_bit_is_found_by_looking_deep(bucket, table):
    key = files_of(bucket, table)[0]
    flip(bucket, key)
    assert key in {key for key, _ in faults(bucket, deep=True)}


def test_a_damaged_segment_of_sketches_can_be_made_anew(bucket):
    key = Corpus.open(bucket).log.read(3).sketches.path
    flip(bucket, key)
    assert faults(bucket, deep=True) == {(key, True)}
    bucket.delete(key)
    assert faults(bucket) == {(key, True)}


@pytest.mark.parametrize("harm", ["missing", "damaged", "another"])
def test_a_damaged_log_is_told_where_it_breaks(bucket, harm):
    key = keys.commit(4)
    if harm == "missing":
        bucket.delete(key)
    else:
        bucket.put(key, b"{}" if harm == "damaged" else bucket.get(keys.commit(5)))
    found = verify(bucket)
    assert found.seq == 3
    assert (found.faults[0].key, found.faults[0].is_derived) == (key, False)


def test_a_commit_of_another_corpus_in_the_chain_is_told(bucket):
    other = replace(Corpus.open(bucket).log.read(4), write_id="of another corpus")
    bucket.put(keys.commit(4), other.to_json())
    found = verify(bucket)
    assert (found.seq, found.faults[0].key) == (4, keys.commit(5))
    assert "copied over each other" in found.faults[0].follows


def test_a_run_that_committed_twice_is_told(bucket):
    newest = Corpus.open(bucket).log.read(15)
    again = replace(newest, seq=16, files={}, sketches=None, follows=newest.write_id)
    bucket.put(keys.commit(16), again.to_json())
    assert "has committed before, as 15" in verify(bucket).faults[0].what


@pytest.mark.parametrize("table", keys.TABLES)
def test_a_table_without_its_log_is_repaired_by_a_rebuild(bucket, table):
    before = rows(Corpus.open(bucket))
    drop_log(bucket, table)
    assert faults(bucket) == {(keys.table(table), True)}
    rebuild(bucket)
    assert faults(bucket, deep=True) == set()
    assert rows(Corpus.open(bucket)) == before


@pytest.mark.parametrize("table", keys.RECORDS)
def test_a_table_that_disagrees_with_the_log_is_told(bucket, table):
    handle = delta.Handle(bucket, table)
    handle.restate(15, [Corpus.open(bucket).log.read(1).files[table][0]], [handle.files()[-1]])
    found = verify(bucket)
    assert {fault.key for fault in found.faults} == {keys.table(table)}
    assert {fault.what.partition(":")[0] for fault in found.faults} == {
        "the table lacks a file that the log names",
        "the table holds a file that the log does not name",
    }
    assert all(fault.is_derived for fault in found.faults)


def test_a_table_that_is_further_than_the_log_is_told(bucket):
    bucket.delete(keys.commit(15))
    assert all("the log is whole up to 14" in fault.what for fault in verify(bucket).faults)


def test_documents_that_are_not_what_was_decided_are_told_and_repaired(bucket):
    handle = delta.Handle(bucket, "documents")
    file = handle.files()[0]
    table = files.read(bucket, "documents", file.path)
    wrong = table.set_column(table.column_names.index("version"), "version", pa.array([7] * len(table), pa.int32()))
    entries = files.stage(bucket, "documents", [wrong], seq=15, first_part=9_000)
    handle.restate(15, entries, [file])
    found = verify(bucket)
    assert {(fault.key, fault.is_derived) for fault in found.faults} == {("clean/documents", True)}
    assert any("is missing or not current" in fault.what for fault in found.faults)
    rebuild(bucket)
    assert faults(bucket, deep=True) == set()
    assert_lawful(Corpus.open(bucket))


def forge(bucket, versions=(), decisions=()):
    """A commit that no check has seen."""
    corpus = Corpus.open(bucket)
    proposal = propose(corpus, "forged", versions, decisions)
    parts = {"versions": tuple(proposal.versions), "decisions": tuple(proposal.decisions)}
    corpus.log.append(Commit(proposal.seq, "forged", "w", NOON, "cafe", {name: part for name, part in parts.items() if part}))
    corpus.roll()


@pytest.mark.parametrize(
    ("versions", "decisions", "told"),
    [
        ([("page 1", 3)], [("page 1", 3, None)], "has versions with a gap or twice"),
        ([("page 1", 1)], [("page 1", 1, None)], "has versions with a gap or twice"),
        ([("page 1", 2)], [], "documents"),
        ([("new", 1)], [], "has versions and no decision"),
        ([], [("page 1", 5, None)], "has a decision on a version that does not exist"),
        ([], [("page 3", 1, None), ("page 3", 1, None)], "is decided on twice in one commit"),
        ([], [("page 3", 1, "nobody")], "is a duplicate of a document that is not live"),
        ([], [("page 2", 1, "page 3")], "is a duplicate of a document that is not live or is one itself"),
    ],
)
def test_rows_that_break_a_law_are_told(bucket, versions, decisions, told):
    forge(
        bucket,
        without_ref([new_version(name, version, "x") for name, version in versions]),
        [Decision(doc_id(name), version, "live", doc_id(other) if other else None) for name, version, other in decisions],
    )
    found = [fault.what for fault in verify(bucket).faults]
    if told == "documents":  # a version that is not decided on stays unseen, lawfully
        assert found == []
    else:
        assert any(told in what for what in found), found


@pytest.mark.parametrize("harm", ["missing", "cut", "flipped"])
def test_raw_pages_that_are_gone_or_changed_are_told(bucket, harm):
    key = next(info.key for info in bucket.list(keys.RAW_WARC))
    if harm == "missing":
        bucket.delete(key)
    elif harm == "cut":
        bucket.put(key, bucket.get(key)[:-1])
    else:
        flip(bucket, key)
    found = verify(bucket, deep=True)
    assert {fault.key for fault in found.faults} == {key}
    assert "cannot be cleaned again" in found.faults[0].follows
    assert verify(bucket).is_whole == (harm == "flipped")


@pytest.mark.parametrize("harm", ["missing", "cut", "flipped", "manifest"])
def test_a_release_that_is_not_what_was_released_is_told(bucket, harm):
    release(
        Corpus.open(bucket),
        Order("spring", None, "keep", False),
        {"winnow": "1"},
        lambda _: {"README.md": b"About it."},
        lambda *_: None,
    )
    assert verify(bucket, deep=True).faults == []
    key = next(info.key for info in bucket.list("clean/releases/spring/data/"))
    if harm == "missing":
        bucket.delete(key)
    elif harm == "cut":
        bucket.put(key, bucket.get(key)[:-1])
    elif harm == "flipped":
        flip(bucket, key)
    else:
        key = keys.release_manifest("spring")
        bucket.put(key, b"{}")
    assert {fault.key for fault in verify(bucket, deep=True).faults} == {key}
    assert verify(bucket).is_whole == (harm == "flipped")


def test_foreign_files_are_told_and_no_fault(bucket):
    bucket.put("notes.txt", b"mine")
    bucket.put("clean/versions/notes.txt", b"mine")
    bucket.put("clean/versions/copy.parquet", b"mine")
    found = verify(bucket, deep=True)
    assert found.is_whole
    assert sorted(found.strangers) == ["clean/versions/copy.parquet", "clean/versions/notes.txt", "notes.txt"]


def test_old_leftovers_are_counted_and_young_ones_are_not(made, tmp_path):
    shutil.copytree(made, tmp_path / "corpus")
    corpus = Corpus.open(LocalBucket(tmp_path / "corpus"))
    staged = propose(corpus, "dead", [new_version("dead", 1, "x")])
    assert verify(corpus.bucket).leftovers == 0
    then = time.time() - 2 * 86_400
    os.utime(tmp_path / "corpus" / keys.table_file("versions", staged.versions[0].path), (then, then))
    assert verify(corpus.bucket).leftovers == 1


def test_a_run_that_commits_while_it_looks_is_no_fault(made, tmp_path, monkeypatch):
    shutil.copytree(made, tmp_path / "corpus")
    bucket = LocalBucket(tmp_path / "corpus")
    for moment in ("list", "get"):
        call, left = getattr(LocalBucket, moment), [1]

        def overtaken(self, *args, call=call, left=left, moment=moment):
            if left:
                left.pop()
                with_raw(Corpus.open(LocalBucket(tmp_path / "corpus")), f"late-{moment}", f"late {moment}", f"It came {moment}.")
            return call(self, *args)

        with monkeypatch.context() as patch:
            patch.setattr(LocalBucket, moment, overtaken)
            assert verify(bucket, deep=True).faults == []
        assert not left


def test_a_writer_that_died_between_two_tables_is_no_fault(made, tmp_path, monkeypatch):
    shutil.copytree(made, tmp_path / "corpus")
    corpus = Corpus.open(LocalBucket(tmp_path / "corpus"))
    roll = rolling.roll_table
    with monkeypatch.context() as patch:
        patch.setattr(
            rolling, "roll_table", lambda handles, log, table, *rest: table == "versions" and roll(handles, log, table, *rest)
        )
        corpus.commit(propose(corpus, "late", without_ref([new_version("page 1", 2, "y")])))
    assert verify(LocalBucket(tmp_path / "corpus"), deep=True).faults == []


@pytest.mark.parametrize("data", [b"{}", b'{"name": "autumn", "seq": 1, "manifest_sha256": "x"}'])
def test_a_pointer_that_is_damaged_or_names_nothing_is_told(bucket, data):
    release(
        Corpus.open(bucket),
        Order("spring", None, "keep", False),
        {"winnow": "1"},
        lambda _: {"README.md": b"About it."},
        lambda *_: None,
    )
    bucket.put(keys.LATEST, data)
    assert faults(bucket) == {(keys.LATEST, True)}


def test_a_lag_is_no_fault(made, tmp_path):
    shutil.copytree(made, tmp_path / "corpus")
    corpus = Corpus.open(LocalBucket(tmp_path / "corpus"))
    proposal = propose(corpus, "late", without_ref([new_version("page 1", 2, "y")]))
    corpus.roll(budget=0)
    corpus.log.append(corpus._as_commit(proposal))
    corpus.roll(budget=0)
    found = verify(corpus.bucket, deep=True)
    assert (found.is_whole, found.behind) == (True, 1)


def test_what_is_no_corpus_is_said(tmp_path):
    with pytest.raises(NotACorpusError):
        verify(LocalBucket(tmp_path / "nowhere"))


def test_a_corpus_without_a_commit_is_whole(tmp_path):
    assert verify(Corpus.create(LocalBucket(tmp_path / "new")).bucket, deep=True).is_whole


def test_any_runs_leave_a_corpus_that_verifies(tmp_path):
    corpus = Corpus.create(LocalBucket(tmp_path))
    runs(corpus, 5)
    missing = {fault.key for fault in verify(corpus.bucket, deep=True).faults}
    assert missing == {"raw/warc/x.warc.gz"}  # to which this helper's rows refer


def test_digests_are_those_of_the_log(bucket):
    entry = Corpus.open(bucket).log.read(15).files["decisions"][0]
    assert parquet.sha256(bucket.get(keys.table_file("decisions", entry.path))) == entry.sha256


def test_ingest_goes_on_after_a_verification(bucket):
    verify(bucket)
    ingest(Corpus.open(bucket), "more", {"page 3": "New."})
    assert_lawful(Corpus.open(bucket))
