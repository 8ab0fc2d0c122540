"""From one environment to the next: the same digest, approved, traced back from an answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.api_client import ApiClient
from e2e.release.conftest import COMMAND_SECONDS, Trial
from e2e.release.environments import environment, remove
from imagemodel.golden import GoldenSet
from seatrial.process import run
from seatrial.release.record import Record
from seatrial.workspace import Workspace

pytestmark = pytest.mark.long

WHO = "A Person"


@pytest.fixture(scope="module")
def following(workspace: Workspace, trial: Trial) -> Iterator[Trial]:
    """An environment that asks for an approval and has a repository of its own for its images."""
    registry = trial.target.settings.registry
    own = {
        "APPROVAL": "person",
        "REPLICAS": "1",
        "REGISTRY__ADDRESS": registry.address,
        "REGISTRY__INSECURE": str(registry.insecure).lower(),
        "REGISTRY__CONFIG_DIR": registry.config_dir,
        "REGISTRY__REPOSITORY": f"{registry.repository}-following",
    }
    made = environment(workspace, "following", own)
    yield made
    remove(made)


@pytest.fixture(scope="module")
def origin(first: Record, trial: Trial) -> Record:
    """What `trial` runs now: other tests may have released there since the first one."""
    return trial.stable()


@pytest.fixture(scope="module")
def promoted(origin: Record, following: Trial) -> Record:
    """What `trial` accepted, promoted."""
    code, output = following.run("promote", "--from", "trial", "--approved-by", WHO)
    assert code == 0, output
    return following.stable()


def test_without_an_approval_nothing_moves(first: Record, following: Trial) -> None:
    """Nobody said yes: refused, and the environment has never heard of a release."""
    code, output = following.run("promote", "--from", "trial")
    assert code == 10, output
    assert "asks for an approval" in output
    assert following.target.records.all() == []


def test_the_same_digest_is_released_and_accepted(promoted: Record, origin: Record, following: Trial) -> None:
    """What users get is byte for byte what was accepted before, from a repository of its own."""
    repository, _, digest = promoted.reference.partition("@")
    assert digest == origin.reference.partition("@")[2]
    assert repository.endswith("-following")
    assert (promoted.promoted_from, promoted.approved_by) == (origin.release, WHO)
    assert following.pods() == {promoted.release: 1}


def test_a_second_promotion_releases_nothing(promoted: Record, following: Trial) -> None:
    """What serves there already is left alone."""
    code, output = following.run("promote", "--from", "trial", "--approved-by", WHO)
    assert code == 0, output
    assert following.last().release == promoted.release


def test_another_digest_than_runs_there_is_refused(promoted: Record, following: Trial) -> None:
    """An image that is meant, but is not what the other environment runs, goes nowhere."""
    code, output = following.run(
        "promote", "--from", "trial", "--approved-by", WHO, "--image", f"sha256:{'0' * 64}"
    )
    assert code == 10, output
    assert "is no release there" in output


def test_an_answer_leads_to_whoever_published_the_model(
    promoted: Record, following: Trial, golden: GoldenSet, workspace: Workspace, tmp_path: Path
) -> None:
    """One saved answer, one command: pod, release, image, commit, model and publisher."""
    endpoint = following.target.by_name()
    answer = ApiClient(endpoint.url, endpoint.address).predict(golden.photos[0].path.read_bytes())
    saved = tmp_path / "answer.txt"
    saved.write_text("".join(f"{name}: {value}\n" for name, value in answer.headers.items()) + answer.text)
    words = [sys.executable, "-m", "seatrial", "trace", str(saved), "--json"]
    told = json.loads(run(words, timeout=COMMAND_SECONDS, cwd=workspace.root, separate_stderr=True).output)
    (chain,) = told["chains"]
    assert told["prediction"]["label"] == golden.photos[0].label
    assert told["prediction"]["pod"] in chain["release"]["pods"]
    assert chain["release"]["name"] == promoted.release
    assert chain["image"]["reference"] == promoted.reference
    assert chain["model"]["publisher"]


def test_the_table_tells_who_and_where_from(promoted: Record, origin: Record, following: Trial) -> None:
    """History marks what serves, and says what it was before and who wanted it there."""
    code, output = following.run("history")
    assert code == 0, output
    (row,) = [line for line in output.splitlines() if promoted.release in line]
    assert row.startswith("* ")
    assert f"was {origin.release}; approved by {WHO}" in row
