"""Triton's own client with the real server process."""

from __future__ import annotations

import base64
import functools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import requests
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

from app_process import serve
from colours import photo
from imagemodel.card import load_card
from imagemodel.classifier import ImageClassifier

COLOURS = ("blue", "red")
PAGE = Path(__file__).parents[5] / "docs" / "reference" / "inference-protocol.md"


@pytest.fixture(scope="module")
def address(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with a small model."""
    with serve(model_dir, tmp_path_factory.mktemp("server")) as server:
        yield f"127.0.0.1:{server.port}"


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[triton.InferenceServerClient]:
    """Triton's client of the server."""
    with triton.InferenceServerClient(address) as client:
        yield client


@pytest.fixture(scope="module")
def model(model_dir: Path) -> ImageClassifier:
    """The model of the server."""
    return ImageClassifier.load(model_dir)


def photos_input(binary: bool) -> triton.InferInput:
    """Return the photos as an input: as they are, or in base64."""
    photos = [photo(each) for each in COLOURS]
    return photo_input(photos) if binary else base64_input(photos)


def photo_input(photos: list[bytes]) -> triton.InferInput:
    """Return an input of photos as binary data."""
    item = triton.InferInput("photo", [len(photos)], "BYTES")
    return item.set_data_from_numpy(np.array(photos, dtype=np.object_))


def base64_input(photos: list[bytes]) -> triton.InferInput:
    """Return an input of photos in JSON."""
    item = triton.InferInput("photo", [len(photos)], "BYTES")
    encoded = [base64.b64encode(each) for each in photos]
    return item.set_data_from_numpy(np.array(encoded, dtype=np.object_), binary_data=False)


def tensor_input(model: ImageClassifier, binary: bool) -> triton.InferInput:
    """Return the preprocessed photos as an input."""
    batch = model.prepare([photo(each) for each in COLOURS])
    item = triton.InferInput("photo", list(batch.shape), "FP32")
    return item.set_data_from_numpy(batch, binary_data=binary)


def test_health_and_metadata(client: triton.InferenceServerClient, model_dir: Path) -> None:
    """The client finds server and model ready, and reads their metadata."""
    card = load_card(model_dir)
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("colours")
    assert client.is_model_ready("colours", "1.0.0")
    assert not client.is_model_ready("colours", "2")
    assert client.get_server_metadata()["name"] == "seatrial"
    metadata = client.get_model_metadata("colours", "1.0.0")
    assert metadata["inputs"] == [{"name": "photo", "datatype": "FP32", "shape": [-1, 3, 16, 16]}]
    assert metadata["parameters"] == {"digest": card.digest}
    assert client.get_model_repository_index()[0]["name"] == "colours"


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("kind", ["photos", "tensor"])
def test_default_inference_returns_every_output(
    client: triton.InferenceServerClient, model: ImageClassifier, kind: str, binary: bool
) -> None:
    """Photos and tensors, in binary and in JSON, give the outputs of the network, in binary by default."""
    item = photos_input(binary) if kind == "photos" else tensor_input(model, binary)
    result = client.infer("colours", [item], request_id="7")
    values = model.outputs(model.prepare([photo(each) for each in COLOURS]))
    np.testing.assert_array_equal(result.as_numpy("logits"), values)
    np.testing.assert_array_equal(result.as_numpy("probabilities"), model.probabilities(values))
    response = result.get_response()
    assert (response["id"], response["model_version"]) == ("7", "1.0.0")


@pytest.mark.parametrize("binary", [True, False])
def test_classification(client: triton.InferenceServerClient, binary: bool) -> None:
    """`class_count` gives the best labels, in binary and in JSON."""
    wanted = triton.InferRequestedOutput("probabilities", binary_data=binary, class_count=1)
    result = client.infer("colours", [photos_input(binary=True)], "1.0.0", outputs=[wanted])
    texts = [bytes(each[0]).decode() if binary else each[0] for each in result.as_numpy("probabilities")]
    assert [text.split(":")[2] for text in texts] == list(COLOURS)


@pytest.mark.parametrize("algorithm", [None, "gzip"])
def test_options_of_a_request(client: triton.InferenceServerClient, algorithm: str | None) -> None:
    """Priority, timeout, sequence, custom parameters and a compressed body do not change the result."""
    plain = client.infer("colours", [photos_input(binary=True)]).as_numpy("logits")
    result = client.infer(
        "colours",
        [photos_input(binary=True)],
        priority=1,
        timeout=1000,
        sequence_id=3,
        sequence_start=True,
        parameters={"mine": "x"},
        request_compression_algorithm=algorithm,
        response_compression_algorithm="gzip",
    )
    np.testing.assert_array_equal(result.as_numpy("logits"), plain)


def test_asynchronous_inference(client: triton.InferenceServerClient) -> None:
    """Several requests at once get the results of their own photos."""
    waiting = [client.async_infer("colours", [photo_input([photo(each)])]) for each in COLOURS]
    best = [int(each.get_result().as_numpy("logits").argmax()) for each in waiting]
    assert best == [2, 0]


def test_error_has_status_and_reason(client: triton.InferenceServerClient) -> None:
    """A refused request raises the client's exception with our reason."""
    with pytest.raises(InferenceServerException) as error:
        client.infer("colours", [photo_input([b"not a photo"])])
    assert error.value.status() == "400"
    assert "not a JPEG" in error.value.message()
    with pytest.raises(InferenceServerException) as error:
        client.infer("other", [photo_input([photo("red")])])
    assert (error.value.status(), error.value.message()) == ("404", "unknown model 'other'")


def test_examples_of_the_page_work(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The examples for tritonclient and for curl, with the names of the small model, print its labels."""
    python = _example("```python\n(.*?)```", address).replace("class_count=3", "class_count=1")
    curl = _example("```\n(curl .*?)```", address)
    (tmp_path / "coffee.png").write_bytes(photo("blue"))
    monkeypatch.chdir(tmp_path)
    exec(compile(python, str(PAGE), "exec"), {})
    assert capsys.readouterr().out.rstrip().endswith(":blue']]")
    # The machine may have no curl: print the body instead of sending it.
    shell = ["bash", "-c", f"curl() {{ cat; }}; {curl}"]
    body = subprocess.run(shell, capture_output=True, text=True, timeout=60, check=True).stdout
    response = requests.post(f"http://{address}/v2/models/colours/infer", body, timeout=60).json()
    assert response["outputs"][0]["data"][0].endswith(":blue")


def _example(pattern: str, address: str) -> str:
    found = re.search(pattern, PAGE.read_text(), re.S)
    assert found
    names = {"HOST:80": address, "HOST": address, "efficientnet-lite0": "colours", '"input"': '"photo"'}
    return functools.reduce(lambda text, name: text.replace(*name), names.items(), found[1])
