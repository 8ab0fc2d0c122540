"""The argument of trace and its meaning."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from memory_environments import Environments, digest
from seatrial.errors import UsageError
from seatrial.provenance.query import read_query

HEADERS = f"""HTTP/1.1 200 OK\r
Content-Type: application/json\r
X-Model-Version: 1.0.0\r
X-Model-Digest: {digest("d")}\r
X-Release: staging-4\r
X-Request-Id: 0123abcd\r
\r
"""
BODY = {
    "model": {"name": "colours", "version": "1.0.0", "digest": digest("d")},
    "predictions": [{"label": "red", "probability": 0.9}, {"label": "blue", "probability": 0.1}],
}


def _fields(path: Path, text: str) -> dict[str, str]:
    path.write_text(text, newline="")
    return read_query(str(path)).response_fields


def test_a_response_with_headers_has_every_field(tmp_path: Path) -> None:
    """The output of `curl -i` has release, request, model and the first label."""
    assert _fields(tmp_path / "response", HEADERS + json.dumps(BODY)) == {
        "release": "staging-4",
        "request": "0123abcd",
        "model": digest("d"),
        "version": "1.0.0",
        "label": "red",
    }


def test_headers_alone_are_enough(tmp_path: Path) -> None:
    """The output of `curl -D` or `curl -v` has the release and the request."""
    assert _fields(tmp_path / "headers", HEADERS)["release"] == "staging-4"
    verbose = "\n".join(f"< {line}" for line in HEADERS.splitlines())
    assert _fields(tmp_path / "verbose", verbose)["request"] == "0123abcd"


def test_a_body_alone_has_the_model(tmp_path: Path) -> None:
    """The JSON of /predict without headers has the model's digest."""
    assert _fields(tmp_path / "body.json", json.dumps(BODY))["model"] == digest("d")


def test_nested_json_is_read(tmp_path: Path) -> None:
    """A response that a client wrapped, and the JSON of /version, have their fields."""
    wrapped = {"headers": {"X-Release": "staging-4"}, "body": BODY}
    assert _fields(tmp_path / "wrapped.json", json.dumps(wrapped)).items() >= {"release": "staging-4"}.items()
    version = {"app": {"release": "staging-4", "image": digest("a")}, "model": BODY["model"]}
    assert _fields(tmp_path / "version.json", json.dumps(version))["image"] == digest("a")


@pytest.mark.parametrize("text", ["", "not a response", "{", "[1, 2]", '{"error": "too large"}', "{" * 5000])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    """A file without a known field is an error."""
    (tmp_path / "file").write_text(text)
    with pytest.raises(UsageError, match="has neither release nor model"):
        read_query(str(tmp_path / "file"))


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    """A response has less than a mebibyte."""
    (tmp_path / "file").write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(UsageError, match="too large"):
        read_query(str(tmp_path / "file"))


@pytest.mark.parametrize(
    "name",
    [
        "staging-1",
        digest("a"),
        f"registry.test:5000/classifier@{digest('a')}",
        "a" * 64,
        "aaaaaaaaaaaa",
        "1.0.0",
        "colours 1.0.0",
        "colours@1.0.0",
        digest("d"),
        digest("e"),
        "aaaaaaac0ffee",
        "tree-a",
    ],
)
def test_each_name_of_a_release_matches_it(environments: Environments, name: str) -> None:
    """Release, image, model, golden set, commit and working state match, in full or abbreviated."""
    assert read_query(name).matches(environments.release("staging", 1, "a"))


@pytest.mark.parametrize("name", ["staging-2", digest("b"), "2.0.0", "c0ffee", "aaaaaa", "staging", "red"])
def test_a_similar_name_does_not_match(environments: Environments, name: str) -> None:
    """Another release, a part of a name or a short abbreviation does not match."""
    assert not read_query(name).matches(environments.release("staging", 1, "a"))


@pytest.mark.parametrize("image", ["latest", "../../../admin", "sha256:abc", ""])
def test_only_a_digest_in_a_response_is_looked_up(tmp_path: Path, image: str) -> None:
    """Any other text of a saved response is never part of a request to a registry."""
    saved = tmp_path / "response.json"
    saved.write_text(json.dumps({"app": {"image": image, "release": "local-1"}}))
    assert read_query(str(saved)).image_digest == ""
