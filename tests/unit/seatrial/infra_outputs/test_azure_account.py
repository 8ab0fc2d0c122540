"""The sign-in to Azure before infra/ is planned, with a stand-in for az: there is no Azure here."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_checkout import InfraCheckout
from seatrial.infra_outputs.azure_account import OTHER_IDENTITIES

SHOWN = '{"id": "0aa", "name": "Pay as you go", "user": {"name": "ada@example.com", "type": "user"}}'


def write_az(checkout: InfraCheckout, script: str) -> None:
    """Write the program `az`."""
    program: Path = checkout.folder / "bin" / "az"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def last_line(checkout: InfraCheckout, code: int, **environment: str) -> str:
    """Return the last line of the command, which must end with this exit code."""
    done = checkout.seatrial("infra-azure", **environment)
    assert done.returncode == code, done.stderr
    return done.stderr.splitlines()[-1]


def test_the_subscription_is_named_before_anything_is_planned(checkout: InfraCheckout) -> None:
    """Who has several sees which one it is."""
    write_az(checkout, f"echo '{SHOWN}'")
    line = last_line(checkout, 0)
    assert line.endswith("infra-azure: subscription Pay as you go (0aa), as ada@example.com")


def test_a_subscription_of_the_environment_replaces_that_of_az(checkout: InfraCheckout) -> None:
    """The provider reads ARM_SUBSCRIPTION_ID too."""
    write_az(checkout, f"echo '{SHOWN}'")
    assert "subscription 0bb of ARM_SUBSCRIPTION_ID" in last_line(checkout, 0, ARM_SUBSCRIPTION_ID="0bb")


def test_without_az_the_line_has_the_fix(checkout: InfraCheckout) -> None:
    """Not an error of the provider below a plan."""
    line = last_line(checkout, 30)
    assert "az is not installed. Cure: install the Azure CLI (https://" in line
    assert line.endswith("then az login.")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'ERROR: Please run az login' >&2; exit 1", "az is not signed in. Cure: az login."),
        ("echo '[]'", "the answer of `az account show` is not valid. Cure: update az."),
    ],
)
def test_what_az_refuses_is_one_line(checkout: InfraCheckout, script: str, reason: str) -> None:
    """With its fix."""
    write_az(checkout, script)
    assert reason in last_line(checkout, 30)


@pytest.mark.parametrize("name", OTHER_IDENTITIES)
def test_an_identity_of_the_provider_needs_no_az(checkout: InfraCheckout, name: str) -> None:
    """A runner signs in as a service principal."""
    assert f"by the variable {name}" in last_line(checkout, 0, **{name: "x"})
