"""Blob storage: Azurite, with a generated account key and its data in a volume."""

from __future__ import annotations

import base64
import secrets

from docker import DockerClient

from localcloud import containers, secret
from localcloud.addresses import Addresses, answers
from localcloud.containers import File, Spec
from localcloud.instance import Instance

PART = "blob"
ACCOUNT = "seatrial"
CONTAINER = "models"
PORT = 10000
READY_SECONDS = 60
# Lives and dies with the data, and spares a second start a slow look.
MADE = "/data/.container-made"
ACCOUNTS = "/run/azurite-accounts"
# Azurite takes accounts from the environment alone; set inside, the engine cannot tell them.
COMMAND = (
    f'AZURITE_ACCOUNTS="$(cat {ACCOUNTS})" exec azurite-blob --blobHost 0.0.0.0 --blobPort {PORT}'
    " --location /data --skipApiVersionCheck --disableTelemetry --silent"
)


def ensure(client: DockerClient, instance: Instance, addresses: Addresses, image: str) -> None:
    """Have Blob answer at its address, with the account and the container for models.

    Raises LocalcloudError where it cannot be started or gives no answer within a minute.
    """
    key = secret.ensure(instance.secrets / "blob-key", _new_key)
    container = containers.ensure(client, instance, spec(instance, addresses, image, key))
    containers.wait(container, lambda: answers(addresses.blob, PORT), READY_SECONDS, PART)
    if container.exec_run(["test", "-e", MADE]).exit_code:
        _make_container(endpoint(addresses), key)
        containers.put(container, [File(MADE, "")])


def endpoint(addresses: Addresses) -> str:
    """Return the account's URL."""
    return f"http://{addresses.blob}:{PORT}/{ACCOUNT}"


def spec(instance: Instance, addresses: Addresses, image: str, key: str) -> Spec:
    """Return the container that Blob should be."""
    return Spec(
        part=PART,
        image=image,
        entrypoint=["/bin/sh", "-c", COMMAND],
        ports={f"{PORT}/tcp": (addresses.blob, PORT)},
        volumes={instance.container(PART): "/data"},
        files=[File(ACCOUNTS, f"{ACCOUNT}:{key}")],
    )


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(64)).decode()


def _make_container(url: str, key: str) -> None:
    from azure.core.exceptions import ResourceExistsError
    from azure.storage.blob import BlobServiceClient

    with BlobServiceClient(
        url, credential={"account_name": ACCOUNT, "account_key": key}, connection_timeout=5, read_timeout=20
    ) as service:
        try:
            service.create_container(CONTAINER)
        except ResourceExistsError:
            return
