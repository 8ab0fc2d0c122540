"""What the state of infra/ can lack: one line with the fix, its exit code, and nothing is set."""

from __future__ import annotations

import json

import pytest

from infra_checkout import InfraCheckout

COMMAND = "infra-outputs"


def refused(checkout: InfraCheckout, code: int, *words: str) -> str:
    """Run the command, which must end with `code` and change nothing; return its last line."""
    text = checkout.settings
    done = checkout.seatrial(COMMAND, *words)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert checkout.settings == text
    assert not checkout.github.values["environments"]
    assert not any(checkout.github.values["variables"].values())
    return done.stderr.splitlines()[-1]


def test_without_tofu_and_terraform(checkout: InfraCheckout) -> None:
    """The line has what to install."""
    (checkout.folder / "bin" / "tofu").rename(checkout.folder / "other")
    assert "tofu is not installed. Cure: install OpenTofu" in refused(checkout, 2)


def test_terraform_instead_of_tofu(checkout: InfraCheckout) -> None:
    """Either is enough, and TOFU names another."""
    (checkout.folder / "bin" / "tofu").rename(checkout.folder / "bin" / "terraform")
    assert checkout.seatrial(COMMAND, "--dry-run").returncode == 0
    assert (checkout.folder / "tofu.log").read_text() == "-chdir=infra output -json -no-color\n"
    assert "opentofu-1.12 is not installed" in checkout.seatrial(COMMAND, TOFU="opentofu-1.12").stderr


def test_nothing_was_created_yet(checkout: InfraCheckout) -> None:
    """`tofu output -json` prints {} and succeeds without a state (recorded)."""
    checkout.outputs("{}")
    assert "nothing was created yet. Cure: make infra-up" in refused(checkout, 2)


def test_a_backend_that_is_not_initialised(checkout: InfraCheckout) -> None:
    """The first line of the real program's error (recorded)."""
    checkout.outputs("", 1, 'Error: Backend initialization required, please run "tofu init"')
    assert "tofu cannot read the state of infra/. Cure: make infra-plan" in refused(checkout, 30)


@pytest.mark.parametrize("text", ["", "no JSON", "[]", '{"variables": 1}'])
def test_outputs_that_are_no_outputs(checkout: InfraCheckout, text: str) -> None:
    """The line names what was read."""
    checkout.outputs(text)
    assert "outputs of infra/ are not valid JSON" in refused(checkout, 30)


def changed(checkout: InfraCheckout, output: str, **values: object) -> None:
    """Change one output of the recorded ones; without values it is missing."""
    document = json.loads((checkout.folder / "outputs.json").read_text())
    found = document.pop(output)
    if values:
        document[output] = {**found, **values}
    checkout.outputs(json.dumps(document))


@pytest.mark.parametrize("output", ["variables", "settings", "subjects", "deployers", "readers"])
def test_an_output_that_is_missing_is_named(checkout: InfraCheckout, output: str) -> None:
    """An older infra/, or an `infra-up` that did not end."""
    changed(checkout, output)
    assert f"output {output} of infra/: is missing. Cure: make infra-up" in refused(checkout, 30)


@pytest.mark.parametrize(
    "value",
    [
        {"repository": {"STORE": ""}, "environments": {}},
        {"repository": {"STORE": "a\nb"}, "environments": {}},
        {"repository": {"store": "a"}, "environments": {}},
        {"repository": {"STORE": 1}, "environments": {}},
        {"repository": {}, "environments": {"../other": {}}},
        {"repository": {}},
    ],
)
def test_a_variable_that_github_does_not_take_is_refused_first(
    checkout: InfraCheckout, value: object
) -> None:
    """An empty value, two lines, a name or an environment of another form."""
    changed(checkout, "variables", value=value)
    assert "output variables." in refused(checkout, 30)


def test_a_secret_is_neither_set_nor_printed(checkout: InfraCheckout) -> None:
    """An output that is marked, or a value of the form of a credential."""
    key = "AccountKey=" + "a" * 86 + "=="
    changed(checkout, "settings", value={"store.url": key})
    line = refused(checkout, 30)
    assert "has the form of a credential" in line
    assert "a" * 20 not in line
    changed(checkout, "settings", sensitive=True)
    assert "output settings of infra/ is marked as a secret" in refused(checkout, 2)


def test_a_setting_that_loosens_a_check_is_refused(checkout: InfraCheckout) -> None:
    """infra/ names what it created, and nothing else."""
    changed(checkout, "settings", value={"environments.production.approval": "none"})
    assert "an output for the setting environments.production.approval" in refused(checkout, 2)


def test_an_environment_that_seatrial_toml_lacks(checkout: InfraCheckout) -> None:
    """Nothing is set for the others either."""
    changed(checkout, "deployers", value={"trial": ["00000000-0000-4000-9000-000000000001"]})
    assert "no table environments.trial" in refused(checkout, 2)


@pytest.mark.parametrize("ids", [["ada@example.com"], ["system:authenticated"], [""]])
def test_a_deployer_is_an_object_id(checkout: InfraCheckout, ids: list[str]) -> None:
    """Nothing else gets the Role."""
    changed(checkout, "deployers", value={"staging": ids})
    assert "output deployers.staging.0 of infra/" in refused(checkout, 30)
