"""KServe's own client with the real server process."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app_process import serve
from colours import photo, write_model
from imagemodel.classifier import ImageClassifier

SCRIPT = Path(__file__).parent / "kserve_client.py"
KINDS = ("photo in JSON", "photo in binary", "tensor in JSON", "nested tensor in JSON", "tensor in binary")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ImageClassifier:
    """A model that classifies red, green and blue images."""
    directory = tmp_path_factory.mktemp("model") / "colours"
    write_model(directory)
    return ImageClassifier.load(directory)


@pytest.fixture(scope="module")
def found(
    model: ImageClassifier, kserve_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What KServe's client returned for each request."""
    folder = tmp_path_factory.mktemp("server")
    directory = folder / "colours"
    write_model(directory)
    (folder / "blue.jpg").write_bytes(photo("blue"))
    np.save(folder / "blue.npy", model.prepare([photo("blue")]))
    with serve(directory, folder) as server:
        files = [str(folder / "blue.jpg"), str(folder / "blue.npy")]
        command = [str(kserve_python), str(SCRIPT), server.url, "colours", "photo", *files]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    results: dict[str, Any] = json.loads(done.stdout)
    return results


def test_client_finds_server_and_model_ready(found: dict[str, Any]) -> None:
    """The client reads `live` and `ready` of the health routes."""
    assert (found["live"], found["ready"], found["model ready"]) == (True, True, True)


@pytest.mark.parametrize("kind", KINDS)
def test_client_gets_the_outputs_of_the_network(
    found: dict[str, Any], model: ImageClassifier, kind: str
) -> None:
    """Photo and tensor, in JSON and in binary, give the network's outputs."""
    values = model.outputs(model.prepare([photo("blue")]))
    np.testing.assert_array_equal(np.array(found[kind]["logits"], np.float32), values)
    np.testing.assert_array_equal(
        np.array(found[kind]["probabilities"], np.float32), model.probabilities(values)
    )


def test_client_reads_a_binary_output(found: dict[str, Any]) -> None:
    """A requested output in binary has the same numbers."""
    assert found["binary output"].keys() == {"logits"}
    np.testing.assert_allclose(found["binary output"]["logits"], found["photo in JSON"]["logits"], rtol=1e-6)


def test_client_reads_model_id_and_digest(found: dict[str, Any], model: ImageClassifier) -> None:
    """The client reads model, id and digest of a response; it does not read the version."""
    assert found["named"] == ["colours", "7", {"digest": model.card.digest}]


def test_client_gets_the_status_of_an_error(found: dict[str, Any]) -> None:
    """Another model is an error with status 404."""
    assert found["other model"] == 404
