"""The sign-in to the cluster, with stand-ins for az and kubelogin: there is no Azure here."""

from __future__ import annotations

import json

import pytest

from infra_checkout import InfraCheckout, recorded
from seatrial.errors import OutsideError
from seatrial.infra_outputs.cluster_sign_in import sign_in_to_cluster
from seatrial.infra_outputs.state import Outputs

OUTPUTS = Outputs.model_validate(recorded())


@pytest.fixture
def programs(checkout: InfraCheckout, monkeypatch: pytest.MonkeyPatch) -> InfraCheckout:
    """The checkout, with az and kubelogin that write down their calls."""
    for name in ("az", "kubelogin"):
        program = checkout.folder / "bin" / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {checkout.folder}/calls\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{checkout.folder / 'bin'}:/usr/bin:/bin")
    return checkout


def test_the_cluster_is_added_to_the_kubeconfig_with_the_sign_in_of_az(programs: InfraCheckout) -> None:
    """Nobody types a name; no browser is opened."""
    assert sign_in_to_cluster(OUTPUTS) == "aks-seatrial"
    subscription = recorded()["variables"]["repository"]["AZURE_SUBSCRIPTION_ID"]
    where = "--resource-group rg-seatrial --name aks-seatrial --overwrite-existing"
    assert (programs.folder / "calls").read_text().splitlines() == [
        f"az aks get-credentials --subscription {subscription} {where}",
        "kubelogin convert-kubeconfig --login azurecli --context aks-seatrial",
    ]


@pytest.mark.parametrize(
    ("name", "fix"), [("az", "install the Azure CLI, then az login"), ("kubelogin", "az aks install-cli")]
)
def test_a_program_that_is_missing_has_its_fix(programs: InfraCheckout, name: str, fix: str) -> None:
    """One line."""
    (programs.folder / "bin" / name).unlink()
    with pytest.raises(OutsideError, match=f"{name} is not installed") as raised:
        sign_in_to_cluster(OUTPUTS)
    assert fix in raised.value.hint


def test_who_is_not_signed_in_gets_the_command(programs: InfraCheckout) -> None:
    """The lines of az are the log of the error."""
    program = programs.folder / "bin" / "az"
    program.write_text("#!/bin/sh\necho 'Please run az login to setup account.' >&2; exit 1\n")
    with pytest.raises(OutsideError) as raised:
        sign_in_to_cluster(OUTPUTS)
    assert raised.value.hint.startswith("az login")
    assert "setup account" in raised.value.log


def test_a_missing_name_is_a_line(programs: InfraCheckout) -> None:
    """An older infra/."""
    document = json.loads((programs.folder / "outputs.json").read_text())
    del document["variables"]["value"]["repository"]["AKS_CLUSTER"]
    programs.outputs(json.dumps(document))
    assert programs.seatrial("infra-outputs").returncode == 0
    done = programs.seatrial("infra-bootstrap")
    assert done.returncode == 30
    assert "has no AKS_CLUSTER. Cure: make infra-up" in done.stderr.splitlines()[-1]


def test_before_infra_outputs_nothing_is_published(programs: InfraCheckout) -> None:
    """The line names the command that was left out, not that a local cloud could be started."""
    done = programs.seatrial("infra-bootstrap", "--check")
    assert done.returncode == 2
    assert "does not name what infra/ created. Cure: make infra-outputs, or" in done.stderr.splitlines()[-1]
    assert programs.seatrial("infra-outputs").returncode == 0
    assert programs.seatrial("infra-bootstrap", "--check").returncode == 0
    assert not (programs.folder / "calls").exists()


def test_a_missing_program_is_named_before_anything_is_published(programs: InfraCheckout) -> None:
    """Not after the example was built and sent."""
    assert programs.seatrial("infra-outputs").returncode == 0
    (programs.folder / "bin" / "kubelogin").unlink()
    done = programs.seatrial("infra-bootstrap", "--check")
    assert done.returncode == 30
    assert "kubelogin is not installed. Cure: az aks install-cli" in done.stderr.splitlines()[-1]
