"""Blob storage: Azurite with a generated account key, its data in a volume."""

from __future__ import annotations

import base64
import secrets

from docker import DockerClient

from localcloud import containers, credentials
from localcloud.addresses import Addresses, accepts_connections
from localcloud.containers import ContainerFile, ContainerSpec
from localcloud.instance import Instance

PART = "blob"
ACCOUNT = "seatrial"
CONTAINER = "models"
PORT = 10000
READY_SECONDS = 60
# In the data volume, so that it is removed with the data; saves one request on every later start.
CONTAINER_MARKER = "/data/.container-made"
ACCOUNTS = "/run/azurite-accounts"
# Azurite reads accounts from its environment only. The shell sets it: docker inspect must not show the key.
COMMAND = (
    f'AZURITE_ACCOUNTS="$(cat {ACCOUNTS})" exec azurite-blob --blobHost 0.0.0.0 --blobPort {PORT}'
    " --location /data --skipApiVersionCheck --disableTelemetry --silent"
)


def ensure(client: DockerClient, instance: Instance, addresses: Addresses, image: str) -> None:
    """Start Blob storage if it does not run, with its account and the container for models.

    Raises LocalcloudError if it does not start or does not respond within a minute.
    """
    key = credentials.read_or_create(instance.secrets / "blob-key", _new_key)
    container = containers.ensure(client, instance, spec(instance, addresses, image, key))
    containers.wait_until_ready(
        container, lambda: accepts_connections(addresses.blob, PORT), READY_SECONDS, PART
    )
    if container.exec_run(["test", "-e", CONTAINER_MARKER]).exit_code:
        _create_blob_container(endpoint(addresses), key)
        containers.put_files(container, [ContainerFile(CONTAINER_MARKER, "")])


def endpoint(addresses: Addresses) -> str:
    """Return the account's URL."""
    return f"http://{addresses.blob}:{PORT}/{ACCOUNT}"


def spec(instance: Instance, addresses: Addresses, image: str, key: str) -> ContainerSpec:
    """Return the desired container."""
    return ContainerSpec(
        part=PART,
        image=image,
        entrypoint=["/bin/sh", "-c", COMMAND],
        ports={f"{PORT}/tcp": (addresses.blob, PORT)},
        volumes={instance.container(PART): "/data"},
        files=[ContainerFile(ACCOUNTS, f"{ACCOUNT}:{key}")],
    )


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(64)).decode()


def _create_blob_container(url: str, key: str) -> None:
    from azure.core.exceptions import ResourceExistsError
    from azure.storage.blob import BlobServiceClient

    with BlobServiceClient(
        url, credential={"account_name": ACCOUNT, "account_key": key}, connection_timeout=5, read_timeout=20
    ) as service:
        try:
            service.create_container(CONTAINER)
        except ResourceExistsError:
            return
