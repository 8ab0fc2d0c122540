"""The endpoint's identity: its name, `/version`, the headers of each response, and its probes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from e2e.acceptance.expectations import Expectation, mismatches
from e2e.api_client import ApiClient
from e2e.endpoint import LocatedEndpoint

HEADERS = ("X-Model-Version", "X-Model-Digest", "X-Release", "X-Request-Id")
UNRELEASED = "unreleased"


# A preview has only an address.
@pytest.mark.optional
def test_name_resolves_to_the_load_balancer(endpoint: LocatedEndpoint, pytestconfig: pytest.Config) -> None:
    """The endpoint's name resolves to the load balancer's address."""
    expected = pytestconfig.getoption("address")
    if not endpoint.named:
        pytest.skip("the endpoint was given by address: there is no name to resolve")
    if not expected:
        pytest.skip("no address to compare with: give --address ADDRESS")
    assert expected in endpoint.addresses


def test_version_is_as_expected(api: ApiClient, expectations: Sequence[Expectation]) -> None:
    """/version names the expected release, image and model."""
    if not expectations:
        pytest.skip("no version to compare with: give --expect VALUE or FIELD=VALUE (make: EXPECT=…)")
    found = mismatches(expectations, api.version())
    assert not found, "; ".join(found)


def test_version_names_app_model_and_frameworks(api: ApiClient, notes: dict[str, object]) -> None:
    """/version names commit, release and image of the app, and name, version and digest of the model."""
    version = api.version()
    notes["version"] = version
    assert {"commit", "release", "image", "environment"} <= version["app"].keys()
    assert {"name", "version", "digest"} <= version["model"].keys()
    assert {"python", "flask", "onnxruntime", "numpy", "pillow"} <= version["frameworks"].keys()


def test_every_response_names_model_release_and_request(api: ApiClient, photo: bytes) -> None:
    """Every response carries the model's version and digest, the release, and a unique request id."""
    responses = [api.predict(photo), api.get("/"), api.get("/version"), api.get("/no-such-path")]
    for response in responses:
        assert not [name for name in HEADERS if not response.headers.get(name)], response.headers
    assert len({response.headers["X-Request-Id"] for response in responses}) == len(responses)


def test_headers_agree_with_version(api: ApiClient, photo: bytes) -> None:
    """The headers of a response name the model and release of /version."""
    version, headers = api.version(), api.predict(photo).headers
    assert headers["X-Model-Digest"] == version["model"]["digest"]
    assert headers["X-Model-Version"] == version["model"]["version"]
    assert headers["X-Release"] == (version["app"]["release"] or UNRELEASED)


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz"])
def test_probes_return_200(api: ApiClient, path: str) -> None:
    """The liveness and readiness probes return 200."""
    assert api.get(path).status_code == 200


def test_root_is_healthy(api: ApiClient) -> None:
    """GET / returns Healthy to a client that is not a browser."""
    assert api.get("/", {"Accept": "*/*"}).text.strip() == "Healthy"
