"""Bring the files of a network here, if they are in a store that was filled by hand."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from imagemodel.fields import FILE
from seatrial import progress
from seatrial.errors import UsageError
from seatrial.model.card.reading import external_files, load_graph
from seatrial.model.card.request import CardRequest
from seatrial.settings import Store
from seatrial.stores.choose import open_store

CHUNK: Final = 8 << 20
_ADDRESS: Final = re.compile(r"(?P<store>(?:az|s3|file)://[^?#]+)/(?P<file>[^/?#]+)")


@contextmanager
def local_files(request: CardRequest, settings: Store) -> Iterator[tuple[Path, Path]]:
    """Yield the paths of the network and of the label file.

    Files that are given by an address, ``az://account/container/model.onnx``, are copied from that store to a
    temporary directory for the time of the context, with the files of weights beside them. Raises UsageError
    if an address is not valid, OutsideError if the store has no such file or does not answer.
    """
    with tempfile.TemporaryDirectory(prefix="seatrial-import-") as folder:
        labels = _local("LABELS", request.labels, settings, Path(folder))
        onnx = _local("ONNX", request.onnx, settings, Path(folder))
        if onnx.parent == Path(folder):
            for name in external_files(load_graph(onnx)):
                if FILE.fullmatch(name):
                    _copy(request.onnx.rsplit("/", 1)[0], name, settings, onnx.parent)
        yield onnx, labels


def _local(title: str, given: str, settings: Store, folder: Path) -> Path:
    if "://" not in given:
        return Path(given)
    found = _ADDRESS.fullmatch(given)
    if not found:
        raise UsageError(
            f"{title} is not the address of a file in a store",
            f"{title}=az://account/container/file, s3://bucket/file or a path, without a signature",
        )
    return _copy(found["store"], found["file"], settings, folder)


def _copy(url: str, name: str, settings: Store, folder: Path) -> Path:
    store = open_store(settings.model_copy(update={"url": url}))
    size, target = store.size(name), folder / name
    with progress.transfer(name, size) as advance, target.open("wb") as file:
        for start in range(0, size, CHUNK):
            advance(file.write(store.read_range(name, start, CHUNK)))
    return target
