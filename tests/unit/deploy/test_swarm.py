"""The stack file for Docker Swarm is valid, and has the limits of the Deployment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
STACK = ROOT / "deploy" / "swarm" / "stack.yml"


@pytest.fixture
def service() -> dict[str, Any]:
    """The service in the stack file."""
    return dict(yaml.safe_load(STACK.read_text())["services"]["classifier"])


@pytest.fixture
def deployment() -> dict[str, Any]:
    """The pod template of the Deployment."""
    text = (ROOT / "deploy" / "base" / "slot" / "deployment.yaml").read_text()
    return dict(yaml.safe_load(text)["spec"]["template"]["spec"])


def test_it_has_the_limits_of_the_deployment(service: dict[str, Any], deployment: dict[str, Any]) -> None:
    """User, port, drain file, time to stop and memory are those of a pod."""
    security, (container,) = deployment["securityContext"], deployment["containers"]
    assert service["user"] == f"{security['runAsUser']}:{security['runAsGroup']}"
    assert service["read_only"] is container["securityContext"]["readOnlyRootFilesystem"]
    assert service["cap_drop"] == container["securityContext"]["capabilities"]["drop"]
    assert [port["target"] for port in service["ports"]] == [
        port["containerPort"] for port in container["ports"] if port["name"] == "http"
    ]
    assert service["stop_grace_period"] == f"{deployment['terminationGracePeriodSeconds']}s"
    drain = {each["name"]: each["value"] for each in container["env"]}["SEATRIAL_DRAIN_FILE"]
    assert service["environment"]["SEATRIAL_DRAIN_FILE"] == drain
    assert service["deploy"]["resources"]["reservations"]["memory"] == "288M"
    assert container["resources"]["requests"]["memory"] == "288Mi"


def test_its_health_check_asks_the_admin_port(service: dict[str, Any], deployment: dict[str, Any]) -> None:
    """The port of the probes is not published."""
    (container,) = deployment["containers"]
    (admin,) = [port["containerPort"] for port in container["ports"] if port["name"] == "admin"]
    assert f"127.0.0.1:{admin}/readyz" in service["healthcheck"]["test"][-1]
    assert admin not in [port["target"] for port in service["ports"]]


@pytest.mark.parametrize(
    ("old", "new"),
    [("", ""), ("    ports:", "    port:"), ("failure_action: rollback", "failure: rollback")],
)
def test_the_schema_of_compose_files_accepts_it(tmp_path: Path, old: str, new: str) -> None:
    """The file is valid, and a planted error is refused."""
    changed = tmp_path / "stack.yml"
    changed.write_text(STACK.read_text().replace(old, new) if old else STACK.read_text())
    program = Path(sys.executable).with_name("check-jsonschema")
    argv = [str(program), "--builtin-schema", "vendor.compose-spec", str(changed)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    assert (done.returncode == 0) is (not old), done.stdout + done.stderr
