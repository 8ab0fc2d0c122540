"""current over an in-memory cluster and a real HTTP server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prediction_server import Behaviour
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.kube.labels import LIVE
from seatrial.stages.current import current
from seatrial.workspace import Workspace
from served_environment import ServedEnvironment


@pytest.fixture
def stable(served: ServedEnvironment) -> ServedEnvironment:
    """The environment with a stable release that serves."""
    served.deploy(served.image("a"))
    records = served.target.records
    records.move(records.all()[0], "stable")
    return served


def run(served: ServedEnvironment) -> str:
    """Return the output of `current` for the environment."""
    return current(served.settings, served.workspace, "local", served.services)


def test_it_prints_the_address_and_a_command(stable: ServedEnvironment) -> None:
    """The output has the release, its model, its URL, and curl by address and by name with a golden photo."""
    first, by_address, by_name = run(stable).splitlines()
    address = stable.cluster.addresses[LIVE]
    assert first == f"local-1 serves colours 1.0.0 at http://{address}/"
    assert f"@{stable.golden.photos[0].path} http://{address}/predict" in by_address
    assert f"--resolve local.test:80:{address} http://local.test/predict" in by_name


def test_without_a_golden_set_the_command_has_a_placeholder(stable: ServedEnvironment) -> None:
    """A golden set that cannot be loaded does not fail the command."""
    stable.golden_error.append(UsageError("no golden set"))
    assert "--data-binary @photo.jpg" in run(stable)


def test_an_environment_without_a_stable_release_is_refused(served: ServedEnvironment) -> None:
    """A pending release is not accepted yet."""
    served.deploy(served.image("a"))
    with pytest.raises(RefusedError, match="local has no release yet") as caught:
        run(served)
    assert caught.value.hint == "make pipeline ENV=local"


def test_a_release_of_another_working_state_is_refused(stable: ServedEnvironment) -> None:
    """After a change in the checkout, the running release is not the current one."""
    (stable.workspace.root / "app.py").write_text("changed = True\n")
    changed = replace(stable, workspace=Workspace(stable.workspace.root, stable.workspace.instance))
    with pytest.raises(RefusedError, match=r"local runs local-1 of .*, not this working state and lock"):
        run(changed)


def test_a_response_of_another_release_is_refused(served: ServedEnvironment) -> None:
    """If the live Service was changed manually, another release responds."""
    served.release()
    served.deploy(served.image("b"))
    with pytest.raises(RefusedError, match=r"the response of 127\.0\.0\.1:\d+ is not from local-1"):
        run(served)


def test_an_error_response_is_refused(stable: ServedEnvironment) -> None:
    """A release that is not ready is not current."""
    stable.behaviours["local-1"] = Behaviour(status=503)
    with pytest.raises(RefusedError, match="is not from local-1"):
        run(stable)


def test_an_endpoint_that_does_not_respond_is_an_error(stable: ServedEnvironment) -> None:
    """A refused connection has the exit code of a failed service and is not waited for."""
    service = stable.cluster.objects[("Service", LIVE)]
    service["status"] = {"loadBalancer": {"ingress": [{"ip": "127.0.0.1:1"}]}}
    with pytest.raises(OutsideError, match=r"local-1 does not respond at 127\.0\.0\.1:1"):
        run(stable)
