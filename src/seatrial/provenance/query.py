"""What somebody wants traced: a saved answer, or a word that may name several things."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seatrial.errors import UsageError
from seatrial.image_reference import digest_of_reference
from seatrial.release.record import Record

LIMIT = 1 << 20
HEADER = re.compile(r"^[<\s]*(x-[a-z-]+):[ \t]*(\S+)[ \t\r]*$", re.I | re.M)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
COMMIT = re.compile(r"[0-9a-f]{7,40}(-dirty)?")
# What answers call it, in headers and in JSON, and what that is.
NAMES = {
    "x-release": "release",
    "x-request-id": "request",
    "x-model-digest": "model",
    "x-model-version": "version",
    "app.image": "image",
    "request_id": "request",
    "release": "release",
    "model.digest": "model",
    "model.version": "version",
    "predictions.label": "label",
}


@dataclass(frozen=True)
class Query:
    """What was asked. `word` is empty for a saved answer; `clues` are what that says of itself.

    Clues: release, request (its id), model and image (digests), version, label (the first prediction).
    """

    asked: str
    word: str = ""
    clues: dict[str, str] = field(default_factory=dict)

    @property
    def request(self) -> str:
        """The request id to look for in the pods' logs, or nothing."""
        return self.clues.get("request", self.word)

    @property
    def digest(self) -> str:
        """The digest that the word is or ends in, or nothing."""
        found = digest_of_reference(self.word) or self.word
        found = f"sha256:{found}" if re.fullmatch(r"[0-9a-f]{64}", found) else found
        return found if DIGEST.fullmatch(found) else ""

    def names(self, record: Record) -> bool:
        """Return whether this release is meant."""
        if self.word:
            return self.word in _words(record) or self._abbreviates(record)
        wanted = {
            "release": record.release,
            "image": record.reference.digest,
            "model": record.model.digest,
            "version": record.model.version,
        }
        given = {key: value for key, value in self.clues.items() if key in wanted}
        return bool(given) and given.items() <= wanted.items()

    def _abbreviates(self, record: Record) -> bool:
        if self.digest:
            return self.digest in (record.reference.digest, record.model.digest, record.golden_digest)
        digests = (record.reference.digest, record.model.digest, record.golden_digest)
        starts = (record.revision, *(each.removeprefix("sha256:") for each in digests))
        word = self.word.removeprefix("sha256:")
        return bool(COMMIT.fullmatch(word)) and any(each.startswith(word) for each in starts)


def read_query(what: str) -> Query:
    """Return the question: a file is read as a saved answer (JSON, or text with headers), else it is a word.

    Raises UsageError for a file that is neither, is too large or cannot be read.
    """
    path = Path(what)
    if not what or "\0" in what or len(what) > 1024 or not path.is_file():
        return Query(what, word=what.strip())
    if path.stat().st_size > LIMIT:
        raise UsageError(f"{path} is too large for a saved answer", "save one answer, with curl -i")
    text = path.read_text(errors="replace")
    clues = {NAMES[key]: value for key, value in _told(text) if key in NAMES}
    if not clues.keys() & {"release", "request", "model", "image"}:
        raise UsageError(
            f"{path} says neither release nor model", "save the answer with its headers: curl -i"
        )
    return Query(what, clues=clues)


def _told(text: str) -> Iterator[tuple[str, str]]:
    body = text[text.find("{") :] if "{" in text else ""
    # Headers alone are an answer's better half, so a body that is no JSON is no error.
    with suppress(ValueError, RecursionError):
        yield from _walk(json.loads(body), ())
    for name, value in HEADER.findall(text):
        yield name.lower(), value


def _walk(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield every text in JSON by its last name, and by its last two; of a list the first element counts."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _walk(each, (*path, str(key).lower()))
    elif isinstance(value, list) and value:
        yield from _walk(value[0], path)
    elif isinstance(value, str) and path:
        yield path[-1], value
        yield ".".join(path[-2:]), value


def _words(record: Record) -> set[str]:
    model = record.model
    names = {f"{model.name}{sign}{model.version}" for sign in (" ", ":", "@", "/")}
    return {
        record.release,
        str(record.reference),
        model.version,
        record.revision,
        record.working_state,
    } | names
