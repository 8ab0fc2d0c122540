"""Azurite and azcopy, installed from npm into the user's cache: the store and the peer of the transfers."""

from __future__ import annotations

import base64
import os
import secrets
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from azure.storage.blob import (
    AccountSasPermissions,
    BlobServiceClient,
    ResourceTypes,
    generate_account_sas,
)
from bench.measured_command import Measured, measure
from platformdirs import user_cache_path

from seatrial import wait

PACKAGES: Final = ("azurite@3.37.0", "@azure-tools/azcopy-linux@10.32.2")
ACCOUNT: Final = "seatrial"
CONTAINER: Final = "bench"


@dataclass(frozen=True)
class BlobServer:
    """A running Azurite: its endpoint, the file with its key, and a folder of its own."""

    endpoint: str
    key_file: Path
    folder: Path
    tools: Path

    def variables(self, prefix: str) -> dict[str, str]:
        """Return the settings of a store under a prefix, with a cache beside it."""
        return {
            "SEATRIAL_STORE__URL": f"az://{ACCOUNT}/{CONTAINER}/{prefix}",
            "SEATRIAL_STORE__ENDPOINT": self.endpoint,
            "SEATRIAL_STORE__KEY_FILE": str(self.key_file),
            "SEATRIAL_CACHE": str(self.folder / "cache" / prefix),
            "CI": "true",
        }

    def service(self) -> BlobServiceClient:
        """Return a client of it."""
        key = self.key_file.read_text()
        return BlobServiceClient(self.endpoint, credential={"account_name": ACCOUNT, "account_key": key})

    def azcopy(self, *words: str) -> Measured:
        """Run `azcopy copy`; a word that begins with `blob:` is the blob of that name."""
        logs = str(self.folder / "azcopy")
        places = [
            f"{self.endpoint}/{CONTAINER}/{word[5:]}?{self._access()}" if word.startswith("blob:") else word
            for word in words
        ]
        program = self.tools / "node_modules/@azure-tools/azcopy-linux/dist/bin/azcopy_linux_amd64"
        program.chmod(0o755)
        quiet = ["--output-level=essential", "--skip-version-check"]
        variables = {"AZCOPY_LOG_LOCATION": logs, "AZCOPY_JOB_PLAN_LOCATION": logs}
        return measure([str(program), "copy", *places, *quiet], self.folder, variables)

    def _access(self) -> str:
        return str(
            generate_account_sas(
                ACCOUNT,
                self.key_file.read_text(),
                ResourceTypes(service=True, container=True, object=True),
                AccountSasPermissions(read=True, write=True, list=True, create=True, add=True),
                datetime.now(UTC) + timedelta(hours=6),
            )
        )


@contextmanager
def azurite(folder: Path) -> Iterator[BlobServer]:
    """Run Azurite with its data in `folder`. Raises FileNotFoundError if the machine has no npm."""
    tools = _installed()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    key = folder / "key"
    key.write_text(base64.b64encode(secrets.token_bytes(64)).decode())
    words = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder / "data")]
    words += ["--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    process = subprocess.Popen(
        [
            "node",
            "node_modules/.bin/azurite-blob",
            *words,
            "--skipApiVersionCheck",
            "--disableTelemetry",
            "--silent",
        ],
        cwd=tools,
        env={**os.environ, "AZURITE_ACCOUNTS": f"{ACCOUNT}:{key.read_text()}"},
        stdout=subprocess.DEVNULL,
    )
    try:
        address = ("127.0.0.1", port)
        wait.retry(lambda: socket.create_connection(address, 1).close(), OSError, seconds=60, every=0.1)
        server = BlobServer(f"http://127.0.0.1:{port}/{ACCOUNT}", key, folder, tools)
        server.service().create_container(CONTAINER)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def _installed() -> Path:
    folder = user_cache_path("seatrial") / "tools" / "npm"
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--prefix", str(folder)]
        subprocess.run(["npm", "install", *quiet, *PACKAGES], check=True, timeout=600, capture_output=True)
        (folder / "complete").touch()
    return folder
