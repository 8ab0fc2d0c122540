"""Tests that no file contains a machine's path, a package index or a secret."""

from __future__ import annotations

import re

import pytest

from seatrial.secret_patterns import FORMATS
from unit.repository.project import ROOT, tracked

# Split, so that the test does not find its own list.
HOSTS = [
    ".".join(words)
    for words in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("proxy", "golang", "org"),
        ("sum", "golang", "org"),
        ("deb", "debian", "org"),
        ("registry", "npmjs", "org"),
        ("crates", "io"),
        ("maven", "org"),
    )
]
# The search is by line, so the key itself, which is on the lines below, is not in this expression.
PRIVATE_KEY = "^-----BEGIN [A-Z ]*PRIVATE" + " KEY-----"
SECRETS = {**FORMATS, "a private key": PRIVATE_KEY}
MACHINE = r"(?<![\w.$}])/(?:work/(?:main|shared|\.)|" + r"root/\.|home/\w+/|tmp/bash" + r"_jobs)"


def found(pattern: str, except_name: str = " ") -> list[str]:
    """Return `path:line` of each match in tracked files, except in files named `except_name`."""
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.name != except_name
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if re.search(pattern, line)
    ]


@pytest.mark.parametrize("host", HOSTS)
def test_no_package_index_is_named(host: str) -> None:
    """The client's own configuration selects the package index."""
    assert found(rf"(?<![\w.-]){re.escape(host)}") == []


def test_no_path_of_a_machine_occurs() -> None:
    """A checkout works in every directory of every machine; a Dockerfile's paths are those of its image."""
    assert found(MACHINE, except_name="Dockerfile") == []


@pytest.mark.parametrize("kind", SECRETS)
def test_no_secret_is_committed(kind: str) -> None:
    """No private key, account key or token is in the repository."""
    assert found(SECRETS[kind]) == []


def test_the_path_pattern_matches_a_path() -> None:
    """The pattern matches paths of a machine, and no other text."""
    assert re.search(MACHINE, "see " + "/work" + "/main/x")
    assert re.search(MACHINE, '"' + "/root" + '/.pyenv"')
    assert not re.search(MACHINE, "the /work of others")
