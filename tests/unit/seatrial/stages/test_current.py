"""current over an in-memory cluster."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memory_target import unfenced_records
from prediction_server import Behaviour
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.kube.labels import LIVE
from seatrial.stages.current import current
from seatrial.workspace import Workspace
from virtual_environment import VirtualEnvironment


@pytest.fixture
def stable(virtual: VirtualEnvironment) -> VirtualEnvironment:
    """The environment with a stable release that serves."""
    virtual.deploy(virtual.image("a"))
    records = unfenced_records(virtual.target)
    records.move(records.all()[0], "stable")
    return virtual


def run(virtual: VirtualEnvironment) -> str:
    """Return the output of `current` for the environment."""
    return current(virtual.settings, virtual.workspace, "local", virtual.services)


def test_it_prints_the_address_and_a_command(stable: VirtualEnvironment) -> None:
    """The output has the release, its model, its URL, and curl by address and by name with a golden photo."""
    first, by_address, by_name = run(stable).splitlines()
    address = stable.cluster.addresses[LIVE]
    assert first == f"local-1 serves colours 1.0.0 at http://{address}/"
    assert f"@{stable.golden.photos[0].path} http://{address}/predict" in by_address
    assert f"--resolve local.test:80:{address} http://local.test/predict" in by_name


def test_without_a_golden_set_the_command_has_a_placeholder(stable: VirtualEnvironment) -> None:
    """A golden set that cannot be loaded does not fail the command."""
    stable.golden_error.append(UsageError("no golden set"))
    assert "--data-binary @photo.jpg" in run(stable)


def test_an_environment_without_a_stable_release_is_refused(virtual: VirtualEnvironment) -> None:
    """A pending release is not accepted yet."""
    virtual.deploy(virtual.image("a"))
    with pytest.raises(RefusedError, match="local has no release yet") as caught:
        run(virtual)
    assert caught.value.hint == "make pipeline ENV=local"


def test_a_release_of_another_working_state_is_refused(stable: VirtualEnvironment) -> None:
    """After a change in the checkout, the running release is not the current one."""
    (stable.workspace.root / "app.py").write_text("changed = True\n")
    changed = replace(stable, workspace=Workspace(stable.workspace.root, stable.workspace.instance))
    with pytest.raises(RefusedError, match=r"local runs local-1 of .*, not this working state and lock"):
        run(changed)


def test_a_response_of_another_release_is_refused(virtual: VirtualEnvironment) -> None:
    """If the live Service was changed manually, another release responds."""
    virtual.release()
    virtual.deploy(virtual.image("b"))
    with pytest.raises(RefusedError, match=r"the response of 198\.51\.100\.1 is not from local-1"):
        run(virtual)


def test_an_error_response_is_refused(stable: VirtualEnvironment) -> None:
    """A release that is not ready is not current."""
    stable.behaviours["local-1"] = Behaviour(status=503)
    with pytest.raises(RefusedError, match="is not from local-1"):
        run(stable)


def test_an_endpoint_that_does_not_respond_is_an_error(stable: VirtualEnvironment) -> None:
    """A refused connection has the exit code of a failed service and is not waited for."""
    service = stable.cluster.objects[("Service", LIVE)]
    service["status"] = {"loadBalancer": {"ingress": [{"ip": "127.0.0.1:1"}]}}
    with pytest.raises(OutsideError, match=r"local-1 does not respond at 127\.0\.0\.1:1"):
        run(stable)
