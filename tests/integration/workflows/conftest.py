"""A runner for workflows, on the parts that are already up."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from integration.workflows.act import Runner
from seatrial.release.target import open_target
from seatrial.settings import Settings, load
from seatrial.stages.history import HistoryRow
from seatrial.stages.history import history as history_of
from seatrial.workspace import Workspace

ROOT = Path(__file__).resolve().parents[3]
KEPT = ("tests/unit/house/project.py", "tests/unit/house/test_order.py", "tests/integration/image")


def git(*words: str) -> None:
    """Run git with an author of its own, whatever this machine knows of one."""
    who = ["-c", "user.name=tests", "-c", "user.email=tests@seatrial.test"]
    subprocess.run(["git", *who, *words], check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The settings of the instance that is up; without one there is nothing to test on."""
    workspace = Workspace(ROOT, os.environ.get("SEATRIAL_INSTANCE", "test"))
    if not (workspace.directory / "local.toml").exists():
        pytest.fail(f"instance {workspace.instance} is not up; cure: make up INSTANCE={workspace.instance}")
    return load(workspace)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose head is this working tree as it is, untracked files included.

    Of its tests it keeps those that the stages run, and one of the units': the others run on their own.
    """
    target = tmp_path / "repository"
    git("clone", "-q", "--shared", "--no-checkout", str(ROOT), str(target))
    git("--git-dir", f"{target}/.git", "--work-tree", str(ROOT), "add", "--all")
    others = ["tests/unit", "tests/integration", *(f":!{path}" for path in KEPT)]
    git("-C", str(target), "rm", "-rq", "--cached", *others)
    git("-C", str(target), "commit", "-q", "-m", "the working tree under test")
    git("-C", str(target), "reset", "-q", "--hard")
    return target


@pytest.fixture
def runner(repository: Path, tmp_path: Path) -> Runner:
    """A runner with no part of anybody's configured."""
    return Runner(
        repository, ROOT / ".venv", tmp_path, environment={"MYPY_CACHE_DIR": str(ROOT / ".mypy_cache")}
    )


@pytest.fixture
def connected(runner: Runner, settings: Settings) -> Runner:
    """The runner, its variables pointing at the parts of the instance that is up."""
    runner.variables = {
        "STORE": settings.store.url,
        "REGISTRY": settings.registry.address,
        "KUBECONTEXT": settings.cluster.context,
    }
    runner.environment = {**runner.environment, **beside_addresses(settings)}
    return runner


@pytest.fixture
def serving(settings: Settings) -> Callable[[], dict[str, dict[str, str]]]:
    """What the live endpoint of staging says of itself, whenever asked."""
    workspace = Workspace(ROOT, os.environ.get("SEATRIAL_INSTANCE", "test"))

    def ask() -> dict[str, dict[str, str]]:
        url = open_target(settings, workspace, "staging", patience=10).url()
        found: dict[str, dict[str, str]] = requests.get(f"{url}/version", timeout=10).json()
        return found

    return ask


@pytest.fixture
def history(settings: Settings) -> Callable[[str], tuple[HistoryRow, ...]]:
    """What was released to an environment, newest first, whenever asked."""
    workspace = Workspace(ROOT, os.environ.get("SEATRIAL_INSTANCE", "test"))
    return lambda env: history_of(settings, workspace, env).releases


def beside_addresses(settings: Settings) -> dict[str, str]:
    """What a runner's own configuration says of the parts beyond their addresses."""
    environments = {
        key: value for key, value in os.environ.items() if key.startswith("SEATRIAL_ENVIRONMENTS__")
    }
    return {
        **environments,
        "SEATRIAL_STORE__ENDPOINT": settings.store.endpoint,
        "SEATRIAL_STORE__KEY_FILE": settings.store.key_file,
        "SEATRIAL_REGISTRY__INSECURE": str(settings.registry.insecure).lower(),
        "SEATRIAL_REGISTRY__CONFIG_DIR": settings.registry.config_dir,
        "SEATRIAL_IMAGE__BASE": settings.image.base,
        "SEATRIAL_CLUSTER__KUBECONFIG": settings.cluster.kubeconfig,
        "SEATRIAL_DNS__SERVER": settings.dns.server,
        "SEATRIAL_DNS__PORT": str(settings.dns.port),
    }
