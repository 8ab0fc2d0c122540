"""Ask for what a request leaves out, if the user can be asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from seatrial.errors import UsageError
from seatrial.model.card.request import CardRequest, Dialogue, check_licence, check_name, check_version


def ask_for_missing(
    request: CardRequest, presets: Sequence[str], metadata: Mapping[str, str], dialogue: Dialogue
) -> CardRequest:
    """Return the request with the answers to what it leaves out.

    `presets` are those that fit the network, `metadata` its own. Raises UsageError that names all that is
    missing, if nobody can answer.
    """
    if not dialogue.interactive:
        request.require_complete(list(presets))

    def check_preset(text: str) -> str:
        if text not in presets:
            raise UsageError(f"PRESET: {text!r} does not fit", f"one of {', '.join(presets)}")
        return text

    likely = "custom-vision" if any(key.startswith("Image.") for key in metadata) else presets[0]
    questions = {
        "name": ("Name of the model in the store", _name_of(Path(request.onnx)), check_name),
        "version": ("Version", "1.0.0", check_version),
        "licence": ("Licence, an SPDX identifier such as MIT", "", check_licence),
        "preset": (
            f"Preset ({', '.join(presets)})",
            likely if likely in presets else presets[0],
            check_preset,
        ),
    }
    answers = {
        field: getattr(request, field) or dialogue.ask(*question) for field, question in questions.items()
    }
    return replace(
        request,
        name=answers["name"],
        version=answers["version"],
        licence=answers["licence"],
        preset=answers["preset"],
    )


def _name_of(path: Path) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower()).strip("-._")[:63].rstrip("-._")
