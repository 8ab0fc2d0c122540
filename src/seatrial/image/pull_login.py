"""The login for nodes: it must be able to pull, and must not be able to push.

An account that may create pods in a namespace can read the pull secret there.
"""

from __future__ import annotations

from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.image.credentials import Credentials, find_credentials
from seatrial.image.registry import RegistryClient, Repository
from seatrial.image.registry_rights import UnclearRightError, may_pull, may_push
from seatrial.settings import Registry

CREATE_ONE = "create a login that can only pull, as in docs/reference/environments.md"


def find_pull_login(registry: Registry) -> Credentials | None:
    """Return the login in `pull_config_dir`, or None if that setting is empty.

    Raises UsageError if there is no user and password for the registry's address.
    """
    if not registry.pull_config_dir:
        return None
    login = find_credentials(registry.model_copy(update={"config_dir": registry.pull_config_dir}))
    if not (login.user and login.password):
        raise UsageError(
            f"registry.pull_config_dir has no user and password for {registry.address}",
            f"docker --config {registry.pull_config_dir} login {registry.address}",
        )
    return login


def require_pull_only(registry: Registry, login: Credentials) -> None:
    """Return if a login can pull from the registry's repository and cannot push to it.

    Pulling is tried at the address where nodes pull; pushing is tried there and at the registry's own, by
    starting an upload, which is cancelled. Raises RefusedError if it cannot pull or can push, OutsideError
    if a registry does not answer, or answers neither yes nor no.
    """
    addresses = dict.fromkeys((registry.pull_address or registry.address, registry.address))
    _require_pull(_repository(registry, next(iter(addresses)), login))
    for address in addresses:
        # With a client of its own: a token for pulling is no evidence about pushing.
        _refuse_push(_repository(registry, address, login))


def _repository(registry: Registry, address: str, login: Credentials) -> Repository:
    client = RegistryClient(registry.model_copy(update={"address": address}), login)
    return Repository(client, registry.repository)


def _require_pull(target: Repository) -> None:
    if not may_pull(target):
        message = f"the login in registry.pull_config_dir cannot pull from {_name(target)}"
        raise RefusedError(message, CREATE_ONE)


def _refuse_push(target: Repository) -> None:
    try:
        allowed = may_push(target)
    except UnclearRightError as error:
        raise OutsideError(
            f"the registry returned status {error.status} when the login in registry.pull_config_dir "
            f"was tried with a push to {_name(target)}",
            "if the repository does not exist, push an image first; then make bootstrap",
        ) from error
    if allowed:
        raise RefusedError(f"the login in registry.pull_config_dir can push to {_name(target)}", CREATE_ONE)


def _name(target: Repository) -> str:
    return f"{target.client.registry.address}/{target.repository}"
