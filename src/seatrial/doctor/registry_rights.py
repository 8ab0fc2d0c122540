"""What this user and the nodes' login may do in the registry of an environment."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from seatrial.doctor.finding import Finding
from seatrial.errors import SeatrialError
from seatrial.image.pull_login import find_pull_login, require_pull_only
from seatrial.image.registry import RegistryClient, Repository
from seatrial.image.registry_rights import may_pull, may_push
from seatrial.settings import Settings


def check_registry_rights(settings: Settings, environment: str) -> Iterator[Finding]:
    """Yield whether images can be pulled and pushed, and whether the nodes' login can pull.

    Nothing without a registry. To try a push, an upload is started and cancelled. Without a login of their
    own for the nodes there is no finding about it: see `check_pulls`.
    """
    registry = settings.registry_of(environment)
    if not registry.address:
        return
    name = f"{registry.address}/{registry.repository}"

    def repository() -> Repository:
        # A client for each right: a token for pulling is no evidence about pushing.
        return Repository(RegistryClient(registry), registry.repository)

    login = f"docker login {registry.address} as a user who can"
    yield _tried(
        "registry, pull", lambda: may_pull(repository()), f"images of {name} can be pulled", f"{login} pull"
    )
    yield _tried(
        "registry, push",
        lambda: may_push(repository()),
        f"images can be pushed to {name}",
        f"only push and a promotion to another registry need this right: {login} push",
    )
    if registry.pull_config_dir:
        yield _pull_login(settings, environment)


def _tried(what: str, attempt: Callable[[], bool], found: str, fix: str) -> Finding:
    try:
        allowed = attempt()
    except SeatrialError as error:
        return Finding(what, "missing", error.message, error.hint)
    if allowed:
        return Finding(what, "ok", found)
    return Finding(what, "missing", found.replace(" can be ", " cannot be "), fix)


def _pull_login(settings: Settings, environment: str) -> Finding:
    what, registry = "nodes, login", settings.registry_of(environment)
    try:
        if login := find_pull_login(registry):
            require_pull_only(registry, login)
    except SeatrialError as error:
        return Finding(what, "missing", error.message, error.hint)
    return Finding(what, "ok", "the login of registry.pull_config_dir can pull and cannot push")
