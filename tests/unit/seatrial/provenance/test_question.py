"""What may be asked of trace, and what it is taken for."""

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


def _clues(path: Path, text: str) -> dict[str, str]:
    path.write_text(text, newline="")
    return read_query(str(path)).clues


def test_an_answer_with_its_headers_says_everything(tmp_path: Path) -> None:
    """What `curl -i` saved names release, request, model and the first label."""
    assert _clues(tmp_path / "answer", HEADERS + json.dumps(BODY)) == {
        "release": "staging-4",
        "request": "0123abcd",
        "model": digest("d"),
        "version": "1.0.0",
        "label": "red",
    }


def test_headers_alone_are_enough(tmp_path: Path) -> None:
    """What `curl -D` or `curl -v` saved names the release."""
    assert _clues(tmp_path / "headers", HEADERS)["release"] == "staging-4"
    verbose = "\n".join(f"< {line}" for line in HEADERS.splitlines())
    assert _clues(tmp_path / "verbose", verbose)["request"] == "0123abcd"


def test_a_body_alone_names_the_model(tmp_path: Path) -> None:
    """The JSON of /predict, saved without headers, still leads to the model."""
    assert _clues(tmp_path / "body.json", json.dumps(BODY))["model"] == digest("d")


def test_json_of_other_makes_is_read_too(tmp_path: Path) -> None:
    """An answer that a client wrapped, and what /version said, name their release."""
    wrapped = {"headers": {"X-Release": "staging-4"}, "body": BODY}
    assert _clues(tmp_path / "wrapped.json", json.dumps(wrapped)).items() >= {"release": "staging-4"}.items()
    version = {"app": {"release": "staging-4", "image": digest("a")}, "model": BODY["model"]}
    assert _clues(tmp_path / "version.json", json.dumps(version))["image"] == digest("a")


@pytest.mark.parametrize(
    "text", ["", "no answer at all", "{", "[1, 2]", '{"error": "too large"}', "{" * 5000]
)
def test_a_file_that_is_no_answer_is_told(tmp_path: Path, text: str) -> None:
    """Any other file ends in one line, not in a guess."""
    (tmp_path / "file").write_text(text)
    with pytest.raises(UsageError, match="says neither release nor model"):
        read_query(str(tmp_path / "file"))


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """An answer has less than a megabyte."""
    (tmp_path / "file").write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(UsageError, match="too large"):
        read_query(str(tmp_path / "file"))


@pytest.mark.parametrize(
    "word",
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
def test_a_release_answers_to_each_of_its_names(environments: Environments, word: str) -> None:
    """Release, image, model, golden set, commit or working state, whole or abbreviated: all lead to it."""
    assert read_query(word).names(environments.release("staging", 1, "a"))


@pytest.mark.parametrize("word", ["staging-2", digest("b"), "2.0.0", "c0ffee", "aaaaaa", "staging", "red"])
def test_it_answers_to_no_other(environments: Environments, word: str) -> None:
    """What only resembles a name leads nowhere."""
    assert not read_query(word).names(environments.release("staging", 1, "a"))
