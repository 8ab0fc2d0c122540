"""Send requests with KServe's own client, and print what it returns as JSON.

Run by the Python of an environment that has the package `kserve`: URL, model name, input name, photo, tensor.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig
from kserve.protocol.infer_type import RequestedOutput


def inputs(name: str, photo: bytes, batch: Any) -> dict[str, InferInput]:
    """Return the photo and the tensor as inputs, in JSON and in binary."""
    encoded = base64.b64encode(photo).decode()
    binary_photo = InferInput(name, [1], "BYTES")
    binary_photo.set_data_from_numpy(np.array([photo], dtype=np.object_))
    binary_tensor = InferInput(name, list(batch.shape), "FP32")
    binary_tensor.set_data_from_numpy(batch)
    return {
        "photo in JSON": InferInput(name, [1], "BYTES", [encoded]),
        "photo in binary": binary_photo,
        "tensor in JSON": InferInput(name, list(batch.shape), "FP32", batch.ravel().tolist()),
        "nested tensor in JSON": InferInput(name, list(batch.shape), "FP32", batch.tolist()),
        "tensor in binary": binary_tensor,
    }


async def main(url: str, model: str, name: str, photo: str, tensor: str) -> dict[str, Any]:
    """Return the client's results by the name of the request."""
    client = InferenceRESTClient(RESTConfig(protocol="v2", retries=0, timeout=30))
    found: dict[str, Any] = {
        "live": await client.is_server_live(url),
        "ready": await client.is_server_ready(url),
        "model ready": await client.is_model_ready(url, model),
    }
    for kind, item in inputs(name, Path(photo).read_bytes(), np.load(tensor)).items():
        request = InferRequest(model, [item], request_id="7")
        response = await client.infer(url, request, model_name=model)
        found[kind] = {each.name: each.as_numpy().tolist() for each in response.outputs}
        found["named"] = [response.model_name, response.id, response.parameters]
    item = inputs(name, Path(photo).read_bytes(), np.load(tensor))["photo in binary"]
    outputs = [RequestedOutput("logits", {"binary_data": True})]
    request = InferRequest(model, [item], request_outputs=outputs)
    response = await client.infer(url, request, model_name=model)
    found["binary output"] = {each.name: each.as_numpy().tolist() for each in response.outputs}
    try:
        await client.infer(url, InferRequest("other", [item]), model_name="other")
    except httpx.HTTPStatusError as error:
        found["other model"] = error.response.status_code
    await client.close()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(main(*sys.argv[1:]))))
