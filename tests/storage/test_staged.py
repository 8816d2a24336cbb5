import pytest

from ingest.records import Cleaned, Rejected, Sketch
from storage import staged
from storage.errors import KeyMissingError
from storage.local import LocalBucket
from storage.raw import RawRef
from storage.staged import Failure, StagedPage
from tests.storage.corpora import NOON, document

REF = RawRef("raw/warc/x", 5, 6)
PAGES = [
    StagedPage("a", "town", "a.txt", None, "aa", REF, NOON, None, "cc", Cleaned(document("It struck."), Sketch(b"1", b"2", 3))),
    StagedPage(
        "b", "town", "b.txt", "https://b.example", "bb", REF, NOON, NOON, None, Rejected("load", "empty", "It has no text.")
    ),
    StagedPage("c", "town", "c.txt", None, None, None, None, None, None, Failure("vanished", "It was there when listed.")),
]


@pytest.fixture
def bucket(tmp_path):
    return LocalBucket(tmp_path)


def test_a_shard_comes_back_equal(bucket):
    staged.write(bucket, "run", 3, PAGES)
    assert staged.read(bucket, "run", 3) == PAGES


def test_a_restarted_run_finds_its_shards_and_no_others(bucket):
    for run, shard in (("run", 10), ("run", 9), ("run-2", 1)):
        staged.write(bucket, run, shard, PAGES[:1])
    assert staged.shards(bucket, "run") == [9, 10]
    assert staged.shards(bucket, "other") == []


def test_columns_are_read_alone(bucket):
    staged.write(bucket, "run", 0, PAGES)
    assert staged.read_table(bucket, "run", 0, ["id", "kind"]).to_pydict() == {
        "id": ["a", "b", "c"],
        "kind": ["cleaned", "rejected", "failed"],
    }


def test_removing_a_run_leaves_the_others(bucket):
    staged.write(bucket, "run", 0, PAGES)
    staged.write(bucket, "run-2", 0, PAGES)
    staged.remove(bucket, "run")
    assert [info.key for info in bucket.list("")] == ["clean/staged/run-2/000000.parquet"]
    with pytest.raises(KeyMissingError):
        staged.read(bucket, "run", 0)


def test_staging_again_gives_the_same_bytes(bucket):
    staged.write(bucket, "run", 0, PAGES)
    before = bucket.get("clean/staged/run/000000.parquet")
    staged.write(bucket, "run", 0, PAGES)
    assert bucket.get("clean/staged/run/000000.parquet") == before
