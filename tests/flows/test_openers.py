import io

import pytest

from flows.runs import openers
from flows.runs.openers import ANYWHERE, opener_of
from ingest.errors import SourceError
from ingest.load import LoadConfig
from ingest.sources.listing import list_inputs
from ingest.sources.opener import LOCAL
from storage.errors import AccessError
from tests.seaweed import BUCKET, environment
from tests.storage.proxy import proxied


def test_a_path_is_opened_on_the_local_disk(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"1")
    assert opener_of(str(tmp_path)) is LOCAL
    assert ANYWHERE.list(str(tmp_path)) == LOCAL.list(str(tmp_path))
    with ANYWHERE.open(str(tmp_path / "a.txt")) as file:
        assert file.read() == b"1"


def test_a_place_without_a_bucket_is_told():
    with pytest.raises(SourceError, match="name a bucket"):
        ANYWHERE.list("s3://")


@pytest.fixture(autouse=True)
def _fresh():
    openers._bucket.cache_clear()
    yield
    openers._bucket.cache_clear()


@pytest.fixture
def folder(s3):
    """A folder of objects, some of which hide; puts more by the returned function."""
    client, place = s3.client(), f"{s3.location()}/news"

    def put(name, body=b"x"):
        client.put_object(Bucket=BUCKET, Key=f"{place.removeprefix(f's3://{BUCKET}/')}{name}", Body=body)

    for name in ("/b.txt", "/a/märz & mai #1.txt", "/a-1.txt", "/.hidden.txt", "/.git/x.txt", "-other/c.txt"):
        put(name)
    yield place, put
    client.close()


@pytest.mark.slow
class TestS3:
    def test_files_of_a_folder_bear_names_relative_to_it_in_order(self, folder):
        listing = ANYWHERE.list(folder[0])
        names = ["a-1.txt", "a/märz & mai #1.txt", "b.txt"]
        assert listing.files == tuple((name, f"{folder[0]}/{name}") for name in names)
        assert (listing.folder, listing.is_folder) == ("news", True)
        assert ANYWHERE.list(f"{folder[0]}/") == listing
        refs = list(list_inputs([folder[0], f"{folder[0]}/a"], None, LoadConfig(), ANYWHERE))
        assert [ref.name for ref in refs] == names

    def test_one_object_is_a_file_of_its_folder(self, folder):
        listing = ANYWHERE.list(f"{folder[0]}/b.txt")
        assert (listing.folder, listing.files, listing.is_folder) == ("news", (("b.txt", f"{folder[0]}/b.txt"),), False)

    @pytest.mark.usefixtures("folder")
    def test_a_folder_on_the_top_is_named_after_its_bucket(self):
        assert ANYWHERE.list(f"s3://{BUCKET}").folder == BUCKET

    def test_a_place_that_leads_to_nothing_is_told(self, folder):
        for place in (f"{folder[0]}/nothing", f"{folder[0]}/b.txt/"):
            with pytest.raises(SourceError, match="there is no such file or folder"):
                ANYWHERE.list(place)

    @pytest.mark.usefixtures("s3")
    def test_a_bucket_that_is_not_there_is_told(self):
        with pytest.raises(AccessError, match="there is no such bucket"):
            ANYWHERE.list("s3://no-such-bucket/x")

    def test_an_object_that_is_gone_fails_alone(self, folder):
        with pytest.raises(FileNotFoundError, match="no object at"):
            ANYWHERE.open(f"{folder[0]}/gone.txt")

    def test_bytes_are_fetched_as_they_are_read(self, folder, s3, monkeypatch):
        body = bytes(range(256)) * 4_096
        folder[1]("/large.bin", body)
        with proxied(s3.endpoint, lambda asked: "halve" if asked.number == 3 else "none") as proxy:
            for name, value in environment(proxy.endpoint, ("winnowadmin", "winnow-admin-secret")).items():
                monkeypatch.setenv(name, value)
            with ANYWHERE.open(f"{folder[0]}/b.txt") as file:
                assert file.read() == b"x"
            with ANYWHERE.open(f"{folder[0]}/large.bin") as file:
                found = io.BytesIO()
                while chunk := file.read(10_000):
                    found.write(chunk)
        assert found.getvalue() == body

    def test_an_object_that_is_replaced_while_it_is_read_fails(self, folder, s3, monkeypatch):
        folder[1]("/large.bin", b"a" * 2**20)
        with proxied(s3.endpoint, lambda asked: "halve" if asked.number == 2 else "none") as proxy:
            monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
            with ANYWHERE.open(f"{folder[0]}/large.bin") as file:
                assert file.read(10) == b"a" * 10
                folder[1]("/large.bin", b"b" * 2**20)
                with pytest.raises(OSError, match="was replaced while it was read"):
                    file.read()
