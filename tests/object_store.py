"""An S3-compatible server on loopback, which can be stopped and goes on with all it has."""

import os
import uuid
from collections.abc import Iterator

import pytest
from moto.server import ThreadedMotoServer
from pyarrow.fs import S3FileSystem

from connectors.storage.home import objects
from connectors.storage.home.objects import ObjectPath

LOGIN = {"AWS_ACCESS_KEY_ID": "key-of-the-tests", "AWS_SECRET_ACCESS_KEY": "secret-of-the-tests"}


class ObjectStore:
    """The server of one bucket. Its objects belong to this process, so they outlive a stop."""

    def __init__(self) -> None:
        self.port, self.bucket = 0, f"bucket-{uuid.uuid4().hex[:10]}"
        self.start()
        client = S3FileSystem(
            access_key=LOGIN["AWS_ACCESS_KEY_ID"],
            secret_key=LOGIN["AWS_SECRET_ACCESS_KEY"],
            region="us-east-1",
            endpoint_override=self.address,
            allow_bucket_creation=True,
        )
        client.create_dir(self.bucket)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        """What the AWS client of any process reads to reach it."""
        return {
            **LOGIN,
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.address,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def path(self, *names: str) -> ObjectPath:
        return ObjectPath("/".join((self.bucket, *names)))

    def start(self) -> None:
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=self.port, verbose=False)
        self.server.start()
        self.port = self.server.get_host_and_port()[1]

    def stop(self) -> None:
        self.server.stop()


def _served(monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    found = ObjectStore()
    for name, value in found.environ.items():
        monkeypatch.setenv(name, value)
    objects._store.cache_clear()  # a client keeps the address that it began with
    yield found
    found.stop()


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    """A server, and the environment in which this process reaches it."""
    yield from _served(monkeypatch)


@pytest.fixture(scope="module")
def shared_store() -> Iterator[ObjectStore]:
    """One server for the tests of a module."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield from _served(monkeypatch)
