"""The login of the nodes, at the real pair of registries and in the cluster of the instance."""

from __future__ import annotations

import base64
import os

import pytest

from integration.registry.conftest import ROOT
from seatrial.errors import RefusedError
from seatrial.image.credentials import find_credentials
from seatrial.image.pull_login import find_pull_login, require_pull_only
from seatrial.kube.labels import PULL_SECRET
from seatrial.release.target import open_target
from seatrial.settings import Registry, load
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


def test_the_login_of_the_nodes_can_only_pull(registry: Registry) -> None:
    """It is accepted for a repository that does not exist yet, too."""
    login = find_pull_login(registry)
    assert login
    require_pull_only(registry, login)


def test_the_pipelines_login_is_refused(registry: Registry) -> None:
    """Distribution accepts its upload, so it must not become the pull secret."""
    own = registry.model_copy(update={"pull_config_dir": registry.config_dir, "pull_address": ""})
    login = find_pull_login(own)
    assert login
    with pytest.raises(RefusedError, match="can push to"):
        require_pull_only(own, login)


@pytest.mark.parametrize("env", ["local", "staging", "production"])
def test_no_secret_of_an_environment_has_the_pipelines_login(env: str) -> None:
    """Of every Secret in the namespace none has a login that can push, whichever way it is encoded."""
    workspace = Workspace(ROOT, os.environ.get("SEATRIAL_INSTANCE", "dev"))
    settings = load(workspace)
    target = open_target(settings, workspace, env, SERVICES, patience=10)
    login = find_credentials(settings.registry_of(env))
    encoded = base64.b64encode(f"{login.user}:{login.password}".encode()).decode()
    secrets = target.cluster.list("Secret", target.environment.namespace)
    texts = [base64.b64decode(value).decode() for each in secrets for value in each["data"].values()]
    assert PULL_SECRET in [each["metadata"]["name"] for each in secrets]
    assert login.password
    assert not [text for text in texts if login.password in text or encoded in text]
