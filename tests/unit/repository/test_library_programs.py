"""The programs that libraries start: botocore and the Kubernetes client wait for theirs without end."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

# What libraries start, and where the pipeline does it itself instead.
LIBRARIES = {
    "kubernetes": {
        "config/exec_provider.py": "kube/sign_in.py runs the program",
        "config/kube_config.py": "kube/sign_in.py refuses cmd-path",
    },
    "azure.identity": {
        "_credentials/azure_cli.py": "stores/azure_cli.py",
        "_credentials/azd_cli.py": "excluded by stores/azure_credentials.py",
        "_credentials/azure_powershell.py": "excluded by stores/azure_credentials.py",
        "_credentials/browser.py": "not in the default chain",
    },
    "msal": {"oauth2cli/authcode.py": "opens a browser: not in the default chain"},
    "botocore": {"credentials.py": "stores/credential_process.py"},
    "docker": {
        "credentials/store.py": "image/credential_helper.py",
        "transport/sshconn.py": "only with use_ssh_client, which is not set",
    },
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_no_library_starts_a_program_that_these_tests_leave_out(library: str) -> None:
    """A new version of a library that starts another one needs a row here."""
    spec = importlib.util.find_spec(library)
    assert spec is not None
    assert spec.submodule_search_locations
    root = Path(spec.submodule_search_locations[0])
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "import subprocess" in path.read_text() and "aio" not in path.parts
    }
    assert found == set(LIBRARIES[library])
