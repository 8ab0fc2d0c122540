"""The rights in store and registry that a release to an environment needs, tried without a change."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from rights_registry import PULL, PUSH, RightsRegistry, serving_registry, write_login
from samples import make_settings
from seatrial.doctor.finding import Finding
from seatrial.doctor.registry_rights import check_registry_rights
from seatrial.doctor.store_rights import check_store_rights
from seatrial.settings import Environment, Registry, Settings

HERE = Environment(namespace="here", overlay="deploy/overlays/staging", host="h.test")


def with_store(url: str) -> Settings:
    """Return settings with a store and the environment `here`."""
    return make_settings(url=url).model_copy(update={"environments": {"here": HERE}})


def with_registry(registry: Registry) -> Settings:
    """Return settings with a registry and the environment `here`."""
    return with_store("").model_copy(update={"registry": registry})


def states(findings: Collection[Finding]) -> dict[str, str]:
    """Return the state of each finding by its name."""
    return {finding.what: finding.state for finding in findings}


def test_a_store_with_all_rights_is_ok_and_unchanged(tmp_path: Path) -> None:
    """List, read, publish and record are tried, and nothing is written."""
    (tmp_path / "store").mkdir()
    found = list(check_store_rights(with_store((tmp_path / "store").as_uri()), "here", "colours"))
    assert states(found) == dict.fromkeys(
        ("store, list", "store, read", "store, publish", "store, record"), "ok"
    )
    assert list((tmp_path / "store").iterdir()) == []


def test_a_store_that_refuses_a_write_is_missing_for_that_write_only(tmp_path: Path) -> None:
    """The row has which commands need the right."""
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "models").write_text("a file where the directory should be")
    found = list(check_store_rights(with_store((tmp_path / "store").as_uri()), "here", "colours"))
    assert states(found)["store, publish"] == "missing"
    assert states(found)["store, record"] == "ok"
    assert "only publishing" in next(each.fix for each in found if each.what == "store, publish")


@pytest.mark.parametrize(
    ("given", "pull", "push"),
    [((PULL, PUSH), "ok", "ok"), ((PULL,), "ok", "missing"), ((), "missing", "missing")],
)
@pytest.mark.parametrize("tokens", [False, True])
def test_pull_and_push_are_tried(
    tmp_path: Path, given: tuple[str, ...], pull: str, push: str, *, tokens: bool
) -> None:
    """Each with a request of its own; the upload that was started is cancelled."""
    with serving_registry(RightsRegistry({"me:right": given}, tokens=tokens)) as registry:
        folder = write_login(tmp_path, registry.address, "me:right")
        section = Registry(address=registry.address, insecure=True, config_dir=str(folder))
        found = list(check_registry_rights(with_registry(section), "here"))
    assert states(found) == {"registry, pull": pull, "registry, push": push}
    assert registry.open_uploads == set()
    assert "right" not in "".join(each.detail for each in found)


def test_the_login_of_the_nodes_is_tried_too(tmp_path: Path) -> None:
    """It must pull and must not push, as bootstrap demands."""
    both = {"me:right": (PULL, PUSH), "nodes:their": (PULL, PUSH)}
    with serving_registry(RightsRegistry(both)) as registry:
        mine = write_login(tmp_path / "mine", registry.address, "me:right")
        nodes = write_login(tmp_path / "nodes", registry.address, "nodes:their")
        section = Registry(
            address=registry.address, insecure=True, config_dir=str(mine), pull_config_dir=str(nodes)
        )
        found = list(check_registry_rights(with_registry(section), "here"))
    assert states(found)["nodes, login"] == "missing"
    assert "can push" in found[-1].detail


def test_an_s3_service_that_may_ignore_conditions_keeps_its_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where publishing was refused it is not known that conditions count, so the document is not written."""
    settings = with_store("s3://bucket/prefix")
    fast = settings.store.model_copy(update={"endpoint": "http://127.0.0.1:9"})
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    found = list(check_store_rights(settings.model_copy(update={"store": fast}), "here", "colours"))
    assert states(found)["store, record"] == "later"


def test_without_a_record_in_the_store_no_right_to_write_it_is_needed(tmp_path: Path) -> None:
    """`record_in_store = false` leaves the row out."""
    (tmp_path / "store").mkdir()
    settings = with_store((tmp_path / "store").as_uri())
    environment = replace_record(settings.environment("here"))
    settings = settings.model_copy(update={"environments": {"here": environment}})
    assert "store, record" not in states(list(check_store_rights(settings, "here", "colours")))


def replace_record(environment: Environment) -> Environment:
    """Return an environment that records nothing in the store."""
    return environment.model_copy(update={"record_in_store": False})
