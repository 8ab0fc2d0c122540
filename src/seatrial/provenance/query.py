"""The argument of `trace`: a file with a saved response, or the name of something."""

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

MAX_BYTES = 1 << 20
HEADER = re.compile(r"^[<\s]*(x-[a-z-]+):[ \t]*(\S+)[ \t\r]*$", re.I | re.M)
HEX = re.compile(r"[0-9a-f]{64}")
COMMIT = re.compile(r"[0-9a-f]{7,40}(-dirty)?")
# The response field that a header or a JSON member has.
RESPONSE_FIELDS = {
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
    """The argument and its meaning: `name`, or the `response_fields` of a saved response.

    The fields: release, request (its id), model and image (digests), version, label (the first prediction).
    """

    text: str
    name: str = ""
    response_fields: dict[str, str] = field(default_factory=dict)

    @property
    def request(self) -> str:
        """The request id to search the pods' logs for."""
        return self.response_fields.get("request", self.name)

    @property
    def digest(self) -> str:
        """The digest in the name, with the prefix sha256, or an empty string."""
        return f"sha256:{self.name}" if HEX.fullmatch(self.name) else digest_of_reference(self.name)

    @property
    def image_digest(self) -> str:
        """The digest to look up in the registries, or an empty string."""
        return self.digest or digest_of_reference(self.response_fields.get("image", ""))

    def matches(self, record: Record) -> bool:
        """Return whether the name or the response fields are those of a release."""
        if self.name:
            return self.name in _names(record) or self._abbreviates(record)
        wanted = {
            "release": record.release,
            "image": record.reference.digest,
            "model": record.model.digest,
            "version": record.model.version,
        }
        given = {key: value for key, value in self.response_fields.items() if key in wanted}
        return bool(given) and given.items() <= wanted.items()

    def _abbreviates(self, record: Record) -> bool:
        digests = (record.reference.digest, record.model.digest, record.golden_digest)
        if self.digest:
            return self.digest in digests
        name = self.name.removeprefix("sha256:")
        full = (record.revision, *(each.removeprefix("sha256:") for each in digests))
        return bool(COMMIT.fullmatch(name)) and any(each.startswith(name) for each in full)


def read_query(text: str) -> Query:
    """Return the query for an argument of `trace`.

    The path of a file means the saved response in it, as JSON or as text with headers. Raises UsageError
    if the file is too large, or has neither a release, a request id nor a digest.
    """
    path = Path(text)
    if not text or "\0" in text or len(text) > 1024 or not path.is_file():
        return Query(text, name=text.strip())
    if path.stat().st_size > MAX_BYTES:
        raise UsageError(f"{path} is too large for a saved response", "save one response with curl -i")
    members = _members(path.read_text(errors="replace"))
    fields = {RESPONSE_FIELDS[key]: value for key, value in members if key in RESPONSE_FIELDS}
    if not fields.keys() & {"release", "request", "model", "image"}:
        raise UsageError(f"{path} has neither release nor model", "save the response with headers: curl -i")
    return Query(text, response_fields=fields)


def _members(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and value of each JSON member and header of a saved response."""
    body = text[text.find("{") :] if "{" in text else ""
    # The headers are enough, so a body that is not JSON is no error.
    with suppress(ValueError, RecursionError):
        yield from _walk(json.loads(body), ())
    for name, value in HEADER.findall(text):
        yield name.lower(), value


def _walk(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield every string in JSON by its last name and by its last two; of a list only the first element."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _walk(each, (*path, str(key).lower()))
    elif isinstance(value, list) and value:
        yield from _walk(value[0], path)
    elif isinstance(value, str) and path:
        yield path[-1], value
        yield ".".join(path[-2:]), value


def _names(record: Record) -> set[str]:
    model = record.model
    names = {f"{model.name}{sign}{model.version}" for sign in (" ", ":", "@", "/")}
    reference = str(record.reference)
    return {record.release, reference, model.version, record.revision, record.working_state} | names
