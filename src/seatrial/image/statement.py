"""The statement that an image passed `check`: an in-toto Statement v1 with a test result as its predicate.

Specifications: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md and
https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md. The statement is not signed.
A signature would wrap its bytes in a DSSE envelope; `parse_statement` is the place to open one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seatrial.errors import RefusedError
from seatrial.image.required_checks import missing_checks
from seatrial.results import Artefact

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"
PASSED = "PASSED"
IMAGE_ID, MODEL, GOLDEN_SET = "image id", "model", "golden set"
ALGORITHM = "sha256"
HINT = "make build check push, then release the new image"


@dataclass(frozen=True)
class CheckedImage:
    """What `check` tested: image id, model, golden set, and the names of the tests that passed."""

    image_id: str
    model: Artefact
    golden: Artefact
    passed: tuple[str, ...]


class _Described(BaseModel):
    # Consumers of in-toto statements must ignore unknown fields.
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class _Resource(_Described):
    name: str = ""
    digest: dict[str, str]


class _TestResult(_Described):
    result: str
    configuration: list[_Resource]
    passed: list[str] = Field(default=[], alias="passedTests")
    warned: list[str] = Field(default=[], alias="warnedTests")
    failed: list[str] = Field(default=[], alias="failedTests")


class Statement(_Described):
    """A parsed statement, not verified yet."""

    type: str = Field(alias="_type")
    subject: list[_Resource]
    predicate_type: str = Field(alias="predicateType")
    predicate: _TestResult


def make_statement(digest: str, checked: CheckedImage) -> bytes:
    """Return the statement that the image with this manifest digest passed; equal inputs give equal bytes."""
    configuration = {
        IMAGE_ID: checked.image_id,
        f"{MODEL} {checked.model.name} {checked.model.version}": checked.model.digest,
        f"{GOLDEN_SET} {checked.golden.name} {checked.golden.version}": checked.golden.digest,
    }
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": [{"digest": _digest_set(digest)}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "result": PASSED,
            "configuration": [
                {"name": name, "digest": _digest_set(value)} for name, value in configuration.items()
            ],
            "passedTests": sorted(checked.passed),
            "warnedTests": [],
            "failedTests": [],
        },
    }
    return json.dumps(statement, sort_keys=True, separators=(",", ":")).encode()


def parse_statement(raw: bytes, name: str) -> Statement:
    """Return the statement in `raw`. Raises RefusedError, which names `name`, if it is not valid."""
    try:
        return Statement.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "document"
        message = f"the statement of check of {name} is not valid: {field!a}: {first['type']}"
        raise RefusedError(message, HINT) from error


def verify_statement(statement: Statement, digest: str, identifiers: tuple[str, ...], name: str) -> None:
    """Raise RefusedError unless this states that the image with this manifest digest passed `check`.

    `identifiers` are the digests that can be the image id: of the config and, for an engine with the
    containerd image store, of the manifest. `name` is the image in the message.
    """
    objection = _objection(statement, digest, identifiers)
    if objection:
        raise RefusedError(f"the statement of check of {name} {objection}", HINT)


def _objection(statement: Statement, digest: str, identifiers: tuple[str, ...]) -> str:
    predicate = statement.predicate
    if (statement.type, statement.predicate_type) != (STATEMENT_TYPE, PREDICATE_TYPE):
        return "is not a test result in an in-toto Statement v1"
    if [each.digest for each in statement.subject] != [_digest_set(digest)]:
        return "is about another image"
    if _image_ids(predicate) not in [[_digest_set(each)] for each in identifiers]:
        return "is about another image id"
    if predicate.result != PASSED or predicate.warned or predicate.failed:
        return "has a result other than passed"
    missing = missing_checks(tuple(predicate.passed))
    return f"has no result of {len(missing)} required checks, the first: {missing[0]}" if missing else ""


def _image_ids(predicate: _TestResult) -> list[dict[str, str]]:
    return [each.digest for each in predicate.configuration if each.name == IMAGE_ID]


def _digest_set(digest: str) -> Mapping[str, str]:
    return {ALGORITHM: digest.removeprefix(f"{ALGORITHM}:")}
