"""Fixtures that run workflows on the local cloud."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from github_api import serving_github
from integration.workflows.act import WorkflowRunner
from seatrial.release.target import open_target
from seatrial.settings import Settings, load
from seatrial.stages.history import HistoryRow
from seatrial.stages.history import history as history_of
from seatrial.system import SERVICES
from seatrial.workspace import Workspace

ROOT = Path(__file__).resolve().parents[3]
KEPT_TESTS = (
    "tests/unit/repository/[!t]*.py",
    "tests/unit/repository/test_order.py",
    "tests/unit/seatrial/conftest.py",
    "tests/integration/image",
    "tests/e2e/release/test_release.py",
)


def git(*words: str) -> None:
    """Run git with a fixed author."""
    author = ["-c", "user.name=tests", "-c", "user.email=tests@seatrial.test"]
    subprocess.run(["git", *author, *words], check=True, capture_output=True, timeout=60)


def git_output(folder: Path, *words: str) -> str:
    """Run git in a folder and return what it prints."""
    done = subprocess.run(
        ["git", "-C", str(folder), *words], check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip()


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The settings of the running instance; fails if there is none."""
    workspace = Workspace(ROOT, os.environ.get("SEATRIAL_INSTANCE", "test"))
    if not (workspace.directory / "local.toml").exists():
        pytest.fail(f"instance {workspace.instance} is not running: make up INSTANCE={workspace.instance}")
    return load(workspace)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose head is this working tree, untracked files included.

    It has the tests that stages run and mypy checks, and few others, so that its workflows stay short.
    """
    target = tmp_path / "repository"
    git("clone", "-q", "--shared", "--no-checkout", str(ROOT), str(target))
    git("--git-dir", f"{target}/.git", "--work-tree", str(ROOT), "add", "--all")
    typed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["files"]
    typed.remove("tests/e2e")
    # In the magic `glob` a `*` does not match a `/`; a directory needs `/**`.
    kept = [f"{path}/**" if (ROOT / path).is_dir() else path for path in (*KEPT_TESTS, *typed)]
    others = [
        "tests/unit",
        "tests/integration",
        ":(glob)tests/e2e/release/test_*.py",
        *(f":(exclude,glob){path}" for path in kept),
    ]
    git("-C", str(target), "rm", "-rq", "--cached", *others)
    git("-C", str(target), "commit", "-q", "-m", "the working tree under test")
    git("-C", str(target), "reset", "-q", "--hard")
    remove_queues(target)
    return target


def remove_queues(repository: Path) -> None:
    """Commit the workflows without `queue`, which GitHub and actionlint know, and act does not."""
    for path in (repository / ".github" / "workflows").glob("*.yml"):
        path.write_text(re.sub(r"^ +queue: max\n", "", path.read_text(), flags=re.M))
    git("-C", str(repository), "commit", "-q", "-am", "workflows for act")


@pytest.fixture
def runner(repository: Path, tmp_path: Path) -> Iterator[WorkflowRunner]:
    """A runner without variables for store, registry and cluster, with a server that stands in for GitHub."""
    cache = {"MYPY_CACHE_DIR": str(ROOT / ".mypy_cache")}
    with serving_github() as github:
        yield WorkflowRunner(repository, ROOT / ".venv", tmp_path, github, environment=cache)


@pytest.fixture
def connected(runner: WorkflowRunner, settings: Settings) -> WorkflowRunner:
    """The runner with the store, registry and cluster of the running instance."""
    runner.variables = {
        "STORE": settings.store.url,
        "REGISTRY": settings.registry.address,
        "KUBECONTEXT": settings.cluster.context,
    }
    runner.environment = {**runner.environment, **instance_settings(settings)}
    return runner


@pytest.fixture
def live_version(settings: Settings) -> Callable[[], dict[str, dict[str, str]]]:
    """A function that returns `/version` of the live endpoint of staging."""
    workspace = Workspace(ROOT, os.environ.get("SEATRIAL_INSTANCE", "test"))

    def get_version() -> dict[str, dict[str, str]]:
        url = open_target(settings, workspace, "staging", SERVICES, patience=10).url()
        found: dict[str, dict[str, str]] = requests.get(f"{url}/version", timeout=10).json()
        return found

    return get_version


@pytest.fixture
def history(settings: Settings) -> Callable[[str], tuple[HistoryRow, ...]]:
    """A function that returns the releases of an environment, newest first."""
    workspace = Workspace(ROOT, os.environ.get("SEATRIAL_INSTANCE", "test"))
    return lambda env: history_of(settings, workspace, env).releases


def instance_settings(settings: Settings) -> dict[str, str]:
    """Return the settings of the instance that a runner needs beside the addresses."""
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
