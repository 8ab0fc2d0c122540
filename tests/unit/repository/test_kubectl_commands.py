"""A kubectl command in a message works as printed: it names the kubeconfig and the context."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from seatrial.kubectl_command import kubectl
from unit.repository.project import ROOT

VERBS = "-n|--namespace|apply|cordon|create|delete|describe|drain|edit|get|label|logs|patch|rollout|uncordon"
BARE = re.compile(rf"kubectl (?:{VERBS})\b")
SOURCES = sorted((ROOT / "src").glob("[sl]*/**/*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_message_has_the_cluster_of_its_kubectl_command(path: Path) -> None:
    """It is `Cluster.kubectl`, or has --kubeconfig: the context is in no default file in most cases."""
    tree = ast.parse(path.read_text())
    documented = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    texts = [each for each in ast.walk(tree) if isinstance(each, ast.Constant) and id(each) not in documented]
    assert [each.value for each in texts if BARE.search(str(each.value))] == []


@pytest.mark.parametrize(
    ("kubeconfig", "expected"),
    [
        ("", "kubectl --context aks"),
        ("/a b/kube config", "kubectl --kubeconfig '/a b/kube config' --context aks"),
    ],
)
def test_a_command_can_be_typed_as_printed(kubeconfig: str, expected: str) -> None:
    """A path with a blank is quoted; the user's default file needs no option."""
    assert kubectl(kubeconfig, "aks") == expected
