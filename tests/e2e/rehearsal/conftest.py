"""Fixtures: somebody's cloud, and the checkout of its user, in which another local cloud is in force."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from e2e.rehearsal.fake_az import write_az
from e2e.rehearsal.fake_infra import write_infra
from e2e.rehearsal.other_cloud import HOST, OtherCloud, start, stop
from e2e.rehearsal.public_dns import public_dns
from e2e.release.model_checkout import ModelCheckout, copy_checkout
from seatrial.workspace import find


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OtherCloud]:
    """A second local cloud, removed afterwards."""
    found = start(find(os.environ.get("SEATRIAL_INSTANCE", "test")), tmp_path_factory.mktemp("cloud"))
    write_az(found.folder)
    found.let_nodes_pull()
    try:
        with public_dns(HOST, found.address) as port:
            yield replace(found, dns_port=port)
    finally:
        stop(found)


@pytest.fixture
def new_checkout(cloud: OtherCloud, tmp_path: Path) -> ModelCheckout:
    """A checkout of a repository at GitHub, of somebody with an empty subscription."""
    instance = find(os.environ.get("SEATRIAL_INSTANCE", "test"))
    copied = copy_checkout(instance, tmp_path / "checkout")
    copied.workspace.git("remote", "add", "origin", "https://github.com/acme/seatrial.git")
    (copied.workspace.root / ".venv").symlink_to(Path(sys.prefix))
    write_infra(cloud.folder, cloud.outputs)
    return copied


@pytest.fixture(scope="module")
def checkout(cloud: OtherCloud, tmp_path_factory: pytest.TempPathFactory) -> ModelCheckout:
    """A checkout with one commit, whose local.toml is that of the tests' instance."""
    instance = find(os.environ.get("SEATRIAL_INSTANCE", "test"))
    copied = copy_checkout(instance, tmp_path_factory.mktemp("user") / "checkout")
    (copied.workspace.root / ".venv").symlink_to(Path(sys.prefix))
    return copied
