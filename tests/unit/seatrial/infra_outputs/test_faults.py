"""What can be missing or refuse: one line with the fix, its exit code, and nothing half set in silence."""

from __future__ import annotations

import json

import pytest

from infra_checkout import InfraCheckout

COMMAND = "infra-outputs"
FORBIDDEN = "gh: Resource not accessible by personal access token (HTTP 403)"
RATE = "gh: API rate limit exceeded for user ID 1. (HTTP 403)"


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
    """The line says what to install."""
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


def test_gh_is_missing(checkout: InfraCheckout) -> None:
    """The state is readable, but nothing is set."""
    checkout.change(faults=[{"match": "", "stderr": "gh is not installed"}])
    assert "Cure" in refused(checkout, 30)


def test_gh_is_not_signed_in(checkout: InfraCheckout) -> None:
    """Its exit code is 4."""
    checkout.change(signed_in=False)
    assert "gh is not signed in. Cure: gh auth login" in refused(checkout, 30)


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        ("gh: Bad credentials (HTTP 401)", "gh is not signed in"),
        (RATE, "rate limit is reached. Cure: wait until `gh api rate_limit`"),
        ("gh: Not Found (HTTP 404)", "has no such repository. Cure: sign in as an administrator"),
        (FORBIDDEN, "GitHub does not allow it"),
        ("error connecting to api.github.com", "GitHub cannot be reached. Cure: check the network"),
        ("gh: Server Error (HTTP 502)", "GitHub: Server Error (HTTP 502)"),
    ],
)
def test_what_github_says_first_has_its_fix(checkout: InfraCheckout, stderr: str, reason: str) -> None:
    """Nothing was set."""
    checkout.change(faults=[{"match": "^api repos/{owner}/{repo}$", "stderr": stderr}])
    assert reason in refused(checkout, 30)


def test_no_administrator_of_the_repository(checkout: InfraCheckout) -> None:
    """Before anything is tried."""
    repository = checkout.github.values["repository"]
    checkout.change(repository={**repository, "permissions": {"admin": False, "push": True}})
    assert "no administrator of Acme/Seatrial. Cure: gh auth login" in refused(checkout, 10)


@pytest.mark.parametrize(
    "config",
    [
        "",
        '[remote "origin"]\n\turl = https://dev.azure.com/acme/project/_git/seatrial\n',
        '[remote "origin"]\n\turl = git@ssh.dev.azure.com:v3/acme/project/seatrial\n',
        '[remote "origin"]\n\turl = https://gitlab.com/acme/seatrial.git\n',
        '[remote "origin"]\n\turl = /srv/git/seatrial.git\n',
    ],
)
def test_a_remote_that_is_not_at_github(checkout: InfraCheckout, config: str) -> None:
    """The line has the command that adds one; GH_REPO replaces the remote."""
    (checkout.root / ".git" / "config").write_text(config)
    line = refused(checkout, 2)
    assert "git remote add origin https://github.com/OWNER/NAME, or set GH_REPO=OWNER/NAME" in line
    assert checkout.seatrial(COMMAND, "--dry-run", GH_REPO="acme/seatrial").returncode == 0


@pytest.mark.parametrize(("name", "count"), [("REGISTRY", "21"), ("AZURE_CLIENT_ID", "5")])
def test_a_fault_half_way_names_what_was_set_and_a_second_run_sets_the_rest(
    checkout: InfraCheckout, name: str, count: str
) -> None:
    """The line has the number, the last that was set and the first that was not."""
    checkout.change(faults=[{"match": f"^variable set {name}", "stderr": f"failed to set variable: {RATE}"}])
    text = checkout.settings
    done = checkout.seatrial(COMMAND)
    assert done.returncode == 30
    line = done.stderr.splitlines()[-1]
    assert f"{name} (" in line
    assert f"; {count} of 23 were set, the last " in line
    assert "then make infra-outputs again, which sets the rest" in line
    assert done.stderr.count("  set: ") == int(count)
    assert checkout.settings == text
    checkout.change(faults=[])
    done = checkout.seatrial(COMMAND)
    assert done.returncode == 0
    assert f"has all 23, {23 - int(count)} were set" in done.stderr


def test_the_first_change_fails(checkout: InfraCheckout) -> None:
    """A personal token without the right to administer."""
    checkout.change(faults=[{"match": "--method PUT", "stderr": FORBIDDEN}])
    line = refused(checkout, 30)
    assert "nothing was set" in line
