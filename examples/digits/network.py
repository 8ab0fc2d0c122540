"""Networks for 8 x 8 digits, trained with numpy in a second: one hidden layer, then a softmax."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[np.float32]

CLASSES: Final = 10
PIXELS: Final = 64
BATCH: Final = 64
BISECTIONS: Final = 14


@dataclass(frozen=True)
class Network:
    """The weights; an image is a row of 64 pixels from 0 to 1."""

    hidden: Array
    hidden_bias: Array
    output: Array
    output_bias: Array

    def logits(self, images: Array) -> Array:
        """Return the logits of each row of `images`."""
        return self._activations(images) @ self.output + self.output_bias

    def predict(self, images: Array) -> NDArray[np.int64]:
        """Return the best class of each row of `images`."""
        return np.asarray(self.logits(images).argmax(axis=1))

    def accuracy(self, images: Array, digits: NDArray[np.int64]) -> float:
        """Return the share of `images` that get their digit."""
        return float((self.predict(images) == digits).mean())

    def gradients(self, images: Array, digits: NDArray[np.int64]) -> tuple[Array, ...]:
        """Return the gradients of the cross-entropy of a batch, in the order of the fields."""
        active = self._activations(images)
        logits = active @ self.output + self.output_bias
        error = np.exp(logits - logits.max(axis=1, keepdims=True))
        error /= error.sum(axis=1, keepdims=True)
        error[np.arange(len(digits)), digits] -= 1
        error /= len(digits)
        back = (error @ self.output.T) * (active > 0)
        return images.T @ back, back.sum(axis=0), active.T @ error, error.sum(axis=0)

    def model(self) -> onnx.ModelProto:
        """Return the network as ONNX: input `image` (n, 1, 8, 8), output `probabilities` (n, 10)."""
        weights = {name: numpy_helper.from_array(value, name) for name, value in vars(self).items()}
        graph = helper.make_graph(
            _nodes(),
            "digits",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 1, 8, 8])],
            [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", CLASSES])],
            list(weights.values()),
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)

    def _activations(self, images: Array) -> Array:
        return np.asarray(np.maximum(images @ self.hidden + self.hidden_bias, 0), np.float32)


def _nodes() -> list[Any]:
    return [
        helper.make_node("Flatten", ["image"], ["pixels"]),
        helper.make_node("Gemm", ["pixels", "hidden", "hidden_bias"], ["sums"]),
        helper.make_node("Relu", ["sums"], ["active"]),
        helper.make_node("Gemm", ["active", "output", "output_bias"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]


def train(
    images: Array, digits: NDArray[np.int64], *, seed: int = 0, hidden: int = 48, epochs: int = 40
) -> Network:
    """Return a network trained by gradient descent; the same arguments give the same network."""
    random = np.random.default_rng(seed)
    network = _untrained(random, hidden)
    momentum = [np.zeros_like(value) for value in vars(network).values()]
    for _ in range(epochs):
        order = random.permutation(len(images))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            _descend(network, network.gradients(images[batch], digits[batch]), momentum)
    return network


def _untrained(random: np.random.Generator, hidden: int) -> Network:
    def weights(rows: int, columns: int) -> Array:
        return np.asarray(random.standard_normal((rows, columns)) * np.sqrt(2 / rows), np.float32)

    zeros = np.zeros(hidden, np.float32), np.zeros(CLASSES, np.float32)
    return Network(weights(PIXELS, hidden), zeros[0], weights(hidden, CLASSES), zeros[1])


def _descend(network: Network, gradients: tuple[Array, ...], momentum: list[Array]) -> None:
    for value, gradient, speed in zip(vars(network).values(), gradients, momentum, strict=True):
        speed *= np.float32(0.9)
        speed -= np.float32(0.05) * gradient
        value += speed


def weakened(
    network: Network, images: Array, digits: NDArray[np.int64], accuracy: float, seed: int = 0
) -> Network:
    """Return the network with noise on its weights, so that its accuracy on `images` is near `accuracy`.

    The size of the noise is found by bisection; its direction depends on `seed` alone.
    """
    random = np.random.default_rng(seed)
    noise = random.standard_normal(network.hidden.shape).astype(np.float32)
    low, high = 0.0, 4.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if _noisy(network, noise, middle).accuracy(images, digits) > accuracy:
            low = middle
        else:
            high = middle
    return _noisy(network, noise, high)


def _noisy(network: Network, noise: Array, size: float) -> Network:
    return replace(network, hidden=network.hidden + np.float32(size) * noise)
