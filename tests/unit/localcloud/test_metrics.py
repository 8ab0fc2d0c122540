# ruff: noqa: ARG002, ARG005
"""The deployment of metrics-server."""

from __future__ import annotations

import json
from importlib.resources import files
from types import SimpleNamespace
from typing import Any

import kubernetes_validate
import pytest
import yaml

from localcloud.errors import LocalcloudError
from localcloud.parts import metrics

IMAGE = "seatrial/metrics:0123456789abcdef"


class FakeNode:
    """A node that records commands and the version that was applied."""

    name = "node"

    def __init__(self, refuses: str = "") -> None:
        self.refused, self.ran, self.known = refuses, [], {}  # type: ignore[var-annotated]

    def exec_run(self, words: list[str], demux: bool = False) -> Any:
        """Record a command and return its result."""
        self.ran.append(" ".join(words))
        if self.refused and self.refused in self.ran[-1]:
            return SimpleNamespace(exit_code=1), (b"", b"no")
        if "get" in words:
            return (0, (json.dumps(self.known).encode(), b"")) if self.known else (1, (b"", b"not found"))
        return 0, (b"", b"")

    def put_archive(self, path: str, data: Any) -> bool:
        """Record a file. A manifest counts as applied."""
        content = data if isinstance(data, bytes) else data.read()
        self.ran.append(f"put {len(content)}")
        if b"kind: Deployment" in content:
            text = content.decode(errors="ignore")
            version = text.partition('localcloud/version: "')[2].partition('"')[0]
            self.known = {"metadata": {"labels": {"localcloud/version": version}}}
        return True


@pytest.fixture
def client() -> Any:
    """Return the client of an engine that has the image."""
    image = SimpleNamespace(save=lambda named: iter([b"layer"]))
    return SimpleNamespace(images=SimpleNamespace(get=lambda name: image))


def test_the_image_is_imported_before_the_manifest_and_once(client: Any) -> None:
    """The node has the image when the pod starts; a second call changes nothing."""
    node = FakeNode()
    metrics.ensure(client, IMAGE, node)  # type: ignore[arg-type]
    words = [each for each in node.ran if "import" in each or "apply" in each]
    assert ["import" in words[0], "apply" in words[1], len(words)] == [True, True, 2]
    node.ran.clear()
    metrics.ensure(client, IMAGE, node)  # type: ignore[arg-type]
    assert len(node.ran) == 1


def test_a_changed_image_is_deployed(client: Any) -> None:
    """Another image replaces the deployed one."""
    node = FakeNode()
    metrics.ensure(client, IMAGE, node)  # type: ignore[arg-type]
    metrics.ensure(client, "seatrial/metrics:other", node)  # type: ignore[arg-type]
    assert sum("import" in each for each in node.ran) == 2


def test_the_archive_is_removed_after_a_failure(client: Any) -> None:
    """If the import fails, no manifest is applied and the archive is removed."""
    node = FakeNode(refuses="import")
    with pytest.raises(LocalcloudError, match="ctr images import"):
        metrics.ensure(client, IMAGE, node)  # type: ignore[arg-type]
    assert node.ran[-1] == "rm -f /kind/seatrial-metrics-0123456789abcdef.tar"
    assert not any("apply" in each for each in node.ran)


@pytest.mark.parametrize("version", ["1.34", "1.37"])
def test_the_manifest_is_valid_and_restricted(version: str) -> None:
    """Each object is valid; the pod is non-root and read-only, and its image is never pulled."""
    text = (files("localcloud.parts") / "manifests" / "metrics.yaml").read_text(encoding="utf-8")
    documents = list(yaml.safe_load_all(text.replace("VERSION", '"1"').replace("IMAGE", IMAGE)))
    for document in documents:
        if document["kind"] != "APIService":
            kubernetes_validate.validate(document, version, strict=True)
    pod = next(each for each in documents if each["kind"] == "Deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["image"] == IMAGE
    assert container["imagePullPolicy"] == "Never"
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    limits = dict(word.removeprefix("--").split("=") for word in container["args"] if "=" in word)
    assert int(limits["kubelet-request-timeout"][:-1]) < int(limits["metric-resolution"][:-1])
