import pickle
import socket
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from storage import delta, keys, rolling, s3
from storage.bucket import open_bucket
from storage.errors import AccessError, DamagedError, NotACorpusError, StorageError, StoreUnavailableError
from storage.tables import Corpus
from tests import seaweed
from tests.seaweed import ADMIN, BUCKET, READER, environment
from tests.storage.bucket_contract import BucketContract
from tests.storage.corpora import ingest
from tests.storage.proxy import Asked, Refusal, proxied

pytestmark = pytest.mark.slow
DEAD = "http://127.0.0.1:9"


class TestS3Bucket(BucketContract):
    @pytest.fixture
    def bucket(self, s3):
        return open_bucket(s3.location())


class TestS3BucketWithoutPrefix(BucketContract):
    @pytest.fixture
    def bucket(self, s3):
        name = f"whole-{s3.location()[-8:]}"
        client = s3.client()
        client.create_bucket(Bucket=name)
        client.close()
        return open_bucket(f"s3://{name}")


@pytest.fixture
def bucket(s3):
    return open_bucket(s3.location())


def test_a_store_that_cannot_list_uploads_has_none_to_sweep(through):
    bucket = through(lambda asked: Refusal(501, "NotImplemented") if "uploads" in asked.path else "none")
    assert bucket.sweep_partial(datetime.now(UTC)) == 0


@pytest.fixture
def through(s3, monkeypatch):
    """Opens a location through a proxy that does with each request what it is told."""
    running = []

    def open_through(fault, location=None):
        proxy = proxied(s3.endpoint, fault)
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.__enter__().endpoint)
        running.append(proxy)
        return open_bucket(location or s3.location())

    yield open_through
    for proxy in running:
        proxy.__exit__(None, None, None)


def only(fault, *, times=None, method="PUT"):
    """That fault for the first requests by a method."""
    left = [10**9 if times is None else times]

    def choose(asked: Asked):
        if asked.method != method or not left[0]:
            return "none"
        left[0] -= 1
        return fault

    return choose


def test_a_uri_opens_the_same_bucket_again(bucket):
    bucket.put("a", b"1")
    assert open_bucket(bucket.uri).get("a") == b"1"
    assert open_bucket(f"{bucket.uri}/").uri == bucket.uri
    assert pickle.loads(pickle.dumps(bucket)).get("a") == b"1"  # noqa: S301 - our own


def test_prefixes_do_not_see_each_other(bucket):
    other = open_bucket(f"{bucket.uri}-2")
    other.put("a", b"2")
    bucket.put("a", b"1")
    assert [info.key for info in bucket.list("")] == ["a"]
    assert open_bucket(f"s3://{BUCKET}").get(f"{bucket.uri.rpartition('/')[2]}/a") == b"1"


@pytest.mark.parametrize("uri", ["s3://", "s3:///x", "s3://bucket/a b", "s3://bucket/../x", "s3://bucket/a//b"])
def test_a_malformed_place_is_one_clear_sentence(uri):
    with pytest.raises(StorageError, match=r"name a bucket|the prefix may hold"):
        open_bucket(uri)


def test_a_listing_longer_than_a_page_is_whole_and_in_key_order(bucket):
    client = bucket.connection.client
    names = [f"{'abc'[n % 3]}{('/', '-', '.')[n % 3]}{n:04d}" for n in range(1_050)]
    for name in names:
        client.put_object(Bucket=BUCKET, Key=f"{bucket.uri.rpartition('/')[2]}/x/{name}", Body=b"")
    assert [info.key for info in bucket.list("x/")] == sorted(f"x/{name}" for name in names)


def test_a_large_object_goes_up_in_parts_and_comes_back_equal(bucket, monkeypatch):
    monkeypatch.setattr(s3, "MULTIPART_BYTES", 12 * 2**20)
    monkeypatch.setattr(s3, "PART_BYTES", 5 * 2**20)
    data = bytes(range(256)) * (13 * 2**12)
    bucket.put("large", data)
    assert bucket.get("large") == data
    assert bucket.create("large", data[::-1]) is False
    assert bucket.create("large-2", data[::-1]) is True
    assert bucket.get("large-2") == data[::-1]
    assert bucket.sweep_partial(datetime.now(UTC) + timedelta(days=1)) == 0


def test_an_upload_that_a_dead_writer_left_is_swept_and_young_ones_stay(bucket):
    client = bucket.connection.client
    target = {"Bucket": BUCKET, "Key": f"{bucket.uri.rpartition('/')[2]}/half"}
    upload = client.create_multipart_upload(**target)
    client.upload_part(**target, UploadId=upload["UploadId"], PartNumber=1, Body=b"x" * 100)
    assert bucket.sweep_partial(datetime.now(UTC) - timedelta(days=1)) == 0
    assert bucket.sweep_partial(datetime.now(UTC) + timedelta(days=1)) == 1
    assert bucket.sweep_partial(datetime.now(UTC) + timedelta(days=1)) == 0


@pytest.mark.parametrize("size", [3, 6 * 2**20])
@pytest.mark.parametrize("times", [1, None])
def test_a_creation_whose_answer_is_lost_is_known_as_ours(through, monkeypatch, times, size):
    monkeypatch.setattr(s3, "MULTIPART_BYTES", 5 * 2**20)
    monkeypatch.setattr(s3, "PART_BYTES", 5 * 2**20)
    bucket = through(only("lose", times=times, method="POST" if size > 3 else "PUT"))
    if size > 3 and times is None:  # neither the beginning of the upload nor its end is ever answered
        with pytest.raises(StoreUnavailableError):
            bucket.create("a", b"x" * size)
        assert bucket.head("a") is None
    else:
        assert bucket.create("a", b"x" * size) is True
        assert bucket.get("a") == b"x" * size


def test_an_end_of_an_upload_whose_answer_is_lost_is_known_as_ours(through, monkeypatch):
    monkeypatch.setattr(s3, "MULTIPART_BYTES", 100)
    bucket = through(lambda asked: "lose" if asked.method == "POST" and "uploadId=" in asked.path else "none")
    assert bucket.create("a", b"x" * 200) is True
    bucket.put("b", b"x" * 200)
    assert bucket.get("b") == b"x" * 200


def test_a_creation_whose_answer_is_lost_over_another_s_object_is_not_ours(through, s3):
    location = s3.location()
    open_bucket(location).put("a", b"theirs")
    bucket = through(only("lose"), location)
    assert bucket.create("a", b"ours") is False
    assert bucket.get("a") == b"theirs"


def test_a_creation_that_never_arrives_is_not_believed(through):
    bucket = through(only("deaf"))
    with pytest.raises(StoreUnavailableError, match="cannot be reached"):
        bucket.create("a", b"1")
    assert bucket.head("a") is None


@pytest.mark.parametrize(
    "refusal", [Refusal(503, "SlowDown"), Refusal(500, "InternalError"), Refusal(409, "ConditionalRequestConflict")]
)
def test_a_store_that_is_busy_for_a_moment_is_asked_again(through, refusal):
    bucket = through(only(refusal, times=1))
    assert bucket.create("a", b"1") is True
    bucket.put("b", b"2")
    assert bucket.get("a") == b"1"


def test_an_answer_that_breaks_off_is_asked_for_again(through):
    bucket = through(only("halve", times=1, method="GET"))
    bucket.put("a", b"0123456789")
    assert bucket.get("a") == b"0123456789"


def test_bytes_that_were_changed_on_the_way_are_damage(through):
    bucket = through(only("corrupt", method="GET"))
    bucket.put("a", b"0123456789")
    with pytest.raises(DamagedError, match="a is not what was written"):
        bucket.get("a")


def test_an_object_that_was_changed_in_the_store_is_damage(bucket):
    bucket.put("a", b"0123456789")
    target = {"Bucket": BUCKET, "Key": f"{bucket.uri.rpartition('/')[2]}/a"}
    metadata = bucket.connection.client.head_object(**target)["Metadata"]
    bucket.connection.client.put_object(**target, Metadata=metadata, Body=b"0123456780")
    with pytest.raises(DamagedError, match="a is not what was written"):
        bucket.get("a")


def uses(bucket):
    """Everything that a run does first."""
    return {
        "get": lambda: bucket.get("a"),
        "head": lambda: bucket.head("a"),
        "list": lambda: list(bucket.list("")),
        "put": lambda: bucket.put("a", b"1"),
        "create": lambda: bucket.create("a", b"1"),
        "table": lambda: delta.create(bucket, "versions"),
        "handle": lambda: delta.Handle(bucket, "versions"),
    }


USES = list(uses(None))


def refused(bucket, use, sentence):
    with pytest.raises(AccessError, match=sentence) as caught:
        uses(bucket)[use]()
    assert "\n" not in str(caught.value)
    assert bucket.uri in str(caught.value) or "no-such-bucket" in str(caught.value)


@pytest.mark.parametrize("use", USES)
def test_a_missing_bucket_is_one_clear_sentence(s3, use):
    refused(open_bucket("s3://no-such-bucket/x"), use, "there is no such bucket: create it")


@pytest.mark.parametrize("use", USES)
def test_a_wrong_secret_is_one_clear_sentence(s3, monkeypatch, use):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    refused(open_bucket(s3.location()), use, "secret key does not fit")


@pytest.mark.parametrize("use", USES)
def test_an_unknown_key_is_one_clear_sentence(s3, monkeypatch, use):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    refused(open_bucket(s3.location()), use, "does not know the access key")


@pytest.mark.parametrize("use", USES)
def test_no_credentials_are_one_clear_sentence(s3, monkeypatch, use):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(AccessError, match="no credentials were found: set AWS_ACCESS_KEY_ID"):
        uses(open_bucket(s3.location()))[use]()


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (Refusal(400, "ExpiredToken"), "session token has expired"),
        (Refusal(403, "RequestTimeTooSkewed"), "clock"),
        (Refusal(400, "AuthorizationHeaderMalformed"), "another region: set AWS_REGION"),
    ],
)
def test_what_only_the_user_can_repair_is_one_clear_sentence(through, use, refusal, sentence):
    refused(through(lambda _: refusal), use, sentence)


def test_an_unknown_profile_is_one_clear_sentence(s3, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(AccessError, match="no profile of that name"):
        open_bucket(s3.location()).get("a")


@pytest.mark.parametrize("use", ["put", "create", "table"])
def test_a_read_only_bucket_is_one_clear_sentence(s3, monkeypatch, use):
    location = s3.location()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", READER[0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", READER[1])
    bucket = open_bucket(location)
    refused(bucket, use, "the credentials may not do this")
    assert list(bucket.list("")) == []


def test_a_corpus_that_cannot_be_made_leaves_nothing(s3, monkeypatch):
    location = s3.location()
    with monkeypatch.context() as patch:
        for name, value in environment(s3.endpoint, READER).items():
            patch.setenv(name, value)
        with pytest.raises(AccessError, match="may not do this"):
            Corpus.create(open_bucket(location))
    assert list(open_bucket(location).list("")) == []
    with pytest.raises(NotACorpusError, match="no corpus at s3://"):
        Corpus.open(open_bucket(location))


def test_a_reader_reads_a_corpus_that_it_may_not_write(s3, monkeypatch):
    location = s3.location()
    Corpus.create(open_bucket(location))
    for name, value in environment(s3.endpoint, READER).items():
        monkeypatch.setenv(name, value)
    corpus = Corpus.open(open_bucket(location))
    assert corpus.roll() == 0
    assert corpus.scan("documents").num_rows == 0


def test_who_may_only_read_is_told_so_when_a_table_must_be_moved(s3, monkeypatch):
    location = s3.location()
    with monkeypatch.context() as patch:
        patch.setattr(rolling, "roll_table", lambda *_: None)
        ingest(Corpus.create(open_bucket(location)), "first", {})
    for name, value in environment(s3.endpoint, READER).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(AccessError, match="the table versions: the credentials may not do this"):
        Corpus.open(open_bucket(location)).roll()


@pytest.mark.parametrize("use", USES)
def test_an_endpoint_that_nobody_listens_at_is_told_soon(monkeypatch, use):
    for name, value in environment(DEAD, ADMIN).items():
        monkeypatch.setenv(name, value)
    start = time.monotonic()
    with pytest.raises(StoreUnavailableError, match=r"cannot be reached: check the network and the endpoint .*127\.0\.0\.1:9"):
        uses(open_bucket("s3://some-bucket/x"))[use]()
    assert time.monotonic() - start < 20


def test_an_endpoint_that_never_answers_is_told_soon(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for name, value in environment(f"http://127.0.0.1:{silent.getsockname()[1]}", ADMIN).items():
            monkeypatch.setenv(name, value)
        start = time.monotonic()
        with pytest.raises(StoreUnavailableError, match="cannot be reached"):
            open_bucket("s3://some-bucket/x").get("a")
        assert time.monotonic() - start < 20


def test_a_table_is_told_soon_when_the_store_dies_between_two_requests(through):
    dead = threading.Event()
    bucket = through(lambda _: "deaf" if dead.is_set() else "none")
    delta.create(bucket, "versions")
    dead.set()
    start = time.monotonic()
    with pytest.raises(StoreUnavailableError, match="cannot be reached"):
        delta.Handle(bucket, "versions")
    assert time.monotonic() - start < 20


@pytest.mark.parametrize("trusted", [True, False])
def test_an_authority_of_one_s_own_is_trusted_by_both_clients_once_it_is_named(s3, monkeypatch, trusted):
    if s3.secure_endpoint is None:
        pytest.skip("no certificate could be made: there is no openssl")
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3.secure_endpoint)
    monkeypatch.setenv("SSL_CERT_FILE", "")
    monkeypatch.delenv("SSL_CERT_FILE")
    if trusted:
        monkeypatch.setenv("AWS_CA_BUNDLE", str(s3.ca))
        corpus = Corpus.create(open_bucket(s3.location()))
        assert corpus.roll() == 0
    else:
        with pytest.raises(AccessError, match="certificate is not trusted: set AWS_CA_BUNDLE"):
            Corpus.create(open_bucket(s3.location()))


def test_credentials_are_asked_for_at_each_opening_of_a_table(bucket, monkeypatch):
    before = bucket.delta(keys.table("versions"))[1]
    found = bucket.connection._open_session().get_credentials()
    monkeypatch.setattr(found, "access_key", "renewed")
    after = bucket.delta(keys.table("versions"))[1]
    assert (before["aws_access_key_id"], after["aws_access_key_id"]) == (ADMIN[0], "renewed")


def test_a_server_that_is_missing_is_not_passed_over_where_it_is_required(monkeypatch, tmp_path, tmp_path_factory):
    monkeypatch.setattr(seaweed, "WEED", tmp_path / "weed")
    start = seaweed.seaweed.__wrapped__ if hasattr(seaweed.seaweed, "__wrapped__") else None
    assert start is not None
    monkeypatch.setenv("WINNOW_REQUIRE", "shared,s3")
    with pytest.raises(pytest.fail.Exception, match="WINNOW_REQUIRE names s3"):
        next(start(tmp_path_factory))
    monkeypatch.setenv("WINNOW_REQUIRE", "")
    with pytest.raises(pytest.skip.Exception, match="no S3 server"):
        next(start(tmp_path_factory))
