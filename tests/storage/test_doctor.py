import shutil
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest

from storage import doctor, keys, rolling
from storage.bucket import open_bucket
from storage.doctor import examine
from storage.errors import StoreUnavailableError
from storage.local import LocalBucket
from storage.objects import ObjectInfo
from storage.tables import Corpus
from tests.seaweed import READER, environment
from tests.storage.corpora import ingest
from tests.storage.faults import WrappedBucket
from tests.storage.proxy import proxied


def verdicts(found):
    return {each.probe: each.verdict for each in found.findings}


def follows(found, probe):
    return next(each.follows for each in found.findings if each.probe == probe)


class Broken(WrappedBucket):
    """A bucket that keeps what it is told to, but for what a test changes."""

    def __init__(self, inner, **ways):
        super().__init__(inner, lambda _verb, _key, write: write())
        for name, way in ways.items():
            setattr(self, name, way)


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch):
    monkeypatch.setattr(doctor, "ROUNDS", 3)


@pytest.fixture
def bucket(tmp_path):
    return LocalBucket(tmp_path / "corpus")


def test_a_directory_is_fine(bucket):
    found = examine(bucket)
    assert found.is_fine
    assert verdicts(found) == dict.fromkeys(
        ["permissions", "conditional create", "replace", "read after write", "listing", "tables", "clock", "space"], "fine"
    )
    assert follows(found, "conditional create") == "several writers are safe"
    assert found.head is None


def test_nothing_stays_of_an_examination(bucket, tmp_path):
    examine(bucket)
    assert list(tmp_path.iterdir()) == []
    Corpus.create(bucket)
    before = sorted((tmp_path / "corpus").rglob("*"))
    examine(bucket)
    assert sorted((tmp_path / "corpus").rglob("*")) == before


def test_a_place_that_is_not_there_is_not_there_afterwards(tmp_path):
    examine(LocalBucket(tmp_path / "a" / "deep" / "place"))
    assert list(tmp_path.iterdir()) == []


def test_writes_stand_below_the_probes_alone(bucket):
    seen = []
    spy = WrappedBucket(bucket, lambda _verb, key, write: (seen.append(key), write())[1])
    examine(spy)
    assert len(seen) > 30
    assert all(key.startswith(keys.PROBES) for key in seen)


def test_a_corpus_tells_its_head_and_that_a_table_is_behind(bucket, monkeypatch):
    corpus = Corpus.create(bucket)
    ingest(corpus, "first", {"clock": "It struck."})
    found = examine(bucket)
    assert (found.head, found.applied["documents"], verdicts(found)["corpus"]) == (1, 1, "fine")
    roll = rolling.roll_table
    monkeypatch.setattr(rolling, "roll_table", lambda *args: args[2] != "documents" and roll(*args))
    ingest(corpus, "second", {"ferry": "It sailed."})
    found = examine(bucket)
    assert (found.head, found.applied["documents"], found.is_fine) == (2, 1, True)
    assert "behind it: documents at 1" in found.findings[-1].seen


def test_a_corpus_without_its_tables_is_told(bucket, tmp_path):
    Corpus.create(bucket)
    shutil.rmtree(tmp_path / "corpus/clean/versions")
    assert verdicts(examine(bucket))["corpus"] == "missing"


def test_a_place_that_a_dead_examination_left_something_at_can_become_a_corpus(bucket):
    bucket.put(keys.probe("dead", "create/1"), b"1")
    assert Corpus.create(bucket).roll() == 0


def test_a_store_where_every_creator_wins_is_told(bucket):
    found = examine(Broken(bucket, create=lambda key, data: bucket.put(key, data) is None))
    assert not found.is_fine
    assert {name for name, verdict in verdicts(found).items() if verdict == "missing"} == {"conditional create"}
    assert follows(found, "conditional create").startswith("use one writer at a time")


def test_a_store_where_no_creator_wins_is_told(bucket):
    found = examine(Broken(bucket, create=lambda key, data: not bucket.create(key, data)))
    assert verdicts(found)["conditional create"] == "missing"


def test_a_store_that_mixes_two_writes_is_told(bucket):
    def get(key):
        data = bucket.get(key)
        return data if len(data) < 100 else data[:100] + b"\xff" * (len(data) - 100)

    assert verdicts(examine(Broken(bucket, get=get)))["replace"] == "missing"


def test_a_store_that_reads_an_older_state_is_told(bucket):
    first = {}
    found = examine(Broken(bucket, get=lambda key: first.setdefault(key, bucket.get(key))))
    assert verdicts(found)["read after write"] == "missing"


def test_a_store_that_lists_an_older_state_is_told(bucket):
    found = examine(Broken(bucket, list=lambda prefix: list(bucket.list(prefix))[:-1]))
    assert verdicts(found)["listing"] == "missing"


@pytest.mark.parametrize(("minutes", "verdict"), [(0, "fine"), (5, "note"), (60, "missing")])
def test_a_clock_that_is_off_is_told(bucket, minutes, verdict):
    def head(key):
        info = bucket.head(key)
        return info and ObjectInfo(info.key, info.size, info.modified_at - timedelta(minutes=minutes))

    assert verdicts(examine(Broken(bucket, head=head)))["clock"] == verdict


@pytest.mark.parametrize(("free", "verdict"), [(2**40, "fine"), (2**30, "note"), (2**20, "missing")])
def test_a_disk_that_is_nearly_full_is_told(bucket, monkeypatch, free, verdict):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert verdicts(examine(bucket))["space"] == verdict


@pytest.mark.parametrize("step", ["put", "get", "list", "delete"])
def test_a_store_that_refuses_a_right_is_told_and_not_tried_further(bucket, step):
    def refuse(*_):
        raise StoreUnavailableError("the credentials may not do this")

    found = examine(Broken(bucket, **{step: refuse}))
    assert verdicts(found) == {"permissions": "missing"}
    assert "the credentials may not do this" in found.findings[0].seen


def test_a_probe_that_fails_is_a_finding(bucket, monkeypatch):
    def fail(*_):
        raise StoreUnavailableError("the store answered 501")

    found = examine(Broken(bucket, create=fail))
    assert verdicts(found)["conditional create"] == "missing"
    assert "501" in next(each.seen for each in found.findings if each.probe == "conditional create")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "cannot be reached"), ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "secret key")],
)
@pytest.mark.slow
def test_a_store_that_lets_nobody_in_is_one_finding_and_told_soon(s3, monkeypatch, change, sentence):
    for name, value in change.items():
        monkeypatch.setenv(name, value)
    start = time.monotonic()
    found = examine(open_bucket(s3.location()))
    assert verdicts(found) == {"reach": "missing"}
    assert sentence in found.findings[0].seen
    assert time.monotonic() - start < 20


@pytest.mark.slow
def test_a_real_s3_server_is_fine(s3):
    bucket = open_bucket(s3.location())
    found = examine(bucket)
    assert set(verdicts(found).values()) == {"fine"}, found
    assert {"conditional replace", "checksums", "signature"} <= set(verdicts(found))
    assert list(bucket.list("")) == []


@pytest.mark.slow
def test_a_read_only_bucket_is_told(s3, monkeypatch):
    for name, value in environment(s3.endpoint, READER).items():
        monkeypatch.setenv(name, value)
    found = examine(open_bucket(s3.location()))
    assert verdicts(found) == {"permissions": "missing"}
    assert found.findings[0].seen.startswith("cannot write:")


@pytest.mark.slow
def test_a_server_that_tells_every_creator_that_it_has_won_is_told(s3, monkeypatch):
    location = s3.location()
    with proxied(s3.endpoint, lambda _: "agree") as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
        found = examine(open_bucket(location))
    assert verdicts(found)["conditional create"] == "missing"
    assert verdicts(found)["tables"] == "missing"
    assert verdicts(found)["conditional replace"] == "note"
    assert not found.is_fine


@pytest.mark.slow
def test_a_server_that_checks_nothing_is_told(s3, monkeypatch):
    location = s3.location()

    def gullible(asked):
        return "nod" if asked.path.endswith(("/forged", "/damage")) and asked.method == "PUT" else "none"

    with proxied(s3.endpoint, gullible) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
        found = examine(open_bucket(location))
    assert (verdicts(found)["signature"], verdicts(found)["checksums"]) == ("missing", "note")
