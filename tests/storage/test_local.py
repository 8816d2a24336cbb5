import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.bucket import open_bucket
from storage.errors import StorageError, StoreUnavailableError
from storage.local import PARTIAL, LocalBucket
from tests.storage.bucket_contract import BucketContract


class TestLocalBucket(BucketContract):
    @pytest.fixture
    def bucket(self, tmp_path):
        return LocalBucket(tmp_path / "a folder, naïve #1")


@pytest.fixture
def bucket(tmp_path):
    return LocalBucket(tmp_path / "corpus")


def left_over(bucket: LocalBucket) -> list[Path]:
    return list((Path(bucket.uri) / PARTIAL).iterdir())


def test_nothing_is_created_by_opening(tmp_path):
    bucket = open_bucket(str(tmp_path / "corpus"))
    assert list(bucket.list("")) == []
    assert not (tmp_path / "corpus").exists()


def test_a_uri_opens_the_same_bucket_again(bucket):
    bucket.put("a", b"1")
    assert open_bucket(bucket.uri).get("a") == b"1"
    assert open_bucket(f"file://{bucket.uri}").get("a") == b"1"


def test_an_unknown_store_is_one_clear_sentence():
    with pytest.raises(StorageError, match="no store speaks gopher://; known are a path and file://, s3://"):
        open_bucket("gopher://x")


def test_files_being_written_are_not_listed(bucket):
    bucket.put("a", b"1")
    (Path(bucket.uri) / PARTIAL / "half").write_bytes(b"ha")
    assert [info.key for info in bucket.list("")] == ["a"]


def test_files_that_a_dead_writer_left_are_swept_and_young_ones_stay(bucket):
    bucket.put("a", b"1")
    half = Path(bucket.uri) / PARTIAL / "half"
    half.write_bytes(b"ha")
    now = datetime.now(UTC)
    assert bucket.sweep_partial(now - timedelta(days=1)) == 0
    assert bucket.sweep_partial(now + timedelta(days=1)) == 1
    assert not half.exists()


def test_no_file_is_left_aside_by_a_write(bucket):
    bucket.put("a", b"1")
    bucket.create("a", b"2")
    bucket.create("b", b"2")
    assert left_over(bucket) == []


@pytest.mark.parametrize("write", ["put", "create"])
def test_a_full_disk_says_what_to_do_and_leaves_the_old_object(bucket, monkeypatch, write):
    bucket.put("a", b"old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreUnavailableError, match="disk is full: free some space"):
        getattr(bucket, write)("a", b"new")
    assert bucket.get("a") == b"old"
    assert left_over(bucket) == []


def test_bytes_and_folders_are_flushed_before_a_write_is_acknowledged(bucket, monkeypatch):
    flushed: list[str] = []
    real = os.fsync

    def note(handle: int) -> None:
        flushed.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    monkeypatch.setattr(os, "fsync", note)
    root = bucket.uri
    bucket.create("x/y/z", b"1")
    assert [path.startswith(f"{root}/{PARTIAL}/") for path in flushed].count(True) == 1
    assert {str(Path(root).parent), root, f"{root}/x", f"{root}/x/y"} <= set(flushed)
    assert flushed[-1] == f"{root}/x/y"


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailableError, match="a file stands where a folder is needed"):
        LocalBucket(tmp_path / "file").put("a", b"1")


def test_an_emptied_folder_goes_and_its_neighbour_stays(bucket):
    bucket.put("a/b/c", b"1")
    bucket.put("a/d", b"1")
    bucket.delete("a/b/c")
    assert sorted(path.name for path in (Path(bucket.uri) / "a").iterdir()) == ["d"]


def test_a_folder_that_comes_and_goes_is_not_taken_for_a_file_in_the_way(bucket, monkeypatch):
    bucket.put("a", b"1")
    mkdir, left = Path.mkdir, [True]

    def gone_again(path: Path, *args: object, **options: object) -> None:
        if left and path.name == "x":
            left.pop()
            raise FileExistsError(errno.EEXIST, "File exists", str(path))
        mkdir(path, *args, **options)

    monkeypatch.setattr(Path, "mkdir", gone_again)
    bucket.put("x/y", b"2")
    assert not left
    assert bucket.get("x/y") == b"2"
