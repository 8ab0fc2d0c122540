"""The number of release records that deploy and accept keep. All in virtual time."""

from __future__ import annotations

import pytest

from prediction_server import Behaviour
from seatrial.errors import RefusedError
from virtual_environment import VirtualEnvironment


def test_accept_deletes_the_oldest_records(virtual: VirtualEnvironment) -> None:
    """After an accept, at most `keep_releases` records are left."""
    virtual.configure(keep_releases=2)
    for letter in "abc":
        virtual.release(letter)
    assert virtual.states == {"local-2": "superseded", "local-3": "stable"}


def test_deploy_deletes_the_oldest_records_of_refused_releases(virtual: VirtualEnvironment) -> None:
    """Refused releases do not add up, although no accept follows; the stable release's record is kept."""
    virtual.configure(keep_releases=2)
    virtual.release("a")
    for number, letter in enumerate("bcde", start=2):
        virtual.behaviours[f"local-{number}"] = Behaviour(label="another label")
        with pytest.raises(RefusedError):
            virtual.deploy(virtual.image(letter))
    assert virtual.states == {
        "local-1": "stable",
        "local-3": "refused",
        "local-4": "refused",
        "local-5": "refused",
    }
