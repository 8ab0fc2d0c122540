"""Nothing committed tells of one machine, one mirror or a secret."""

from __future__ import annotations

import re

import pytest

from unit.repository.project import ROOT, tracked

# Written in pieces, so that this file does not find itself.
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
SECRETS = {
    "private key": "^-----BEGIN [A-Z ]*PRIVATE" + " KEY-----",
    "Azure account key": r"AccountKey=[A-Za-z0-9+/]{40,}",
    "GitHub token": r"\bgh[pousr]_[A-Za-z0-9]{30,}",
}
MACHINE = r"(?<![\w.$}])/(?:work/(?:main|shared|\.)|" + r"root/\.|home/\w+/|tmp/bash" + r"_jobs)"


def found(pattern: str, besides: str = " ") -> list[str]:
    """Where a pattern occurs in text that git has or would add, files of one name left out."""
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.name != besides
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if re.search(pattern, line)
    ]


@pytest.mark.parametrize("host", HOSTS)
def test_no_registry_is_named(host: str) -> None:
    """Packages come from wherever a machine's own clients are told to look."""
    assert found(rf"(?<![\w.-]){re.escape(host)}") == []


def test_no_path_of_one_machine_is_written_down() -> None:
    """What is committed works in any folder of any machine; a Dockerfile's paths are its image's own."""
    assert found(MACHINE, besides="Dockerfile") == []


@pytest.mark.parametrize("kind", SECRETS)
def test_no_secret_is_committed(kind: str) -> None:
    """A secret in git is a secret no more."""
    assert found(SECRETS[kind]) == []


def test_the_pattern_for_paths_finds_one() -> None:
    """The guard itself has been seen refusing."""
    assert re.search(MACHINE, "see " + "/work" + "/main/x")
    assert re.search(MACHINE, '"' + "/root" + '/.pyenv"')
    assert not re.search(MACHINE, "the /work of others")
