import pytest

from storage.bucket import open_bucket
from tests.storage.bucket_contract import BucketContract


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
