"""Fixtures: the overlay of each environment, rendered as a release renders it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from seatrial import kustomize
from seatrial.image_reference import ImageReference
from seatrial.kube.render import Candidate, Renderer
from seatrial.settings import Settings, load
from seatrial.workspace import Workspace
from shipped_settings import shipped

Manifests = list[dict[str, Any]]

ROOT = Path(__file__).parents[3]
ENVIRONMENTS = ("local", "staging", "production")
REFERENCE = "127.0.0.1:5000/classifier@sha256:" + "b" * 64


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A checkout with the project's settings and overlays, without a local cloud."""
    root = tmp_path_factory.mktemp("checkout")
    (root / "seatrial.toml").write_text(shipped((ROOT / "seatrial.toml").read_text()))
    (root / "deploy").symlink_to(ROOT / "deploy")
    return Workspace(root, "trial")


@pytest.fixture(scope="session")
def settings(workspace: Workspace) -> Settings:
    """The project's settings."""
    return load(workspace)


@pytest.fixture(scope="session")
def rendered(workspace: Workspace, settings: Settings) -> dict[str, dict[str, Manifests]]:
    """The manifests of the fourth release of each environment, in slot green, by environment and part."""

    def render(name: str) -> dict[str, Manifests]:
        return _parts(Renderer(workspace, settings.environment(name), kustomize.build, settings.pod), name)

    with ThreadPoolExecutor(len(ENVIRONMENTS)) as pool:
        return dict(zip(ENVIRONMENTS, pool.map(render, ENVIRONMENTS), strict=True))


def _parts(renderer: Renderer, name: str) -> dict[str, Manifests]:
    candidate = Candidate(f"{name}-4", name, "green", ImageReference.parse(REFERENCE), 3)
    return {
        "environment": renderer.namespace(),
        "slot": renderer.slot(candidate),
        "shared": renderer.shared(candidate),
        "preview": renderer.preview(candidate),
    }
