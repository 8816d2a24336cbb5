"""What every bucket keeps to; a backend's test class inherits it and supplies `bucket`, empty and its own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from storage.bucket import Bucket
from storage.errors import DamagedError, KeyMissingError, RefusedError


class BucketContract:
    @pytest.fixture
    def bucket(self) -> Bucket:
        raise NotImplementedError

    def test_what_was_put_is_got(self, bucket):
        bucket.put("a/b.bin", b"\0\xff")
        assert bucket.get("a/b.bin") == b"\0\xff"

    def test_put_replaces(self, bucket):
        bucket.put("a", b"old and long")
        bucket.put("a", b"new")
        assert bucket.get("a") == b"new"

    def test_an_empty_object_is_an_object(self, bucket):
        bucket.put("a", b"")
        assert bucket.get("a") == b""
        assert bucket.head("a").size == 0

    def test_create_never_overwrites(self, bucket):
        assert bucket.create("a", b"first") is True
        assert bucket.create("a", b"second") is False
        assert bucket.get("a") == b"first"

    def test_of_many_creators_one_wins(self, bucket):
        with ThreadPoolExecutor(8) as pool:
            for turn in range(5):
                won = list(pool.map(lambda who, turn=turn: bucket.create(f"log/{turn}", bytes([who])), range(8)))
                assert won.count(True) == 1
                assert bucket.get(f"log/{turn}") == bytes([won.index(True)])

    def test_a_range_is_exact(self, bucket):
        bucket.put("a", b"0123456789")
        assert bucket.get_range("a", 3, 4) == b"3456"
        assert bucket.get_range("a", 9, 1) == b"9"

    @pytest.mark.parametrize("offset", [8, 20])
    def test_a_range_past_the_end_is_damage(self, bucket, offset):
        bucket.put("a", b"0123456789")
        with pytest.raises(DamagedError, match="a ends at"):
            bucket.get_range("a", offset, 4)

    def test_a_missing_object_is_named(self, bucket):
        for read in (lambda: bucket.get("x/y"), lambda: bucket.get_range("x/y", 0, 1)):
            with pytest.raises(KeyMissingError, match="x/y"):
                read()
        assert bucket.head("x/y") is None

    def test_head_tells_size_and_time_in_utc(self, bucket):
        bucket.put("a", b"123")
        info = bucket.head("a")
        assert (info.key, info.size) == ("a", 3)
        assert info.modified_at.tzinfo is not None
        assert abs(datetime.now(UTC) - info.modified_at) < timedelta(minutes=5)

    def test_list_is_in_key_order_within_the_prefix(self, bucket):
        names = ["a/b/1", "a/b-2", "a/b.3", "a/B", "a/b/0", "a/c", "ab", "b"]
        for name in names:
            bucket.put(name, b"")
        assert [info.key for info in bucket.list("a/")] == sorted(name for name in names if name.startswith("a/"))
        assert [info.key for info in bucket.list("a/b")] == sorted(name for name in names if name.startswith("a/b"))
        assert [info.key for info in bucket.list("")] == sorted(names)
        assert list(bucket.list("nothing/here/")) == []

    def test_delete_may_be_repeated(self, bucket):
        bucket.put("a/b", b"1")
        bucket.delete("a/b")
        bucket.delete("a/b")
        assert bucket.head("a/b") is None
        assert list(bucket.list("")) == []

    @pytest.mark.parametrize(
        "key", ["", "/a", "a/", "a//b", "../a", "a/../b", "a/./b", ".hidden", "a b", "ä", "a\\b", "a\n", "x" * 201]
    )
    def test_malformed_keys_are_refused(self, bucket, key):
        for use in (
            lambda: bucket.put(key, b""),
            lambda: bucket.create(key, b""),
            lambda: bucket.get(key),
            lambda: bucket.delete(key),
        ):
            with pytest.raises(RefusedError):
                use()

    def test_writers_and_deleters_of_one_folder_do_not_disturb_each_other(self, bucket):
        def work(who: int) -> None:
            for turn in range(20):
                bucket.put(f"shared/folder/{who}-{turn}", b"x")
                bucket.delete(f"shared/folder/{who}-{turn}")

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        assert list(bucket.list("")) == []
