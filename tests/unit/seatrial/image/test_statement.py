"""The statement of `check`: what it contains, and every way in which it is not about a passed image."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checked_images import ABSENT, TESTS, change, checked_image, valid_statement
from seatrial.errors import RefusedError
from seatrial.image.registry import Manifest
from seatrial.image.required_checks import REQUIRED_CHECKS, missing_checks
from seatrial.image.statement import make_statement, parse_statement, verify_statement

ROOT = Path(__file__).parents[4]
IMAGE = Manifest(f"sha256:{'a' * 64}", f"sha256:{'c' * 64}", ())
OTHER = "b" * 64
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def verify(raw: bytes) -> None:
    """Parse and verify a statement about IMAGE."""
    statement = parse_statement(raw, "the image")
    verify_statement(statement, IMAGE.digest, (IMAGE.config, IMAGE.digest), "the image")


def refusal_of(raw: bytes) -> str:
    """Return why a statement is refused, or an empty string."""
    try:
        verify(raw)
    except RefusedError as error:
        return error.message
    return ""


def paths(document: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of every member and element."""
    members = document.items() if isinstance(document, dict) else enumerate(document)
    found = []
    for key, value in members if isinstance(document, dict | list) else ():
        found += [(*path, key), *paths(value, (*path, key))]
    return found


PATHS = paths(valid_statement(IMAGE))


def test_the_required_checks_are_the_tests_of_the_image() -> None:
    """A test that is added to, or removed from, tests/integration/image is also added here, or removed."""
    folder = ROOT / "tests" / "integration" / "image"
    trees = [ast.parse(path.read_text()) for path in folder.glob("test_*.py")]
    functions = [node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    names = [name for name in functions if name.startswith("test_")]
    assert sorted(names) == sorted(REQUIRED_CHECKS)


def test_parameters_belong_to_their_test() -> None:
    """A parametrised test counts by its name without the parameters."""
    assert missing_checks(tuple(f"{name}[GET-/]" for name in TESTS)) == []
    assert missing_checks(TESTS[1:]) == [TESTS[0]]


def test_the_statement_is_a_test_result_about_the_image() -> None:
    """It has the types of the in-toto specification, the digest as its subject, and the passed tests."""
    statement = valid_statement(IMAGE)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert statement["subject"] == [{"digest": {"sha256": "a" * 64}}]
    assert statement["predicate"]["result"] == "PASSED"
    assert statement["predicate"]["passedTests"] == list(TESTS)
    (image_id,) = [each for each in statement["predicate"]["configuration"] if each["name"] == "image id"]
    assert image_id["digest"] == {"sha256": "c" * 64}
    assert make_statement(IMAGE.digest, checked_image(IMAGE)) == make_statement(
        IMAGE.digest, checked_image(IMAGE)
    )
    verify(json.dumps(statement).encode())


@pytest.mark.parametrize("identifier", [IMAGE.config, IMAGE.digest])
def test_the_image_id_is_the_digest_of_config_or_manifest(identifier: str) -> None:
    """Engines name an image by either."""
    hexadecimal = identifier.removeprefix("sha256:")
    path = ("predicate", "configuration", 0, "digest", "sha256")
    verify(json.dumps(change(valid_statement(IMAGE), path, hexadecimal)).encode())


def test_unknown_fields_are_ignored() -> None:
    """A statement with further fields, tests and configuration is accepted."""
    statement = valid_statement(IMAGE) | {"later": [1]}
    statement["predicate"] |= {"url": "https://ci.test/1"}
    statement["predicate"]["passedTests"].append("test_of_another_version")
    statement["predicate"]["configuration"].append({"name": "more", "digest": {"sha512": "0"}})
    verify(json.dumps(statement).encode())


REFUSED = [
    (("_type",), "https://in-toto.io/Statement/v0.1", "not a test result"),
    (("predicateType",), "https://slsa.dev/provenance/v1", "not a test result"),
    (("subject", 0, "digest", "sha256"), OTHER, "about another image"),
    (("subject", 0, "digest"), {}, "about another image"),
    (("subject", 0, "digest"), {"sha512": "a" * 64}, "about another image"),
    (("subject",), [], "about another image"),
    (("subject",), [{"digest": {"sha256": "a" * 64}}, {"digest": {"sha256": OTHER}}], "about another image"),
    (("predicate", "configuration", 0, "digest", "sha256"), OTHER, "about another image id"),
    (("predicate", "configuration", 0, "name"), "id", "about another image id"),
    (("predicate", "configuration"), [], "about another image id"),
    (("predicate", "result"), "FAILED", "result other than passed"),
    (("predicate", "result"), "WARNED", "result other than passed"),
    (("predicate", "failedTests"), ["test_later"], "result other than passed"),
    (("predicate", "warnedTests"), ["test_later"], "result other than passed"),
    (("predicate", "passedTests"), [], "required checks"),
    (("predicate", "passedTests"), list(TESTS[1:]), "no result of 1 required checks"),
    (("predicate", "passedTests"), ABSENT, "required checks"),
]


@pytest.mark.parametrize(("path", "value", "message"), REFUSED)
def test_each_difference_is_refused(path: tuple[str | int, ...], value: Any, message: str) -> None:
    """Each verification refuses by itself, with the command that makes a new statement."""
    raw = json.dumps(change(valid_statement(IMAGE), path, value)).encode()
    with pytest.raises(RefusedError, match=message) as caught:
        verify(raw)
    assert "make build check push" in caught.value.hint


@settings(database=None, max_examples=300, deadline=None)
@given(path=st.sampled_from(PATHS), value=JSON | st.just(ABSENT))
def test_a_changed_member_is_refused_or_without_meaning(path: tuple[str | int, ...], value: Any) -> None:
    """Whichever member is changed or removed, the statement is refused in one line, or means the same."""
    original = valid_statement(IMAGE)
    raw = json.dumps(change(valid_statement(IMAGE), path, value)).encode()
    refusal = refusal_of(raw)
    if refusal:
        assert len(refusal.splitlines()) == 1
        return
    found = json.loads(raw)
    assert found["subject"][0]["digest"] == original["subject"][0]["digest"]
    assert found["predicate"]["configuration"][0] == original["predicate"]["configuration"][0]
    assert set(original["predicate"]["passedTests"]) == set(found["predicate"]["passedTests"])
    assert not found["predicate"].get("failedTests")
    assert found["predicate"]["result"] == "PASSED"


@settings(database=None, max_examples=300, deadline=None)
@given(raw=st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_other_content_is_refused(raw: bytes) -> None:
    """Content that is no statement is refused in one line, whatever its encoding."""
    with pytest.raises(RefusedError, match="is not valid") as caught:
        verify(raw)
    assert len(caught.value.message.splitlines()) == 1


@pytest.mark.parametrize(
    "raw", [b"[" * 100_000, b'{"a":' * 100_000, b"\xef\xbb\xbf{}", b'{"_type": "\\ud800"}']
)
def test_hostile_content_is_refused(raw: bytes) -> None:
    """Deep nesting, a byte order mark and a lone surrogate are refused."""
    with pytest.raises(RefusedError, match="is not valid"):
        verify(raw)
