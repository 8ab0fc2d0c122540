"""Run the localcloud command, and use a running instance."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
from azure.storage.blob import BlobServiceClient

from localcloud import engine
from localcloud.addresses import Addresses
from localcloud.instance import Instance
from localcloud.parts import network

PARTS = ("blob", "registry", "registry-readonly", "cluster", "loadbalancer", "dns")
ROOT = Path(__file__).parents[3]
UP_SECONDS = 1200


@dataclass(frozen=True)
class CommandResult:
    """The exit code and output of a command."""

    code: int
    out: str
    err: str


def run_localcloud(*words: str, **environment: str) -> CommandResult:
    """Run the command localcloud without a terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "localcloud", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=UP_SECONDS,
        check=False,
    )
    return CommandResult(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Cloud:
    """A running instance, and a client of its engine."""

    instance: Instance
    addresses: Addresses
    client: docker.DockerClient

    def up(self, *words: str, **environment: str) -> CommandResult:
        """Run `localcloud up` for the instance."""
        return run_localcloud("up", "--instance", self.instance.name, *words, **environment)

    def status(self) -> dict[str, str]:
        """Return the state of each part."""
        result = run_localcloud("status", "--instance", self.instance.name, "--json")
        return {part["part"]: part["state"] for part in json.loads(result.out)["parts"]}

    def container(self, part: str) -> Any:
        """Return the container of a part."""
        name = self.instance.node if part == "cluster" else self.instance.container(part)
        return self.client.containers.get(name)

    def kubectl(self, *words: str, manifest: str = "") -> str:
        """Run the node's kubectl as administrator, with ``manifest`` as its standard input."""
        argv = [
            "docker",
            "exec",
            "-i",
            self.instance.node,
            "kubectl",
            "--kubeconfig=/etc/kubernetes/admin.conf",
        ]
        host = {"DOCKER_HOST": str(self.client.api.base_url).replace("http+docker://localhost", "")}
        environment = {**os.environ, **{key: value for key, value in host.items() if value}}
        done = subprocess.run(
            [*argv, *words],
            input=manifest,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def start_instance(name: str) -> Cloud:
    """Start an instance."""
    done = run_localcloud("up", "--instance", name)
    assert done.code == 0, done.err
    instance = Instance(name, ROOT)
    client = engine.client()
    addresses = network.find(client, instance)
    assert addresses is not None
    return Cloud(instance, addresses, client)


def blob_service(cloud: Cloud, key: str | None = None) -> BlobServiceClient:
    """Return a client of the instance's Blob storage, with its key or another one."""
    own = (cloud.instance.secrets / "blob-key").read_text()
    return BlobServiceClient(
        f"http://{cloud.addresses.blob}:10000/seatrial",
        credential={"account_name": "seatrial", "account_key": key or own},
        retry_total=0,
    )


def registry_user(cloud: Cloud, login: str = "docker") -> tuple[str, str]:
    """Return the pipeline's user and password, or those of the nodes with the login `docker-pull`."""
    config = json.loads((cloud.instance.secrets / login / "config.json").read_text())
    auth = config["auths"][f"{cloud.addresses.registry}:5000"]["auth"]
    user, _, password = base64.b64decode(auth).decode().partition(":")
    return user, password


def pull_secret(cloud: Cloud) -> str:
    """Return a manifest of the Secret `registry` with the login of the nodes."""
    config = (cloud.instance.secrets / "docker-pull" / "config.json").read_text()
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kubernetes.io/dockerconfigjson",
            "metadata": {"name": "registry"},
            "stringData": {".dockerconfigjson": config},
        }
    )
