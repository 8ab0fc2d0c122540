"""Binary data that are refused, and the limits of a request."""

from __future__ import annotations

import base64
import gc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from classifier.app import create_app
from classifier.config import Config
from classifier.routes.v2 import request
from colours import photo


def binary(request: dict[str, Any], sent: bytes, size: object = None, **members: object) -> tuple[Any, bytes]:
    """Return a request with `sent` as binary data."""
    described = {key: value for key, value in request["inputs"][0].items() if key != "data"}
    parameters = {"binary_data_size": len(sent) if size is None else size}
    return {"inputs": [{**described, "parameters": parameters, **members}]}, sent


BINARY: dict[str, dict[str, Any]] = {
    "too short": {"data": bytes(6140)},
    "too long": {"data": bytes(6148)},
    "empty": {"data": b""},
    "other size": {"data": bytes(6144), "size": 6140},
    "size is text": {"data": bytes(6144), "size": "6144"},
    "size is negative": {"data": bytes(6144), "size": -1},
    "size is huge": {"data": bytes(6144), "size": 2**63},
    "size is true": {"data": b"\0", "size": True},
    "data twice": {"data": bytes(6144), "members": {"data": [0.5] * 1536}},
    "a length beyond the end": {
        "data": b"\xff\xff\xff\xffabc",
        "members": {"datatype": "BYTES", "shape": [1]},
    },
    "half a length": {"data": b"\1\0", "members": {"datatype": "BYTES", "shape": [1]}},
    "less photos": {"data": b"\1\0\0\0a", "members": {"datatype": "BYTES", "shape": [2]}},
    "more photos": {"data": b"\1\0\0\0a" * 2, "members": {"datatype": "BYTES", "shape": [1]}},
    "no photo": {"data": b"\0\0\0\0", "members": {"datatype": "BYTES", "shape": [1]}},
    "half a photo": {
        "data": (200).to_bytes(4, "little") + photo("red")[:200],
        "members": {"datatype": "BYTES", "shape": [1]},
    },
}


@pytest.mark.parametrize("name", BINARY)
def test_invalid_binary_data_return_400(post, tensor, name: str) -> None:
    """Binary data that do not fit their size, their shape or their datatype return 400."""
    case = BINARY[name]
    sent = binary(tensor, case["data"], case.get("size"), **case.get("members", {}))
    response = post(*sent)
    assert response.status_code == 400
    assert "\n" not in response.json["error"]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_binary_value_that_is_not_finite_returns_400(post, tensor, batch, value: float) -> None:
    """NaN and infinity in binary data return 400."""
    batch[1, 2, 3, 4] = value
    assert post(*binary(tensor, batch.tobytes())).status_code == 400


def test_tensor_that_overflows_in_the_network_returns_400(post, tensor, batch) -> None:
    """A finite tensor for which the network's output is not finite is the client's fault."""
    response = post(*binary(tensor, np.full_like(batch, 3e38).tobytes()))
    assert response.status_code == 400
    assert "not finite" in response.json["error"]


@pytest.mark.parametrize("form", ["list", "binary", "photos"])
def test_more_images_than_the_limit_return_413(post, tensor, batch, form: str) -> None:
    """The limit of images holds for tensors and photos, whatever their form."""
    (item,) = tensor["inputs"]
    four = np.concatenate([batch, batch])
    item["shape"] = list(four.shape)
    sent: tuple[Any, ...] = (tensor,)
    if form == "binary":
        sent = binary(tensor, four.tobytes())
    elif form == "photos":
        item.update(datatype="BYTES", shape=[4], data=["YQ=="] * 4)
    response = post(*sent)
    assert (response.status_code, "too many images" in response.json["error"]) == (413, True)


def test_body_over_limit_returns_413(post) -> None:
    """The limit of a body holds for the JSON object and the binary data together."""
    assert post({}, bytes(200_000)).status_code == 413


@pytest.mark.parametrize("value", [b"{}", b"[]", b"0.5", b'"ab"'])
def test_many_values_return_413_before_they_are_parsed(config: Config, value: bytes) -> None:
    """A body of many tiny values, which would take 25 times its size in memory, returns 413."""
    client = create_app(replace(config, max_body=20_000_000)).test_client()
    sent = b'{"inputs": [' + (value + b",") * 2_200_000 + value + b"]}"
    response = client.post("/v2/models/colours/infer", data=sent)
    assert response.status_code == 413
    assert response.json["error"] == "too many JSON values, the limit is 2097152"


def test_garbage_collector_is_off_while_a_request_is_parsed(
    monkeypatch: pytest.MonkeyPatch, post, photos
) -> None:
    """The collector, which takes ten times as long as parsing a million lists, runs before and afterwards."""
    during: list[bool] = []
    loads = request.orjson.loads
    monkeypatch.setattr(request.orjson, "loads", lambda text: during.append(gc.isenabled()) or loads(text))
    for sent in (photos, b"[", {}):
        assert gc.isenabled()
        post(sent)
    assert (set(during), gc.isenabled()) == ({False}, True)


def test_photos_have_the_limits_of_predict(config: Config) -> None:
    """A photo that takes more memory than decoding may is refused with the reason that /predict gives."""
    client = create_app(replace(config, decode_bytes=4 << 20)).test_client()
    large = photo("red", side=3000, kind="PNG")
    item = {"name": "photo", "datatype": "BYTES", "shape": [1], "data": [base64.b64encode(large).decode()]}
    response = client.post("/v2/models/colours/infer", json={"inputs": [item]})
    expected = client.post("/predict", data=large)
    assert (response.status_code, expected.status_code) == (400, 400)
    assert response.json["error"] == f"image 0: {expected.json['error']}"
    assert "MiB" in response.json["error"]
