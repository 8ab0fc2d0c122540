"""A second local cloud in the place of somebody's Azure: nothing of it is in the checkout's own settings."""

from __future__ import annotations

import shutil
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import yaml
from docker.models.containers import Container

from seatrial.process import run
from seatrial.workspace import Workspace

CONTEXT = "team-aks"
NAMESPACE = "team-vision"
HOST = "team-vision.westeurope.cloudapp.azure.com"
ADMIN = "/etc/kubernetes/admin.conf"
# The labels of AKS, of which this project sets or reads none by itself.
NODE_LABELS = (
    "agentpool=nodepool1",
    "kubernetes.azure.com/cluster=MC_GROUP_CLUSTER_westeurope",
    "kubernetes.azure.com/mode=system",
    "topology.kubernetes.io/region=westeurope",
    "topology.kubernetes.io/zone=westeurope-1",
)
SECONDS = 600


@dataclass(frozen=True)
class OtherCloud:
    """The instance, the directory of the files that its user has, and its own settings (`local.toml`).

    `dns_port` is that of the DNS server with the name of its live Service.
    """

    workspace: Workspace
    folder: Path
    local: dict[str, Any]
    dns_port: int = 0

    @property
    def names(self) -> dict[str, str]:
        """What a reader of the pages replaces: account, container and names, each by one of this cloud."""
        account, _, container = self.local["store"]["url"].removeprefix("az://").partition("/")
        return {
            "ACCOUNT": account,
            "CONTAINER": container,
            "NAME.azurecr.io": self.local["registry"]["address"],
            "LABEL.REGION.cloudapp.azure.com": HOST,
            "CLUSTER": CONTEXT,
            "NAME": "team",
            "GROUP": "team-group",
        }

    @property
    def outputs(self) -> dict[str, str]:
        """The recorded names in the outputs of infra/, each with one of this cloud."""
        return {
            "az://stseatrial1a2b3c/seatrial/models": f"{self.local['store']['url']}/models",
            "crseatrial1a2b3c.azurecr.io": self.local["registry"]["address"],
            "seatrial-staging-1a2b3c.westeurope.cloudapp.azure.com": HOST,
            "aks-seatrial": CONTEXT,
            "rg-seatrial": "team-group",
        }

    @property
    def variables(self) -> dict[str, str]:
        """What differs from Azure: addresses of this machine, its DNS, and files instead of identities."""
        return {
            "SEATRIAL_STORE__ENDPOINT": self.local["store"]["endpoint"],
            "SEATRIAL_STORE__KEY_FILE": str(self.workspace.directory / self.local["store"]["key_file"]),
            "SEATRIAL_REGISTRY__INSECURE": "true",
            "SEATRIAL_DNS__SERVER": "127.0.0.1",
            "SEATRIAL_DNS__PORT": str(self.dns_port),
            "SEATRIAL_ENVIRONMENTS__STAGING__NAMESPACE": NAMESPACE,
            # Latency is not under test: the machine is small and shared.
            "SEATRIAL_ENVIRONMENTS__STAGING__MAX_P95_MILLISECONDS": "9000",
            "SEATRIAL_ENVIRONMENTS__STAGING__MAX_SLOWDOWN": "50",
            "SEATRIAL_ENVIRONMENTS__STAGING__LOAD_PER_SECOND": "5",
            "DOCKER_CONFIG": str(self.folder / "docker"),
            "KUBECONFIG": str(self.folder / "kubeconfig"),
        }

    @property
    def node(self) -> Container:
        """The only node."""
        return docker.from_env(timeout=30).containers.get(
            f"{self.local['instance']['docker_name']}-control-plane"
        )

    def kubectl(self, *words: str) -> str:
        """Run kubectl on the node as the cluster's administrator and return its output."""
        return _exec(self.node, "kubectl", f"--kubeconfig={ADMIN}", *words)

    def can(self, user: str, verb: str, resource: str) -> str:
        """Return whether a user of the cluster may do something in the namespace: yes or no."""
        words = ["auth", "can-i", verb, resource, "-n", NAMESPACE, "--as", user]
        # It exits with 1 for a no.
        _, output = self.node.exec_run(["kubectl", f"--kubeconfig={ADMIN}", *words])
        return str(output.decode()).split()[-1]

    def address(self) -> str:
        """Return the address of the live Service, empty before it has one."""
        where = "jsonpath={.status.loadBalancer.ingress[0].ip}"
        query = ("get", "service", "classifier", "-n", NAMESPACE, "--ignore-not-found", "-o", where)
        return self.kubectl(*query).strip()

    def let_nodes_pull(self) -> None:
        """Give the node's container runtime a login for the registry, as AcrPull gives a kubelet identity."""
        address = self.local["registry"]["address"]
        login = yaml.safe_load((self.workspace.directory / "secrets/docker-pull/config.json").read_text())
        header = f'["Basic {login["auths"][address]["auth"]}"]'
        path, server = f"/etc/containerd/certs.d/{address}/hosts.toml", self.local["instance"]["docker_name"]
        lines = f'[host."http://{server}-registry-readonly:5000".header]\\n  authorization = {header}\\n'
        _exec(self.node, "sh", "-c", f"grep -q authorization {path} || printf '{lines}' >> {path}")


def start(checkout: Workspace, folder: Path) -> OtherCloud:
    """Start the cloud, and prepare the files that `az` will give its user.

    Its cluster has no pull secret, its nodes have the labels of AKS, and its context has a name of its own.
    """
    cloud = Workspace(checkout.root, "elsewhere")
    run(
        [sys.executable, "-m", "localcloud", "up", "--instance", "elsewhere"],
        timeout=SECONDS,
        cwd=checkout.root,
    )
    local = tomllib.loads((cloud.directory / "local.toml").read_text())
    found = OtherCloud(cloud, folder, local)
    _prepare(found)
    found.kubectl("label", "nodes", "--all", "--overwrite", *NODE_LABELS)
    return found


def stop(cloud: OtherCloud) -> None:
    """Remove the cloud."""
    words = [sys.executable, "-m", "localcloud", "down", "--instance", "elsewhere"]
    run(words, timeout=SECONDS, cwd=cloud.workspace.root)


def _prepare(cloud: OtherCloud) -> None:
    given = cloud.folder / "given"
    given.mkdir(parents=True)
    shutil.copy2(cloud.workspace.directory / "secrets/docker/config.json", given / "docker.json")
    kubeconfig = yaml.safe_load((cloud.workspace.directory / "kubeconfig").read_text())
    kubeconfig["contexts"][0]["name"] = CONTEXT
    kubeconfig.pop("current-context", None)
    (given / "kubeconfig").write_text(yaml.safe_dump(kubeconfig))
    (cloud.folder / "docker").mkdir()
    plugins = Path.home() / ".docker" / "cli-plugins"
    if plugins.exists():
        (cloud.folder / "docker" / "cli-plugins").symlink_to(plugins)


def _exec(container: Container, *words: str) -> str:
    code, output = container.exec_run(list(words))
    text = str(output.decode(errors="replace"))
    assert code == 0, f"{' '.join(words)}: {text}"
    return text
