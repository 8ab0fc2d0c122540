"""`seatrial infra-outputs`, with stand-ins for GitHub's CLI and for the state of OpenTofu."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from infra_checkout import InfraCheckout, recorded

ENVIRONMENTS = {"model", "staging", "staging-recovery", "production", "production-recovery"}
COMMAND = "infra-outputs"


def test_every_output_becomes_a_variable_where_it_belongs(checkout: InfraCheckout) -> None:
    """The repository's and each environment's variables are those of infra/, and no other."""
    done = checkout.seatrial(COMMAND)
    assert done.returncode == 0, done.stderr
    wanted = recorded()["variables"]
    found = checkout.github.values["variables"]
    assert found == {"repository": wanted["repository"], **wanted["environments"]}
    assert set(wanted["environments"]) == ENVIRONMENTS


def test_a_second_run_sets_nothing(checkout: InfraCheckout) -> None:
    """It reads, and the file stays byte for byte."""
    assert checkout.seatrial(COMMAND, "--reviewers", "ada").returncode == 0
    text = checkout.settings
    checkout.change(calls=[])
    done = checkout.seatrial(COMMAND, "--reviewers", "ada")
    assert done.returncode == 0
    assert "has all 23, 0 were set" in done.stderr
    assert checkout.calls("variable", "set") == []
    assert [call for call in checkout.calls("api") if "--method" in call] == []
    assert checkout.settings == text


def test_only_what_differs_is_set(checkout: InfraCheckout) -> None:
    """The table has the value before and after."""
    checkout.seatrial(COMMAND)
    state = checkout.github
    state.values["variables"]["repository"]["STORE"] = "az://old/seatrial/models"
    del state.values["variables"]["staging"]["HOST"]
    state.values["calls"] = []
    state.save()
    done = checkout.seatrial(COMMAND)
    assert [call[2] for call in checkout.calls("variable", "set")] == ["HOST", "STORE"]
    row = next(line.split() for line in done.stdout.splitlines() if line.startswith("STORE"))
    assert row == ["STORE", "repository", "az://old/seatrial/models", "az://stseatrial1a2b3c/seatrial/models"]


def test_a_preview_changes_nothing(checkout: InfraCheckout) -> None:
    """It shows the same table and the same lines."""
    text = checkout.settings
    done = checkout.seatrial(COMMAND, "--dry-run")
    assert done.returncode == 0
    assert "none was made" in done.stderr
    assert '+context = "aks-seatrial"' in done.stdout
    assert checkout.settings == text
    assert checkout.github.values["variables"] == {"repository": {}}
    assert checkout.github.values["environments"] == {}
    assert [call for call in checkout.calls() if "--method" in call or call[:2] == ["variable", "set"]] == []
    assert checkout.seatrial(COMMAND).stdout == done.stdout


def test_the_lines_of_seatrial_toml_are_set_and_no_other(checkout: InfraCheckout) -> None:
    """Comments stay; the object ids come with them, so that nobody types one."""
    before = checkout.settings
    checkout.seatrial(COMMAND)
    old, new = tomllib.loads(before), tomllib.loads(checkout.settings)
    outputs = recorded()
    assert new["store"].pop("url") == "az://stseatrial1a2b3c/seatrial/models"
    assert new["registry"].pop("address") == "crseatrial1a2b3c.azurecr.io"
    assert new["cluster"].pop("context") == "aks-seatrial"
    for name in ("staging", "production"):
        assert new["environments"][name].pop("host") == outputs["settings"][f"environments.{name}.host"]
        assert new["environments"][name].pop("deployers") == sorted(outputs["deployers"][name])
        del old["environments"][name]["host"]
    assert new["environments"]["staging"].pop("readers") == sorted(outputs["readers"]["staging"])
    for section, key in (("store", "url"), ("registry", "address"), ("cluster", "context")):
        del old[section][key]
    assert new == old
    comments = [line.partition("#")[2] for line in before.splitlines() if "#" in line]
    assert [line.partition("#")[2] for line in checkout.settings.splitlines() if "#" in line] == comments


def test_values_are_no_arguments_of_a_command(checkout: InfraCheckout) -> None:
    """All users of a machine can read the arguments of its programs; values with signs of a shell arrive."""
    odd = "az://a/b/$(id) 'x' \"y\" #z"
    document = json.loads((checkout.folder / "outputs.json").read_text())
    document["variables"]["value"]["repository"]["STORE"] = odd
    checkout.outputs(json.dumps(document))
    assert checkout.seatrial(COMMAND).returncode == 0
    assert checkout.github.values["variables"]["repository"]["STORE"] == odd
    assert [call for call in checkout.calls() if odd in call] == []


@pytest.mark.parametrize(
    ("url", "repository"),
    [
        ("https://github.com/acme/seatrial.git", "acme/seatrial"),
        ("https://ada:token@github.com/acme/seatrial", "acme/seatrial"),
        ("git@github.com:acme/sea.trial.git", "acme/sea.trial"),
        ("ssh://git@ssh.github.com:443/acme/seatrial.git", "acme/seatrial"),
        ("https://git.acme.example/acme/seatrial.git", "git.acme.example/acme/seatrial"),
    ],
)
def test_the_repository_is_that_of_the_remote_origin(
    checkout: InfraCheckout, url: str, repository: str
) -> None:
    """For a fork, gh alone would choose the repository that it was forked from."""
    (checkout.root / ".git" / "config").write_text(f'[remote "origin"]\n\turl = {url}\n')
    assert checkout.seatrial(COMMAND, "--dry-run").returncode == 0
    assert {call[-1] for call in checkout.calls()} == {repository}


def test_variables_that_infra_does_not_create_are_named_and_left(checkout: InfraCheckout) -> None:
    """A variable of an environment replaces the repository's; what a person chose is not mentioned."""
    checkout.seatrial(COMMAND)
    state = checkout.github
    state.values["variables"]["staging"]["STORE"] = "az://other/container/models"
    state.values["variables"]["repository"] |= {"HOST": "a.example.com", "CLUSTER_RUNNER": "mine", "OWN": "1"}
    state.save()
    done = checkout.seatrial(COMMAND)
    assert done.returncode == 0
    warnings = [line for line in done.stderr.splitlines() if line.startswith("warning")]
    assert [line.rpartition("gh ")[2] for line in warnings] == [
        "variable delete HOST",
        "variable delete STORE --env staging",
    ]
    assert checkout.github.values["variables"]["staging"]["STORE"] == "az://other/container/models"


def set_form(checkout: InfraCheckout, **form: Any) -> str:
    """Return what the command prints if GitHub forms subjects like this."""
    checkout.change(form={"use_default": True, "use_immutable_subject": False, **form})
    return checkout.seatrial(COMMAND, "--dry-run").stderr


def test_the_form_of_the_subjects_that_is_in_force_is_printed(checkout: InfraCheckout) -> None:
    """Names alone, or with the numbers of owner and repository."""
    assert "subjects of the workflows' tokens: repo:Acme/Seatrial:… (names)" in set_form(checkout)
    immutable = set_form(checkout, use_immutable_subject=True)
    assert "tokens: repo:Acme@123/Seatrial@456:… (immutable)" in immutable
    assert "warning" not in immutable


def test_a_subject_that_azure_does_not_trust_is_a_warning(checkout: InfraCheckout) -> None:
    """Another repository, another number, other capital letters, or a form of one's own."""
    renamed = {**checkout.github.values["repository"], "full_name": "acme/seatrial"}
    assert "include_claim_keys" not in set_form(checkout)
    assert "customised (repo, context)" in set_form(
        checkout, use_default=False, include_claim_keys=["repo", "context"]
    )
    checkout.change(repository=renamed)
    assert "Azure does not trust these subjects for build, model," in set_form(checkout)
