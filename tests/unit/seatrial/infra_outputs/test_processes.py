"""The same commands as processes of their own, with a stand-in for gh as a program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra_checkout import InfraCheckout, infra_checkout, recorded
from shipped_settings import shipped


@pytest.fixture
def checkout(tmp_path: Path) -> InfraCheckout:
    """A checkout after infra-up."""
    return infra_checkout(tmp_path)


def test_a_user_types_the_command(checkout: InfraCheckout) -> None:
    """Variables arrive by stdin; the table is on stdout, what was set on stderr."""
    done = checkout.seatrial("infra-outputs", "--reviewers", "ada")
    assert done.returncode == 0, done.stderr
    assert checkout.github.values["variables"]["repository"] == recorded()["variables"]["repository"]
    assert done.stdout.splitlines()[0].split() == ["what", "where", "before", "after"]
    assert done.stderr.count("  set: ") == 24


def test_without_gh_the_line_has_the_fix(checkout: InfraCheckout) -> None:
    """Its own process cannot be started."""
    (checkout.folder / "bin" / "gh").unlink()
    done = checkout.seatrial("infra-outputs")
    assert done.returncode == 30
    assert (
        "gh is not installed. Cure: install gh (https://cli.github.com), then gh auth login."
        in (done.stderr.splitlines()[-1])
    )


def inputs(checkout: InfraCheckout) -> dict[str, str]:
    """Return the inputs of infra/ that were written."""
    found: dict[str, str] = json.loads((checkout.root / "infra" / "github.auto.tfvars.json").read_text())
    return found


def test_the_inputs_of_infra_are_read_from_github(checkout: InfraCheckout) -> None:
    """With GitHub's capital letters, not those of the remote; an earlier file serves while GitHub is away."""
    assert checkout.seatrial("infra-github").returncode == 0
    wanted = {"github_owner_id": "123", "github_repository": "Acme/Seatrial", "github_repository_id": "456"}
    assert inputs(checkout) == wanted
    checkout.change(signed_in=False)
    done = checkout.seatrial("infra-github")
    assert done.returncode == 0
    assert "of an earlier run is used: gh is not signed in" in done.stderr
    assert checkout.seatrial("infra-github", "--without").returncode == 0
    assert not (checkout.root / "infra" / "github.auto.tfvars.json").exists()
    assert checkout.seatrial("infra-github").returncode == 30
    assert checkout.seatrial("infra-github", "--without").returncode == 0


@pytest.mark.parametrize("text", ['{"github_repository": "Other/Seatrial"}', "{", ""])
def test_inputs_of_another_repository_are_not_used(checkout: InfraCheckout, text: str) -> None:
    """Azure would trust the workflows of that one."""
    (checkout.root / "infra" / "github.auto.tfvars.json").write_text(text)
    checkout.change(signed_in=False)
    done = checkout.seatrial("infra-github")
    assert done.returncode == 30
    assert "gh is not signed in" in done.stderr.splitlines()[-1]


def test_a_repository_may_commit_the_lines(checkout: InfraCheckout) -> None:
    """Its unit tests, which a release runs, read the file without them."""
    before = checkout.settings
    assert checkout.seatrial("infra-outputs").returncode == 0
    assert checkout.settings != before
    assert shipped(checkout.settings) == before
