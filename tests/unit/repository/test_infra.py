"""Tests that infra/ creates what workflows and pages need, as far as OpenTofu is not needed for it."""

from __future__ import annotations

import re
from copy import deepcopy

import pytest

from infra_check.checks import copied
from infra_check.faults import FAULTS
from infra_check.tools import PROVIDER
from unit.repository.azure_pipelines import MAIN, jobs, pipeline
from unit.repository.infra_files import arguments, identities, infra_files, variables_created
from unit.repository.infra_rules import violations
from unit.repository.planted_infra import PLANTED
from unit.repository.project import MAKEFILE, ROOT, WORKFLOWS, table_under, workflow

FILES = infra_files()
REAL = {path.name: workflow(path.name) for path in sorted(WORKFLOWS.glob("*.yml"))}
PAGE = (ROOT / "docs" / "reference" / "identities.md").read_text()
AZURE = (ROOT / "docs" / "how-to" / "azure.md").read_text()
GITHUB = "".join(path.read_text() for path in (ROOT / ".github").rglob("*.yml"))
# Variables and secrets of the workflows that infra/ does not create, and why.
ELSEWHERE = {
    "AWS_ROLE": "a role of AWS, for a store in S3",
    "AWS_PR_ROLE": "a role of AWS, for a store in S3",
    "AWS_REGION": "the region of a bucket in S3",
    "CLUSTER_RUNNER": "the label of a person's own runner; the API server of infra/ is public",
    "MODEL_APP_CLIENT_ID": "a GitHub App, which a person registers",
    "MODEL_APP_PRIVATE_KEY": "the key of that app, a secret of GitHub",
    "NOTIFY_WEBHOOK_URL": "an address of a person's chat, a secret",
}


def test_identities_subjects_and_roles_are_those_of_workflows_and_page() -> None:
    """Every job that signs in finds a credential for its subject, with the rights of the page only."""
    assert list(violations(FILES, PAGE, REAL)) == []


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_difference_is_refused(planted: str) -> None:
    """Each way to differ breaks the rule that is against it."""
    file, text, replacement, rule = PLANTED[planted]
    assert FILES[file].count(text) == 1
    changed = {**FILES, file: FILES[file].replace(text, replacement)}
    assert [found for found in violations(changed, PAGE, REAL) if found.startswith(rule)]


def test_a_new_job_that_signs_in_needs_a_credential() -> None:
    """A workflow that begins to use another GitHub environment is refused until infra/ has its identity."""
    changed = deepcopy(REAL)
    changed["release.yml"]["jobs"]["release"]["environment"] = "canary"
    assert "environment:canary as AZURE_CLIENT_ID: no credential" in list(violations(FILES, PAGE, changed))


def test_every_variable_and_secret_of_the_workflows_is_created_or_left_to_a_person() -> None:
    """infra/ creates all of them but those that have a reason; no reason is left over."""
    used = set(re.findall(r"\b(?:vars|secrets)\.(\w+)", GITHUB))
    assert used == variables_created(FILES) | set(ELSEWHERE)
    assert variables_created(FILES) & set(ELSEWHERE) == set()


def test_the_host_is_a_variable_of_each_environment_that_has_one() -> None:
    """Environments with an accepted model are those whose jobs read HOST."""
    reads = {
        name.removesuffix("-recovery")
        for content in REAL.values()
        for body in content["jobs"].values()
        if "vars.HOST" in repr((body, content.get("env")))
        for name in [str(body.get("environment", "")).replace("${{ inputs.environment }}", "staging")]
    }
    assert reads == {each["accepts"] for each in identities(FILES).values() if "accepts" in each}


def test_the_service_connections_are_those_of_azure_pipelines() -> None:
    """Each connection that a pipeline uses is the identity with the same rights as at GitHub."""
    page = (ROOT / "docs" / "how-to" / "azure-pipelines.md").read_text()
    listed = {
        name for row in table_under("Service connections", page) for name in re.findall(r"`(.+?)`", row[0])
    }
    created = {
        each["service_connection"] for each in identities(FILES).values() if "service_connection" in each
    }
    used = set(re.findall(r"seatrial-[\w-]+", repr([job for _, job in jobs(pipeline(MAIN))])))
    assert created == listed
    assert used <= created


def test_the_condition_on_accepted_models_is_that_of_the_page() -> None:
    """The page has the same condition for a store that exists already."""
    found, prefix = arguments(FILES), "resource.azurerm_role_assignment.accepted_model"
    condition = (
        found[f"{prefix}.condition"]
        .strip('"')
        .replace("${local.blob_path}", found["locals.blob_path"].strip('"'))
    )
    condition = condition.replace("${local.store_prefix}", "PREFIX").replace("${each.value}", "ENV")
    assert condition in AZURE
    assert found["locals.blob_writes"].strip('"') in AZURE


def test_the_page_has_the_role_with_which_namespaces_are_created() -> None:
    """`make bootstrap` creates them; *RBAC Admin* may not."""
    found = arguments(FILES)["resource.azurerm_role_assignment.administrator.role_definition_name"]
    assert f"*{found.strip(chr(34))}*" in AZURE


def test_the_provider_is_pinned_and_is_the_one_that_is_tested() -> None:
    """Without a lock file, which needs a registry of providers, the version is exact."""
    assert arguments(FILES)["terraform.required_providers.azurerm.version"] == f'"{PROVIDER.version}"'


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_of_the_nightly_check_can_be_planted(fault: object) -> None:
    """Its text is in the file exactly once, so it changes what it is meant to change."""
    with copied() as folder:
        fault.plant(folder)  # type: ignore[attr-defined]


def test_the_nightly_suite_plants_them() -> None:
    """`make test-nightly` runs the checks with the faults."""
    assert re.search(r"^test-nightly-all: FAULTS := 1\ntest-nightly-all: .*infra-check ", MAKEFILE, re.M)


def test_each_skipped_check_of_checkov_has_its_reason() -> None:
    """A check is left out on a line of its own, with a reason beside it or above it."""
    lines = (ROOT / "infra" / ".checkov.yaml").read_text().split("skip-check:\n")[1].splitlines()
    reason = False
    for line in lines:
        reason = reason or line.lstrip().startswith("#")
        assert reason or "#" in line, line
    assert len(lines) < 40
