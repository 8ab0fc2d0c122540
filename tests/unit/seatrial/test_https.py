"""HTTPS through a real TLS proxy: the certificate is checked, for a name, at an address."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from prediction_server import Behaviour, Load, cat_photo, serving
from seatrial.analysis.load import LoadGenerator, LoadPlan
from seatrial.http_client import NewConnections, NoResponseError
from seatrial.tls import VARIABLES, certificate_problem
from seatrial.wait import until
from tls_proxy import Authority, TlsProxy, tls_proxy

HOST = "staging.example.test"
DAY = timedelta(days=1)
TIMEOUT = 20


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A private authority."""
    return Authority(tmp_path)


@contextmanager
def endpoint(certificate: Path) -> Iterator[TlsProxy]:
    """A server behind a proxy with this certificate."""
    with serving(Behaviour) as address:
        name, _, port = address.partition(":")
        with tls_proxy(certificate, (name, int(port))) as proxy:
            yield proxy


def get(proxy: TlsProxy, ca_file: str, host: str = HOST) -> int:
    """Return the status of a request to the proxy's address for a host."""
    url = f"https://127.0.0.1:{proxy.port}/livez"
    return NewConnections(ca_file).request("GET", url, timeout=TIMEOUT, headers={"Host": host}).status


def test_a_request_to_an_address_checks_the_certificate_for_the_host(authority: Authority) -> None:
    """The server is asked for the host's certificate, which has no address in it."""
    with endpoint(authority.issue(HOST)) as proxy:
        assert get(proxy, str(authority.path)) == 200
        assert get(proxy, str(authority.path), f"{HOST}:8443") == 200
    assert proxy.names == [HOST, HOST]


def test_a_request_without_a_host_checks_the_certificate_for_the_url(authority: Authority) -> None:
    """A URL by address needs a certificate with that address."""
    with endpoint(authority.issue("127.0.0.1")) as proxy:
        assert get(proxy, str(authority.path), "127.0.0.1") == 200
        url = f"https://127.0.0.1:{proxy.port}/livez"
        assert NewConnections(str(authority.path)).request("GET", url, timeout=TIMEOUT).ok


@pytest.mark.parametrize("variable", VARIABLES)
def test_the_usual_variables_name_the_authority(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Without a setting the bundle of the machine counts, as for curl and OpenSSL."""
    monkeypatch.setenv(variable, str(authority.path))
    with endpoint(authority.issue(HOST)) as proxy:
        assert get(proxy, "") == 200


def refusal(certificate: Path, ca_file: str, host: str = HOST) -> str:
    """Return the error of a request."""
    with endpoint(certificate) as proxy, pytest.raises(NoResponseError) as caught:
        get(proxy, ca_file, host)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_each_invalid_certificate_is_refused_in_one_line(authority: Authority, tmp_path: Path) -> None:
    """Wrong name, dates and authority have a line each, with what helps."""
    trusted, unknown = str(authority.path), Authority(tmp_path, "unknown")
    of = f"the certificate of {HOST} "
    assert refusal(authority.issue("other.test"), trusted).startswith(f"{of}is for another name: HOST=")
    assert refusal(authority.issue(HOST, start=-2 * DAY, end=-DAY), trusted) == f"{of}has expired: renew it"
    assert "is not valid yet: compare the clock" in refusal(authority.issue(HOST, start=DAY / 2), trusted)
    for ca_file in (trusted, ""):
        assert refusal(unknown.issue(HOST), ca_file).startswith(f"{of}is signed by an authority that")
    address = refusal(authority.issue(HOST), trusted, "127.0.0.1")
    assert "is for another name: use the host name" in address


def test_a_private_authority_replaces_the_public_ones(authority: Authority, tmp_path: Path) -> None:
    """With a CA file no other authority counts, also not one that a variable names."""
    with pytest.MonkeyPatch.context() as patch:
        other = Authority(tmp_path, "other")
        patch.setenv("REQUESTS_CA_BUNDLE", str(other.path))
        assert "does not trust" in refusal(other.issue(HOST), str(authority.path))


def test_a_server_without_tls_is_reported_as_such() -> None:
    """The error of https:// to a plain HTTP port names the two remedies."""
    with (
        serving(Behaviour) as address,
        pytest.raises(NoResponseError, match="is not TLS at this port: use http"),
    ):
        NewConnections().request("GET", f"https://{address}/livez", timeout=TIMEOUT)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_unusable_ca_file_is_named(tmp_path: Path, content: str | None) -> None:
    """A missing file and one without a certificate are errors with the file's name."""
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    with pytest.raises(NoResponseError, match=rf"the CA file {path} \("):
        NewConnections(str(path)).request("GET", "https://127.0.0.1:9/", timeout=TIMEOUT)


def test_a_load_over_https_is_judged_like_any_other(authority: Authority, tmp_path: Path) -> None:
    """The load sends to an address, over TLS, with the host's certificate checked for each connection."""
    with endpoint(authority.issue(HOST)) as proxy:
        photo = cat_photo(tmp_path)
        plan = LoadPlan(f"https://127.0.0.1:{proxy.port}", [photo], 200, "trial-1", host=HOST, limit=20)
        load = LoadGenerator(plan, NewConnections(str(authority.path)))
        with load:
            until("the requests", lambda: load.result().total >= 20 or None, TIMEOUT, every=0.02)
        assert (len(load.result().milliseconds), load.result().wrong) == (20, ())
        untrusting = Load(plan.url, photo)(requests=1)
    assert "does not trust" in untrusting.failures[0]


def test_the_end_of_a_connection_in_the_handshake_is_not_tls() -> None:
    """Debian 12's Python gives this error no reason: only its class has it."""
    error = ssl.SSLZeroReturnError(6, "TLS/SSL connection has been closed (EOF)")
    assert "is not TLS at this port: use http" in certificate_problem(error, HOST)
