"""Who answers: the name, the version, and what every answer says of itself."""

from __future__ import annotations

import pytest

from e2e.api_client import ApiClient
from e2e.endpoint import Endpoint

HEADERS = ("X-Model-Version", "X-Model-Digest", "X-Release", "X-Request-Id")


def test_name_resolves_to_the_load_balancer(endpoint: Endpoint, pytestconfig: pytest.Config) -> None:
    """The endpoint's name resolves to the load balancer's address."""
    if not endpoint.named:
        pytest.skip("the endpoint was given by address: there is no name to resolve")
    wanted = pytestconfig.getoption("address")
    assert not wanted or wanted in endpoint.addresses, f"{endpoint.addresses} is not {wanted}"


def test_version_is_what_was_expected(api: ApiClient, pytestconfig: pytest.Config) -> None:
    """/version names the release, image and model that were expected."""
    said = {value for part in api.version().values() for value in part.values()}
    missing = [wanted for wanted in pytestconfig.getoption("expect") if wanted not in said]
    assert not missing, f"/version does not say {', '.join(missing)}"


def test_version_names_the_whole_chain(api: ApiClient, notes: dict[str, object]) -> None:
    """/version names commit, release and image of the app, name, version and digest of the model."""
    version = api.version()
    notes["version"] = version
    assert {"commit", "release", "image", "environment"} <= version["app"].keys()
    assert {"name", "version", "digest"} <= version["model"].keys()
    assert {"python", "flask", "onnxruntime", "numpy", "pillow"} <= version["frameworks"].keys()


def test_every_answer_says_who_gave_it(api: ApiClient, espresso: bytes) -> None:
    """Every answer carries model version, model digest, release and a request id of its own."""
    answers = [api.predict(espresso), api.get("/"), api.get("/version"), api.get("/no-such-path")]
    for answer in answers:
        assert not [name for name in HEADERS if not answer.headers.get(name)], answer.headers
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == len(answers)


def test_headers_agree_with_version(api: ApiClient, espresso: bytes) -> None:
    """The headers of an answer name the model and the release of /version."""
    version, headers = api.version(), api.predict(espresso).headers
    assert headers["X-Model-Digest"] == version["model"]["digest"]
    assert headers["X-Model-Version"] == version["model"]["version"]
    assert headers["X-Release"] == (version["app"]["release"] or headers["X-Release"])


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz"])
def test_it_is_alive_and_ready(api: ApiClient, path: str) -> None:
    """The probes answer 200."""
    assert api.get(path).status_code == 200


def test_root_is_healthy(api: ApiClient) -> None:
    """GET / answers Healthy to whoever is no browser."""
    assert api.get("/", {"Accept": "*/*"}).text.strip() == "Healthy"
