"""The optional overlay with a Gateway and an HTTPRoute, and the names that Azure gives.

Nothing here runs a gateway: the objects are compared with the schemas of Gateway API.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest

from seatrial import kustomize
from seatrial.kube.render import Renderer
from seatrial.settings import Environment, Settings
from seatrial.workspace import Workspace
from unit.deploy.conftest import ROOT, Manifests, _parts

HOST = "staging.example.com"
LABEL = "service.beta.kubernetes.io/azure-dns-label-name"
SCHEMAS = Path(__file__).parent / "gateway-api"


def render(workspace: Workspace, settings: Settings, **changes: Any) -> dict[str, Manifests]:
    """Return the parts of staging with changed settings, in a directory of their own."""
    values = {**settings.environment("staging").model_dump(exclude={"scheme", "port"}), **changes}
    elsewhere = Workspace(workspace.root, f"gateway-{abs(hash(str(changes)))}")
    renderer = Renderer(elsewhere, Environment(**values), kustomize.build, settings.pod)
    return _parts(renderer, "staging")


@pytest.fixture(scope="module")
def parts(workspace: Workspace, settings: Settings) -> dict[str, Manifests]:
    """The overlay with a gateway."""
    return render(workspace, settings, overlay="deploy/overlays/gateway", host=f"https://{HOST}")


def _one(manifests: Manifests, kind: str) -> dict[str, Any]:
    (found,) = [each for each in manifests if each["kind"] == kind]
    return found


def validate(manifest: dict[str, Any]) -> None:
    """Raise jsonschema.ValidationError unless an object of Gateway API matches its schema."""
    schema = json.loads((SCHEMAS / f"{manifest['kind']}.json").read_text())
    jsonschema.validate(manifest, schema)


def test_gateway_and_route_match_the_schemas(parts: dict[str, Manifests]) -> None:
    """Both are objects of Gateway API v1, without unknown fields."""
    gateway = _one(kustomize.build(ROOT / "deploy" / "gateway"), "Gateway")
    for manifest in (gateway, _one(parts["environment"], "HTTPRoute")):
        assert manifest["apiVersion"] == "gateway.networking.k8s.io/v1"
        validate(manifest)


@pytest.mark.parametrize(
    ("field", "value"), [("hostname", ["a"]), ("hostnames", "a"), ("rules", [{"to": 1}])]
)
def test_an_invalid_route_is_refused(parts: dict[str, Manifests], field: str, value: object) -> None:
    """A misspelt field and a wrong type are found."""
    broken = copy.deepcopy(_one(parts["environment"], "HTTPRoute"))
    broken["spec"][field] = value
    with pytest.raises(jsonschema.ValidationError):
        validate(broken)


def test_the_route_leads_from_the_gateway_to_the_live_service(parts: dict[str, Manifests]) -> None:
    """Host, gateway, listener, namespace and port fit together; the switch is the Service's selector."""
    gateway = _one(kustomize.build(ROOT / "deploy" / "gateway"), "Gateway")
    route, live = _one(parts["environment"], "HTTPRoute"), _one(parts["shared"], "Service")
    (parent,), (listener,) = route["spec"]["parentRefs"], gateway["spec"]["listeners"]
    assert (parent["name"], parent["namespace"]) == (
        gateway["metadata"]["name"],
        gateway["metadata"]["namespace"],
    )
    assert parent["sectionName"] == listener["name"]
    allowed = listener["allowedRoutes"]["namespaces"]["selector"]["matchLabels"]
    assert allowed.items() <= _one(parts["environment"], "Namespace")["metadata"]["labels"].items()
    assert route["spec"]["hostnames"] == [HOST]
    (backend,) = route["spec"]["rules"][0]["backendRefs"]
    assert (backend["name"], backend["port"]) == (live["metadata"]["name"], live["spec"]["ports"][0]["port"])
    assert route["metadata"]["namespace"] == live["metadata"]["namespace"]
    assert live["spec"]["selector"]["seatrial.io/slot"] == "green"


def test_the_service_behind_a_gateway_has_no_address_of_its_own(parts: dict[str, Manifests]) -> None:
    """It is valid as a Service of the cluster alone; slot and preview are those of staging."""
    live = _one(parts["shared"], "Service")
    assert live["spec"]["type"] == "ClusterIP"
    assert "externalTrafficPolicy" not in live["spec"]
    assert LABEL not in live["metadata"]["annotations"]
    for manifest in [each for part in parts.values() for each in part if each["kind"] != "HTTPRoute"]:
        kubernetes_validate.validate(manifest, "1.34", strict=True)


@pytest.mark.parametrize(
    ("host", "label"),
    [
        ("mine.westeurope.cloudapp.azure.com", "mine"),
        ("https://mine.westeurope.cloudapp.azure.com", "mine"),
        ("staging.example.com", "seatrial-staging"),
    ],
)
def test_a_host_of_azure_is_the_label_of_the_service(
    workspace: Workspace, settings: Settings, host: str, label: str
) -> None:
    """HOST=LABEL.REGION.cloudapp.azure.com needs neither a DNS zone nor a change of the overlay."""
    live = _one(render(workspace, settings, host=host)["shared"], "Service")
    assert live["metadata"]["annotations"][LABEL] == label
