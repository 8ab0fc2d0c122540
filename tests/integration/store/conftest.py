"""Stores: the Azurite of the instance, a real S3 service, the S3 server of moto, a directory."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from azure.core.credentials import AzureNamedKeyCredential
from azure.storage.blob import BlobServiceClient
from moto.server import ThreadedMotoServer

from integration.store import versitygw
from model_fixtures import golden, model, workspace
from samples import make_settings
from seatrial.settings import Settings, load
from seatrial.settings import Store as StoreSettings
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import BlobStore
from seatrial.workspace import find

__all__ = ["golden", "model", "workspace"]


@pytest.fixture(scope="session")
def instance_store() -> StoreSettings:
    """The store of the instance in SEATRIAL_INSTANCE; without one the tests fail."""
    name = os.environ.get("SEATRIAL_INSTANCE", "dev")
    found = load(find(name)).store
    if not found.endpoint:
        pytest.fail(f"instance {name} is not up: `make cloud INSTANCE={name}` starts its Blob storage")
    return found


@pytest.fixture
def azurite(instance_store: StoreSettings) -> Iterator[StoreSettings]:
    """A unique container in the Azurite of the instance, deleted afterwards."""
    account = instance_store.url.split("/")[2]
    container = f"test-{uuid.uuid4().hex[:12]}"
    yield instance_store.model_copy(update={"url": f"az://{account}/{container}/some/prefix"})
    key = Path(instance_store.key_file).read_text().strip()
    service = BlobServiceClient(instance_store.endpoint, AzureNamedKeyCredential(account, key))
    if service.get_container_client(container).exists():
        service.delete_container(container)


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The URL of an S3 server: moto, in place of S3 itself."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real S3 service: Versity S3 Gateway."""
    with versitygw.running(tmp_path_factory.mktemp("versitygw")) as url:
        yield url


@pytest.fixture
def s3_by_moto(moto: str, tmp_path: Path) -> StoreSettings:
    """A unique bucket in moto, and a credentials file."""
    return new_bucket(moto, tmp_path)


@pytest.fixture
def s3(gateway: str, tmp_path: Path) -> StoreSettings:
    """A unique bucket in the real service, and a credentials file."""
    return new_bucket(gateway, tmp_path)


def new_bucket(url: str, folder: Path) -> StoreSettings:
    """Make a bucket in an S3 service, and return the settings of a store in it."""
    bucket = f"test-{uuid.uuid4().hex[:12]}"
    client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **versitygw.KEYS)
    client.create_bucket(Bucket=bucket)
    client.close()
    file = folder / "credentials"
    file.write_text("[default]\n" + "".join(f"{name} = {value}\n" for name, value in versitygw.KEYS.items()))
    return StoreSettings(url=f"s3://{bucket}/some/prefix", endpoint=url, key_file=str(file))


@pytest.fixture
def directory(tmp_path: Path) -> StoreSettings:
    """A directory whose name is quoted in a URL."""
    return StoreSettings(url=(tmp_path / "a store").as_uri())


@pytest.fixture(params=["azurite", "s3", "s3_by_moto", "directory"])
def store_settings(request: pytest.FixtureRequest) -> StoreSettings:
    """Each kind of store in turn."""
    found: StoreSettings = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def store(store_settings: StoreSettings) -> BlobStore:
    """The store with these settings."""
    return open_store(store_settings)


@pytest.fixture
def settings(store_settings: StoreSettings) -> Settings:
    """Settings with that store."""
    return make_settings(**store_settings.model_dump())
