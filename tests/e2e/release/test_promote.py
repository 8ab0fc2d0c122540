"""Promotion from one environment to the next: the same digest, approved, traced from a prediction."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.api_client import ApiClient
from e2e.release.conftest import COMMAND_SECONDS, ReleaseEnvironment
from e2e.release.temporary_environment import create_environment, remove_environment
from imagemodel.golden import GoldenSet
from seatrial.process import run
from seatrial.release.record import Record
from seatrial.workspace import Workspace

pytestmark = pytest.mark.long

APPROVER = "A Person"


@pytest.fixture(scope="module")
def following(workspace: Workspace, environment: ReleaseEnvironment) -> Iterator[ReleaseEnvironment]:
    """An environment that requires an approval and has its own image repository."""
    registry = environment.target.settings.registry
    settings = {
        "APPROVAL": "person",
        "REPLICAS": "1",
        "REGISTRY__ADDRESS": registry.address,
        "REGISTRY__INSECURE": str(registry.insecure).lower(),
        "REGISTRY__CONFIG_DIR": registry.config_dir,
        "REGISTRY__PULL_CONFIG_DIR": registry.pull_config_dir,
        "REGISTRY__PULL_ADDRESS": registry.pull_address,
        "REGISTRY__REPOSITORY": f"{registry.repository}-following",
    }
    created = create_environment(workspace, "following", settings)
    yield created
    remove_environment(created)


@pytest.fixture(scope="module")
def origin(first: Record, environment: ReleaseEnvironment) -> Record:
    """The stable release of `trial`, which other tests may have replaced since the first one."""
    return environment.stable()


@pytest.fixture(scope="module")
def promoted(origin: Record, following: ReleaseEnvironment) -> Record:
    """The stable release of `trial`, promoted."""
    code, output = following.run("promote", "--from", "trial", "--approved-by", APPROVER)
    assert code == 0, output
    return following.stable()


def test_promotion_without_approval_is_refused(first: Record, following: ReleaseEnvironment) -> None:
    """Promote without an approval ends with 10 and records no release."""
    code, output = following.run("promote", "--from", "trial")
    assert code == 10, output
    assert "requires an approval" in output
    assert following.target.records.all() == []


def test_promotion_releases_the_same_digest(
    promoted: Record, origin: Record, following: ReleaseEnvironment
) -> None:
    """The promoted image has the accepted digest and is in the environment's own repository."""
    assert promoted.reference.digest == origin.reference.digest
    assert promoted.reference.repository.endswith("-following")
    assert (promoted.promoted_from, promoted.approved_by) == (
        origin.release,
        f"{APPROVER} (stated, not verified)",
    )
    assert following.pods() == {promoted.release: 1}


def test_a_second_promotion_releases_nothing(promoted: Record, following: ReleaseEnvironment) -> None:
    """Promoting what is stable there already succeeds and creates no release."""
    code, output = following.run("promote", "--from", "trial", "--approved-by", APPROVER)
    assert code == 0, output
    assert following.last().release == promoted.release


def test_promotion_of_a_digest_that_is_not_released_there_is_refused(
    promoted: Record, following: ReleaseEnvironment
) -> None:
    """Promote with an image that is not a release of the other environment ends with 10."""
    code, output = following.run(
        "promote", "--from", "trial", "--approved-by", APPROVER, "--image", f"sha256:{'0' * 64}"
    )
    assert code == 10, output
    assert "is not a release of trial" in output


def test_trace_leads_from_a_response_to_the_publisher_of_the_model(
    promoted: Record,
    following: ReleaseEnvironment,
    golden: GoldenSet,
    workspace: Workspace,
    tmp_path: Path,
) -> None:
    """Trace finds pod, release, image, model and publisher of a saved response."""
    endpoint = following.target.by_name()
    response = ApiClient(endpoint.url, endpoint.address).predict(golden.photos[0].path.read_bytes())
    saved = tmp_path / "response.txt"
    headers = "".join(f"{name}: {value}\n" for name, value in response.headers.items())
    saved.write_text(headers + response.text)
    words = [sys.executable, "-m", "seatrial", "trace", str(saved), "--json"]
    found = json.loads(run(words, timeout=COMMAND_SECONDS, cwd=workspace.root, separate_stderr=True).output)
    (provenance,) = found["chains"]
    assert found["prediction"]["label"] == golden.photos[0].label
    assert found["prediction"]["pod"] in provenance["release"]["pods"]
    assert provenance["release"]["name"] == promoted.release
    assert provenance["image"]["reference"] == str(promoted.reference)
    assert provenance["model"]["publisher"]


def test_history_names_origin_and_approver(
    promoted: Record, origin: Record, following: ReleaseEnvironment
) -> None:
    """History marks the live release and names its origin and its approver."""
    code, output = following.run("history")
    assert code == 0, output
    (row,) = [line for line in output.splitlines() if promoted.release in line]
    assert row.startswith("* ")
    assert f"promoted from {origin.release}; approved by {APPROVER} (stated, not verified)" in row
