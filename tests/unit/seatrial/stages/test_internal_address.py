"""An environment whose load balancer gives an address of a private network."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.errors import RolledBackError, UsageError
from seatrial.kube.labels import LIVE
from seatrial.live_address import hint_of_private
from seatrial.settings import load
from seatrial.workspace import Workspace
from unit.seatrial.settings_texts import STAGING
from virtual_environment import VirtualEnvironment, VirtualHttp

PRIVATE = "10.224.0.7"


def test_a_release_from_outside_of_the_network_is_undone_with_the_reason(virtual: VirtualEnvironment) -> None:
    """The preview passes through the API server; the switch is seen by nobody out there."""
    virtual.release()
    reached = dict(virtual.cluster.addresses)
    virtual.client = VirtualHttp(virtual.clock, reached, lambda name: virtual.respond(name))
    virtual.cluster.addresses[LIVE] = PRIVATE
    with pytest.raises(RolledBackError, match=f"http://{PRIVATE}: timed out") as raised:
        virtual.deploy(virtual.image("b"))
    assert "address of a private network" in raised.value.hint
    assert "CLUSTER_RUNNER" in raised.value.hint
    assert virtual.live == "local-1"


@pytest.mark.parametrize(
    "url", ["http://20.1.2.3", "http://127.0.0.1:8080", "https://a.example.com", "http://"]
)
def test_only_an_address_of_a_private_network_has_the_hint(url: str) -> None:
    """The local cloud has loopback addresses."""
    assert hint_of_private(url) == ""


def test_a_name_of_a_public_address_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Azure has no such name for an internal address, so nothing would ever resolve."""
    (tmp_path / "seatrial.toml").write_text(STAGING)
    monkeypatch.setenv("SEATRIAL_ENVIRONMENTS__STAGING__HOST", "a-b.westeurope.cloudapp.azure.com")
    monkeypatch.setenv("SEATRIAL_ENVIRONMENTS__STAGING__INTERNAL", "true")
    with pytest.raises(UsageError, match=r"cloudapp\.azure\.com needs a public address"):
        load(Workspace(tmp_path))
