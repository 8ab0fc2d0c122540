"""The login for nodes, tried at a registry whose users have rights, with Basic and with Bearer access."""

from __future__ import annotations

from pathlib import Path

import pytest

from rights_registry import PULL, PUSH, RightsRegistry, serving_registry, write_login
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.image.credentials import Credentials
from seatrial.image.pull_login import find_pull_login, require_pull_only
from seatrial.settings import Registry

RIGHTS = {"nodes:pull-word": {PULL}, "ci:push-word": {PULL, PUSH}, "other:no-word": set[str]()}
NODES = Credentials("nodes", "pull-word")
CI = Credentials("ci", "push-word")
ACCESS = pytest.mark.parametrize("tokens", [False, True], ids=["basic", "bearer"])


def settings_of(registry: RightsRegistry, **changes: str) -> Registry:
    """Return the settings of a registry."""
    return Registry(address=registry.address, insecure=True, repository="classifier", **changes)


@ACCESS
def test_a_login_that_can_only_pull_is_accepted(tokens: bool) -> None:
    """The repository and the tag need not exist, and nothing is left at the registry."""
    with serving_registry(RightsRegistry(RIGHTS, tokens=tokens)) as registry:
        require_pull_only(settings_of(registry), NODES)
    assert any(request.startswith("POST /v2/classifier/blobs/uploads/") for request in registry.requests)
    assert not registry.open_uploads


@ACCESS
def test_a_login_that_can_push_is_refused(tokens: bool) -> None:
    """The refusal is one line with the fix and without the password; the started upload is cancelled."""
    with (
        serving_registry(RightsRegistry(RIGHTS, tokens=tokens)) as registry,
        pytest.raises(RefusedError, match=r"can push to 127\.0\.0\.1:[0-9]+/classifier$") as refused,
    ):
        require_pull_only(settings_of(registry), CI)
    assert registry.requests[-1] == "DELETE /v2/classifier/blobs/uploads/one"
    assert not registry.open_uploads
    assert "can only pull" in refused.value.hint
    assert "push-word" not in f"{refused.value.message}{refused.value.hint}{refused.value.log}"


@ACCESS
@pytest.mark.parametrize("login", [Credentials("nodes", "wrong"), Credentials("other", "no-word")])
def test_a_login_that_cannot_pull_is_refused(tokens: bool, login: Credentials) -> None:
    """A wrong password, and a user without rights, are found before a node needs them."""
    with (
        serving_registry(RightsRegistry(RIGHTS, tokens=tokens)) as registry,
        pytest.raises(RefusedError, match="cannot pull from"),
    ):
        require_pull_only(settings_of(registry), login)


def test_pushing_is_tried_at_the_registry_too() -> None:
    """A login that cannot push where nodes pull, but can at the registry's own address, is refused."""
    with (
        serving_registry(RightsRegistry(RIGHTS)) as registry,
        serving_registry(RightsRegistry({"ci:push-word": {PULL}})) as mirror,
        pytest.raises(RefusedError, match=f"can push to {registry.address}"),
    ):
        require_pull_only(settings_of(registry, pull_address=mirror.address), CI)


def test_pulling_is_tried_where_nodes_pull() -> None:
    """A login that exists only at the nodes' endpoint is accepted, as on the local cloud."""
    with (
        serving_registry(RightsRegistry({"ci:push-word": {PULL, PUSH}})) as registry,
        serving_registry(RightsRegistry({"nodes:pull-word": {PULL}})) as mirror,
    ):
        require_pull_only(settings_of(registry, pull_address=mirror.address), NODES)


def test_a_registry_that_only_reads_refuses_by_405() -> None:
    """Distribution has this response for every user when it is read-only."""
    with serving_registry(RightsRegistry(RIGHTS, statuses={"POST": 405})) as registry:
        require_pull_only(settings_of(registry), CI)


@pytest.mark.parametrize("status", [200, 307, 400, 404, 429, 500, 503])
def test_an_unclear_response_is_no_proof(status: int) -> None:
    """Only a refusal proves that a login cannot push; other responses are an error of the registry."""
    with (
        serving_registry(RightsRegistry(RIGHTS, statuses={"POST": status})) as registry,
        pytest.raises(OutsideError, match=f"returned status {status}"),
    ):
        require_pull_only(settings_of(registry), CI)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_token_service_that_fails_is_no_proof(status: int) -> None:
    """A token service that is down has not refused the login."""
    with (
        serving_registry(RightsRegistry(RIGHTS, tokens=True, token_status=status)) as registry,
        pytest.raises(OutsideError, match=f"returned status {status}"),
    ):
        require_pull_only(settings_of(registry), CI)


def test_an_upload_elsewhere_is_not_cancelled() -> None:
    """The login is not sent to another host, and is refused all the same."""
    elsewhere = RightsRegistry(RIGHTS)
    with (
        serving_registry(elsewhere),
        serving_registry(RightsRegistry(RIGHTS, location=f"http://{elsewhere.address}/v2/x")) as registry,
        pytest.raises(RefusedError, match="can push"),
    ):
        require_pull_only(settings_of(registry), CI)
    assert not elsewhere.requests


def test_a_failed_cancellation_does_not_hide_the_refusal() -> None:
    """A registry that cannot cancel an upload does not make a login acceptable."""
    with (
        serving_registry(RightsRegistry(RIGHTS, statuses={"DELETE": 500})) as registry,
        pytest.raises(RefusedError, match="can push"),
    ):
        require_pull_only(settings_of(registry), CI)


def test_the_login_is_that_of_the_nodes(tmp_path: Path) -> None:
    """The pipeline's own login is never taken in its place; without the setting there is none."""
    own = write_login(tmp_path / "own", "r.test", "ci:push-word")
    nodes = write_login(tmp_path / "nodes", "r.test", "nodes:pull-word")
    registry = Registry(address="r.test", config_dir=str(own))
    assert find_pull_login(registry) is None
    assert find_pull_login(registry.model_copy(update={"pull_config_dir": str(nodes)})) == NODES


@pytest.mark.parametrize("text", [None, "{}", '{"auths": {"r.test": {"identitytoken": "t"}}}'])
def test_a_directory_without_user_and_password_is_wrong_usage(tmp_path: Path, text: str | None) -> None:
    """A missing file or entry, and an identity token, which nodes cannot use, name the setting."""
    if text:
        (tmp_path / "config.json").write_text(text)
    with pytest.raises(UsageError, match=r"registry\.pull_config_dir has no user and password for r\.test"):
        find_pull_login(Registry(address="r.test", pull_config_dir=str(tmp_path)))
