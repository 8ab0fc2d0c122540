"""Metadata, health and index of the Open Inference Protocol."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from classifier.app import create_app
from classifier.config import Config
from imagemodel.card import load_card
from networks import write_model

MODELS = ("/v2/models/colours", "/v2/models/colours/versions/1.0.0")


@pytest.mark.parametrize("path", ["/v2", "/v2/"])
def test_server_names_itself_and_its_extensions(client: FlaskClient, path: str) -> None:
    """`GET /v2` has name, version (the commit of the app) and extensions."""
    assert client.get(path).json == {
        "name": "seatrial",
        "version": "c0ffee",
        "extensions": ["binary_tensor_data", "classification", "parameters"],
    }


@pytest.mark.parametrize("path", MODELS)
def test_model_describes_inputs_and_outputs(client: FlaskClient, config: Config, path: str) -> None:
    """A model's metadata are those of its card, with any number of images in a batch."""
    assert client.get(path).json == {
        "name": "colours",
        "versions": ["1.0.0"],
        "platform": "onnx_onnxv1",
        "inputs": [{"name": "photo", "datatype": "FP32", "shape": [-1, 3, 16, 16]}],
        "outputs": [
            {"name": "logits", "datatype": "FP32", "shape": [-1, 3]},
            {"name": "probabilities", "datatype": "FP32", "shape": [-1, 3]},
        ],
        "parameters": {"digest": load_card(config.model_dir).digest},
    }


def test_model_of_bytes_and_probabilities(tmp_path: Path) -> None:
    """A network that takes bytes and returns probabilities has the input UINT8 and one output."""
    write_model(tmp_path / "model", 3, layout="NHWC", dtype="uint8", output="probabilities")
    card = load_card(tmp_path / "model")
    body = create_app(Config(model_dir=tmp_path / "model")).test_client().get(f"/v2/models/{card.name}").json
    assert body["inputs"] == [
        {"name": card.input.name, "datatype": "UINT8", "shape": [-1, *card.input.shape]}
    ]
    assert [each["name"] for each in body["outputs"]] == [card.output.name]


@pytest.mark.parametrize(
    "path", ["/v2/health/live", "/v2/health/ready", *[f"{model}/ready" for model in MODELS]]
)
def test_health_is_200_with_what_clients_read(client: FlaskClient, path: str) -> None:
    """Health routes return 200, with the members that clients read."""
    response = client.get(path)
    assert response.status_code == 200
    assert response.json["live" if path.endswith("live") else "ready"] is True


def test_draining_server_is_alive_but_not_ready(client: FlaskClient, config: Config) -> None:
    """While draining, server and model are not ready; the server is alive."""
    config.drain_file.touch()
    assert client.get("/v2/health/live").status_code == 200
    for path in ("/v2/health/ready", *[f"{model}/ready" for model in MODELS]):
        assert client.get(path).status_code == 503


@pytest.mark.parametrize(
    "path",
    ["/v2/models/x", "/v2/models/colours/versions/2", "/v2/models/Colours", "/v2/models/x%0Ay"],
)
@pytest.mark.parametrize("suffix", ["", "/ready", "/infer"])
def test_other_models_and_versions_return_404(client: FlaskClient, path: str, suffix: str) -> None:
    """Another name, another version and another case return 404 with one line that names the model."""
    response = client.open(path + suffix, method="POST" if suffix == "/infer" else "GET", data=b"{}")
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")
    assert "\n" not in response.json["error"]
    assert response.json["detail"] in {"this server has colours", "this server has 1.0.0"}


@pytest.mark.parametrize("sent", [b"", b"{}", b'{"ready": true}'])
def test_index_lists_the_model(client: FlaskClient, sent: bytes) -> None:
    """The index has the one model, which is ready."""
    assert client.post("/v2/repository/index", data=sent).json == [
        {"name": "colours", "version": "1.0.0", "state": "READY", "reason": ""}
    ]
