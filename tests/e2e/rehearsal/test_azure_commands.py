"""The commands of the pages about Azure, as printed, on a cluster that is not the local cloud's."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from e2e.rehearsal.other_cloud import CONTEXT, HOST, NAMESPACE, OtherCloud
from e2e.release.model_checkout import MAKE_SECONDS, STAGES, ModelCheckout
from github_settings_cli import GitHubSettings
from infra_checkout import recorded
from seatrial.process import run

pytestmark = pytest.mark.long

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "azure.md"
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands(heading: str) -> str:
    """Return the first block of commands under a heading of the page, as a script."""
    text = re.split(rf"^##+ {re.escape(heading)}\n", PAGE.read_text(), flags=re.MULTILINE)[1]
    return "\n".join(line.removeprefix("$ ") for line in BLOCK.findall(text)[0].splitlines())


def with_names(script: str, cloud: OtherCloud) -> str:
    """Replace the account and the names, and nothing else."""
    for printed, own in cloud.names.items():
        script = re.sub(rf"(?<![\w-]){re.escape(printed)}(?![\w-])", own, script)
    return script


def test_six_commands_lead_from_an_empty_subscription_to_the_first_night(
    cloud: OtherCloud, new_checkout: ModelCheckout
) -> None:
    """As printed; then a runner releases with GitHub's variables alone, from a commit before them."""
    script = commands("From an empty subscription").replace("LOGIN", "ada")
    assert len(script.splitlines()) == 6
    _type(script, cloud, new_checkout)
    github = GitHubSettings(cloud.folder / "bin" / "gh.json").values
    assert new_checkout.workspace.git("diff", "--name-only") == "seatrial.toml"
    _require_bound(cloud)
    runner = new_checkout.workspace.root.parent / "runner"
    new_checkout.workspace.git("clone", "-q", str(new_checkout.workspace.root), str(runner))
    (runner / ".venv").symlink_to(Path(sys.prefix))
    # .gitignore has the directory, not a link.
    (runner / ".git" / "info" / "exclude").write_text(".venv\n")
    variables = {**github["variables"]["repository"], **github["variables"]["staging"]}
    night = {"INSTANCE": "ci", "CI": "true", "ENV": "staging", **variables}
    # No registry with base images can be reached here.
    night["SEATRIAL_IMAGE__BASE"] = cloud.local["image"]["base"]
    _run(f'az acr login --name "${{REGISTRY%%.*}}"\nmake {STAGES}', cloud, runner, night)
    _require_release(cloud)


def _require_bound(cloud: OtherCloud) -> None:
    """Fail unless each identity of infra/ has its rights in the namespace, and no more."""
    outputs = recorded()
    for verb, ids, answer in (
        ("create", outputs["deployers"]["staging"], "yes"),
        ("get", outputs["readers"]["staging"], "yes"),
        ("create", outputs["readers"]["staging"], "no"),
    ):
        for name in ids:
            assert cloud.can(name, verb, "deployments.apps") == answer, (verb, name)


def test_the_printed_commands_release_to_another_cluster(cloud: OtherCloud, checkout: ModelCheckout) -> None:
    """Store, registry, cluster, namespace and host are somebody's; the local cloud has no part in it."""
    (cloud.folder / "az.log").write_text("")
    script = with_names(commands("From a laptop"), cloud)
    assert not re.search(r"\b(ACCOUNT|CONTAINER|NAME|CLUSTER|GROUP|REGION|LABEL)\b", script), script
    _type(script, cloud, checkout)
    _require_release(cloud)
    asked = (cloud.folder / "az.log").read_text().splitlines()
    assert asked[:2] == ["login", "acr login --name team"]
    assert f"aks get-credentials --resource-group team-group --name {CONTEXT}" in asked


def _type(script: str, cloud: OtherCloud, checkout: ModelCheckout) -> None:
    _run(script, cloud, checkout.workspace.root, {"INSTANCE": checkout.workspace.instance})


def _run(script: str, cloud: OtherCloud, root: Path, variables: dict[str, str]) -> None:
    # Lint and unit tests ran in the checkout that this one was copied from; its packages are installed.
    stages = STAGES.replace(" ", "\\ ")
    path = os.pathsep.join((str(cloud.folder / "bin"), os.environ["PATH"]))
    env = {**cloud.variables, "PATH": path, "MAKEFLAGS": f"SETUP= PIPELINE={stages}", **variables}
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
