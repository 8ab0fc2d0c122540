"""Every program that the pipeline starts has a deadline, and the error names it.

The program of each test hangs together with a child of its own. Their deadlines are shortened.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import yaml

from git_command import git
from infra_checkout import recorded
from localcloud import process as localcloud_process
from localcloud.errors import LocalcloudError
from seatrial import kustomize
from seatrial.azure_devops import authorization
from seatrial.doctor.tools import check_tool
from seatrial.errors import SeatrialError
from seatrial.github_command import GitHubCommand
from seatrial.heartbeat.github import GitHub
from seatrial.image.builder import find_builder
from seatrial.image.credential_helper import ask_helper
from seatrial.infra_outputs.azure_account import account
from seatrial.infra_outputs.cluster_sign_in import sign_in_to_cluster
from seatrial.infra_outputs.state import Outputs, read_outputs
from seatrial.kube.connect import load_context
from seatrial.model.locks.github_pulls import GitHubPullRequests
from seatrial.settings import Store
from seatrial.stores.choose import open_store
from seatrial.wait import until
from seatrial.workspace import Workspace
from unit.repository.project import ROOT

HANGS = '#!/bin/sh\nsleep 600 &\necho $$ $! >> "{pids}"\nwait\n'
SECONDS = 1.0
Use = Callable[[Path], object]


def sign_in(folder: Path) -> object:
    """Load a context whose user signs in with kubelogin."""
    program = {"apiVersion": "client.authentication.k8s.io/v1", "command": "kubelogin"}
    document = {
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:9"}}],
        "users": [{"name": "u", "user": {"exec": {**program, "interactiveMode": "IfAvailable"}}}],
        "contexts": [{"name": "aks", "context": {"cluster": "c", "user": "u"}}],
    }
    (folder / "kubeconfig").write_text(yaml.safe_dump(document))
    return load_context(str(folder / "kubeconfig"), "aks")


def azure_store(_: Path) -> object:
    """Read from a store with the identity of `az login`."""
    return open_store(Store(url="az://account/models")).read("key")


def s3_store(folder: Path) -> object:
    """Read from a store with the credential_process of an AWS profile."""
    (folder / "config").write_text("[default]\ncredential_process = aws-sign-in --profile x\n")
    return open_store(Store(url="s3://bucket/models")).read("key")


# The program that hangs, the module that starts it, and what starts it there.
PROGRAMS: dict[str, tuple[str, str, Use]] = {
    "git": ("git", "workspace", lambda folder: Workspace(folder).commit),
    "git of trace": ("git", "provenance.resolve", lambda folder: Workspace(folder).git("show")),
    "gh": ("gh", "github_command", lambda at: GitHubPullRequests(Workspace(at)).of_models()),
    "gh of infra-outputs": ("gh", "github_command", lambda folder: GitHubCommand(folder, "o/n").get("")),
    "tofu": ("tofu", "infra_outputs.state", read_outputs),
    "az of infra-bootstrap": (
        "az",
        "infra_outputs.cluster_sign_in",
        lambda _: sign_in_to_cluster(Outputs.model_validate(recorded())),
    ),
    "az of infra-plan": ("az", "infra_outputs.azure_account", lambda _: account()),
    "az of Azure DevOps": ("az", "azure_devops", lambda _: authorization("https://dev.azure.com/o/p/", {})),
    "gh of the heartbeat": ("gh", "github_command", lambda folder: GitHub(folder).open_issues()),
    "kubectl": ("kubectl", "kustomize", kustomize.build),
    "docker": ("docker", "image.builder", lambda folder: find_builder([str(folder / "docker")])),
    "credential helper": (
        "docker-credential-made",
        "image.credential_helper",
        lambda folder: ask_helper("made", str(folder)),
    ),
    "kubelogin": ("kubelogin", "sign_in_program", sign_in),
    "az": ("az", "stores.azure_cli", azure_store),
    "credential_process": ("aws-sign-in", "stores.credential_process", s3_store),
}
# They run this interpreter, or report a hanging program as a finding; see the tests below.
OTHERS = {"stages.check", "system.acceptance_suite", "model.inference.alone", "doctor.tools"}


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Shorten every deadline, and return those that were asked for."""
    asked: list[float] = []
    communicate = subprocess.Popen.communicate

    def shortened(
        self: subprocess.Popen[str], input: str | None = None, timeout: float | None = None
    ) -> object:
        if self.args == ["uname", "-p"]:
            # The Azure SDK asks for the processor through the standard library.
            return communicate(self, input, timeout)
        assert timeout is not None, self.args
        asked.append(timeout)
        return communicate(self, input, min(timeout, SECONDS))

    monkeypatch.setattr(subprocess.Popen, "communicate", shortened)
    return asked


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose programs come first on PATH, with no identity but theirs."""
    git(tmp_path, "init", "-q")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.delenv("AZURE_TOKEN_CREDENTIALS", raising=False)
    return tmp_path


def hang(folder: Path, name: str) -> None:
    """Write a program that hangs, with a child."""
    (folder / name).write_text(HANGS.format(pids=folder / "pids"))
    (folder / name).chmod(0o755)


def running(folder: Path) -> list[int]:
    """Return the processes of hanging programs that still run."""
    found = [int(word) for word in (folder / "pids").read_text().split()]
    return [pid for pid in found if psutil.pid_exists(pid) and not _ended(pid)]


def _ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("case", PROGRAMS)
def test_a_program_that_hangs_is_ended_and_named(case: str, place: Path, short: list[float]) -> None:
    """Exit code 30, the name and the fix in one line; neither the program nor its child is left."""
    name, _, use = PROGRAMS[case]
    hang(place, name)
    with pytest.raises(SeatrialError) as raised:
        use(place)
    assert short
    assert max(short) <= 300
    assert raised.value.exit_code == 30
    assert name in raised.value.message
    assert raised.value.hint
    assert "above" not in raised.value.hint
    assert "install gh" not in raised.value.hint
    until("the end of the processes", lambda: True if not running(place) else None, 10)


def test_a_tool_that_hangs_is_a_finding_of_doctor(place: Path, short: list[float]) -> None:
    """Doctor does not end with it, and does not advise to install what is there."""
    hang(place, "make")
    found = check_tool("make")
    assert short
    assert "timed out" in found.detail
    assert "by hand" in found.fix
    until("the end of the processes", lambda: True if not running(place) else None, 10)


def test_a_program_of_the_local_cloud_that_hangs_is_ended(place: Path, short: list[float]) -> None:
    """Its one module for programs does the same."""
    hang(place, "kind")
    with pytest.raises(LocalcloudError, match="kind create cluster timed out") as raised:
        localcloud_process.run(["kind", "create", "cluster"], timeout=5)
    assert short
    assert raised.value.hint
    until("the end of the processes", lambda: True if not running(place) else None, 10)


def test_no_module_starts_a_program_that_these_tests_leave_out() -> None:
    """A new use of a program needs a row here."""
    users = set()
    for path in (ROOT / "src" / "seatrial").rglob("*.py"):
        imported = {
            f"{node.module}.{each.name}"
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom)
            for each in node.names
        }
        if imported & {"seatrial.process.run", "seatrial.process.run_alone", "seatrial.process"}:
            users.add(".".join(path.relative_to(ROOT / "src" / "seatrial").with_suffix("").parts))
    assert users == {module for _, module, _ in PROGRAMS.values()} | OTHERS
