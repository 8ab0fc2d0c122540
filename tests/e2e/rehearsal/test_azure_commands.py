"""The commands of the pages about Azure, as printed, on a cluster that is not the local cloud's."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from e2e.rehearsal.other_cloud import CONTEXT, HOST, NAMESPACE, OtherCloud
from e2e.release.model_checkout import MAKE_SECONDS, STAGES, ModelCheckout
from seatrial.process import run

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[3]
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands(page: str) -> str:
    """Return the first block of commands with which a page moves everything to Azure, as a script."""
    text = (ROOT / page).read_text()
    block = next(each for each in BLOCK.findall(text) if "az login" in each)
    return "\n".join(line.removeprefix("$ ") for line in block.splitlines())


def with_names(script: str, cloud: OtherCloud) -> str:
    """Replace the account and the names, and nothing else."""
    for printed, own in cloud.names.items():
        script = re.sub(rf"(?<![\w-]){re.escape(printed)}(?![\w-])", own, script)
    return script


@pytest.mark.parametrize("page", ["docs/how-to/azure.md", "README.md"])
def test_the_printed_commands_release_to_another_cluster(
    page: str, cloud: OtherCloud, checkout: ModelCheckout
) -> None:
    """Store, registry, cluster, namespace and host are somebody's; the local cloud has no part in it."""
    (cloud.folder / "az.log").write_text("")
    script = with_names(commands(page), cloud)
    assert not re.search(r"\b(ACCOUNT|CONTAINER|NAME|CLUSTER|GROUP|REGION|LABEL)\b", script), script
    _type(script, cloud, checkout)
    _require_release(cloud)
    asked = (cloud.folder / "az.log").read_text().splitlines()
    assert asked[:2] == ["login", "acr login --name team"]
    assert f"aks get-credentials --resource-group team-group --name {CONTEXT}" in asked


def _type(script: str, cloud: OtherCloud, checkout: ModelCheckout) -> None:
    # Lint and unit tests ran in the checkout that this one was copied from; its packages are installed.
    stages = STAGES.replace(" ", "\\ ")
    path = os.pathsep.join((str(cloud.folder / "bin"), os.environ["PATH"]))
    env = {**cloud.variables, "PATH": path, "MAKEFLAGS": f"SETUP= PIPELINE={stages}"}
    env["INSTANCE"] = checkout.workspace.instance
    root = checkout.workspace.root
    done = run(["bash", "-ec", script], timeout=MAKE_SECONDS, cwd=root, env=env, check=False)
    assert done.code == 0, done.output[-4000:]


def _require_release(cloud: OtherCloud) -> None:
    """Fail unless the release is in the namespace, from the registry, without pull secret, under the name."""
    label = r"{.metadata.annotations.service\.beta\.kubernetes\.io/azure-dns-label-name}"
    query = ("get", "service", "classifier", "-n", NAMESPACE, "-o", f"jsonpath={label}")
    assert cloud.kubectl(*query) == HOST.partition(".")[0]
    images = cloud.kubectl(
        "get", "pods", "-n", NAMESPACE, "-o", "jsonpath={.items[*].spec.containers[*].image}"
    )
    registry = cloud.local["registry"]["address"]
    assert {image.partition("/")[0] for image in images.split()} == {registry}
    assert cloud.kubectl("get", "secrets", "-n", NAMESPACE, "-o", "name").strip() == ""
