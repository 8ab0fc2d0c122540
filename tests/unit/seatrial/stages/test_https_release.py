"""Releases to a live address with TLS: a real proxy before the live Service, with a private authority."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from seatrial.analysis.timeline import read_timeline
from seatrial.errors import OutsideError, RefusedError, RolledBackError
from seatrial.kube.labels import LIVE
from seatrial.release.live_probe import live_probe
from seatrial.stages.current import current
from seatrial.wait import until
from served_environment import ServedEnvironment
from tls_proxy import Authority, TlsProxy, tls_proxy

HOST = "staging.example.test"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A private authority."""
    return Authority(tmp_path)


def _configure(served: ServedEnvironment, **changes: object) -> None:
    changed = served.settings.environment("local").model_copy(update=changes)
    served.settings = served.settings.model_copy(update={"environments": {"local": changed}})


@contextmanager
def secured(served: ServedEnvironment, authority: Authority, certificate: Path) -> Iterator[TlsProxy]:
    """Put TLS before the live Service; users send to https://HOST, at the same address."""
    address, _, port = served.cluster.addresses[LIVE].partition(":")
    with tls_proxy(certificate, (address, int(port))) as proxy:
        _set_address(served, address)
        found = {"host": HOST, "scheme": "https", "port": proxy.port, "ca_file": str(authority.path)}
        _configure(served, **found)
        try:
            yield proxy
        finally:
            _set_address(served, f"{address}:{port}")


def _set_address(served: ServedEnvironment, address: str) -> None:
    served.cluster.addresses[LIVE] = address
    if service := served.cluster.objects.get(("Service", LIVE)):
        service["status"] = {"loadBalancer": {"ingress": [{"ip": address}]}}


def test_a_release_is_switched_baked_and_probed_over_https(
    served: ServedEnvironment, authority: Authority
) -> None:
    """Every request to the live address names the host to the server, and the result has the URL by name."""
    with secured(served, authority, authority.issue(HOST)) as proxy:
        deployed = served.deploy(served.image("a"))
        accepted = served.accept()
        served.deploy(served.image("b"))
    assert deployed.url == accepted.url == f"https://{HOST}:{proxy.port}"
    assert served.states == {"local-1": "stable", "local-2": "pending"}
    assert set(proxy.names) == {HOST}
    live = served.suites.requests[1].endpoint
    assert (live.url, live.address, live.ca_file) == (deployed.url, "127.0.0.1", str(authority.path))
    timeline = served.workspace.root / "reports" / served.workspace.instance / "local-2"
    probed = read_timeline(timeline / "meanwhile-timeline.jsonl")
    assert [each.why for each in probed if not each.ok] == []


def test_current_prints_the_name_and_the_authority(served: ServedEnvironment, authority: Authority) -> None:
    """A certificate has no address, so the command sends by name."""
    with secured(served, authority, authority.issue(HOST)) as proxy:
        served.release()
        first, command = current(served.settings, served.workspace, "local", served.services).splitlines()
    assert first.endswith(f"at https://{HOST}:{proxy.port}/")
    assert f"--cacert {authority.path} --resolve {HOST}:{proxy.port}:127.0.0.1 https://{HOST}" in command


def test_an_invalid_certificate_is_refused_before_anything_changes(
    served: ServedEnvironment, authority: Authority
) -> None:
    """With a release that serves, the certificate is checked first: no candidate is started."""
    served.release()
    with (
        secured(served, authority, authority.issue("other.test")),
        pytest.raises(RefusedError, match=f"certificate of {HOST} is for another name: HOST="),
    ):
        served.deploy(served.image("b"))
    assert served.states == {"local-1": "stable"}


def test_a_first_release_with_an_invalid_certificate_is_undone_with_the_reason(
    served: ServedEnvironment, authority: Authority
) -> None:
    """Before it there is no address, so the certificate is met after the switch."""
    with (
        secured(served, authority, authority.issue("other.test")),
        pytest.raises(RolledBackError) as caught,
    ):
        served.deploy(served.image("a"))
    assert "is for another name" in caught.value.hint
    assert served.states == {"local-1": "switched-back"}


def test_the_probe_counts_a_refused_certificate_as_a_failure(
    served: ServedEnvironment, authority: Authority
) -> None:
    """A live address without valid TLS gives no baseline."""
    served.release()
    with secured(served, authority, authority.issue("other.test")):
        record = served.target.records.all()[0].model_copy(update={"previous": "local-1"})
        with live_probe(served.target, record) as probe:
            assert probe.load
            load = probe.load
            until("a failure", lambda: load.result().failures or None, 20, every=0.02)
            assert probe.baseline("local-1", same_model=True) is None
            assert "another name" in load.result().failures[0]


def test_current_reports_a_refused_certificate(served: ServedEnvironment, authority: Authority) -> None:
    """The reason is the certificate's, not that nothing responds."""
    served.release()
    with (
        secured(served, authority, authority.issue("other.test")),
        pytest.raises(OutsideError, match="is for another name"),
    ):
        current(served.settings, served.workspace, "local", served.services)


def test_a_live_address_with_a_gateway_is_that_of_the_host(
    served: ServedEnvironment, authority: Authority
) -> None:
    """With `address = "host"` no Service needs an address: everything goes to what the name resolves to."""
    certificate = authority.issue("localhost")
    with secured(served, authority, certificate) as proxy:
        _configure(served, host="localhost", address="host")
        _set_address(served, "")
        served.deploy(served.image("a"))
        assert served.accept().url == f"https://localhost:{proxy.port}"
    assert (served.suites.requests[1].endpoint.address, set(proxy.names)) == ("", {"localhost"})
