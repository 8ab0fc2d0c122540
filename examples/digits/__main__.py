"""``python -m examples.digits OUT``: train a network, write it as ONNX with labels and photos."""

import sys
from pathlib import Path

import numpy as np
import onnx
from PIL import Image

from examples.digits.data import LABELS, LICENCE, SOURCE, Digits, held_out, training
from examples.digits.network import Network, train

PHOTOS_EACH = 3


def main(argv: list[str]) -> int:
    """Train a network and write it as ONNX, with its labels and photos in a folder for each label."""
    if len(argv) != 1:
        print("usage: python -m examples.digits OUT", file=sys.stderr)
        return 2
    out, sample = Path(argv[0]), training()
    network = train(sample.images, sample.digits)
    try:
        out.mkdir(parents=True, exist_ok=True)
        onnx.save(network.model(), out / "digits.onnx")
        (out / "labels.txt").write_text("\n".join(LABELS) + "\n")
        _write_photos(out / "photos", _surest(network, sample))
        _write_photos(out / "sample", held_out())
    except OSError as error:
        print(f"digits: {error.filename or out}: {error.strerror}", file=sys.stderr)
        return 30
    print(f"network   {out / 'digits.onnx'}, {out / 'labels.txt'}")
    print(f"photos    {out / 'photos'}, {PHOTOS_EACH} of each digit")
    print(f"sample    {out / 'sample'}, {len(held_out().digits)} digits that did not train the network")
    return 0


def _surest(network: Network, sample: Digits) -> Digits:
    """Return the digits of each class of which the network is most certain."""
    logits = np.sort(network.logits(sample.images))
    margin = np.where(network.predict(sample.images) == sample.digits, logits[:, -1] - logits[:, -2], -np.inf)
    found = [np.flatnonzero(sample.digits == digit) for digit in range(len(LABELS))]
    chosen = np.concatenate([each[np.argsort(-margin[each])[:PHOTOS_EACH]] for each in found])
    return Digits(sample.images[chosen], sample.digits[chosen])


def _write_photos(folder: Path, digits: Digits) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "LICENSE").write_text(f"SPDX-License-Identifier: {LICENCE}\n{SOURCE}\n")
    for place, (image, digit) in enumerate(zip(digits.images, digits.digits, strict=True)):
        path = folder / LABELS[digit] / f"{place:04}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((image.reshape(8, 8) * 255).round().astype(np.uint8)).save(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
