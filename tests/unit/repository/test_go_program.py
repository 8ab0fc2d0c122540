"""Tests of the build of Go programs, with stand-ins of uv and of Go that write down how they are called."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from go_program import BuildError, GoProgram, cache

# Printed by printf, so each backslash is doubled.
GO = (
    '#!/bin/sh\\necho "$* in $(ls | tr "\\\\n" " ")" >> {calls}\\n'
    'mkdir -p "$GOBIN"\\necho built > "$GOBIN/tool"\\n'
)
UV = '#!/bin/sh\nmkdir -p "$6/go/bin"\nprintf \'{go}\' > "$6/go/bin/go"\nchmod +x "$6/go/bin/go"\n'
TOOL = GoProgram("tool", "1.2.3", "example.com/tool@v1.2.3")


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a line for each call of Go; the cache is empty."""
    calls, uv = tmp_path / "calls", tmp_path / "uv"
    uv.write_text(UV.format(go=GO.format(calls=calls)))
    uv.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("SEATRIAL_CACHE", str(tmp_path / "cache"))
    return calls


def test_a_program_is_built_once_for_each_version(calls: Path) -> None:
    """The second time it is in the cache, complete, under its version."""
    assert TOOL.path() == TOOL.path() == cache() / "tool-1.2.3"
    assert TOOL.path().read_text() == "built\n"
    (line,) = calls.read_text().splitlines()
    assert line.startswith("install -trimpath -ldflags -s -w example.com/tool@v1.2.3 in ")


def test_a_module_with_replacements_is_required_by_a_wrapper(calls: Path) -> None:
    """`go install` with a version refuses it."""
    GoProgram("tool", "1", "example.com/tool", wrapper={"go.mod": "module wrapper", "wrapper.go": ""}).path()
    tidy, install = calls.read_text().splitlines()
    assert tidy.startswith("mod tidy in ")
    assert install.startswith("install -trimpath -ldflags -s -w example.com/tool in ")
    assert "go.mod" in install
    assert "wrapper.go" in install


@pytest.mark.parametrize("script", ["echo no route to host >&2; exit 1", "exit 1"])
def test_a_build_that_fails_leaves_nothing(calls: Path, script: str) -> None:
    """The reason is in the error, and the next call builds again."""
    uv = Path(sys.executable).with_name("uv")
    works = uv.read_text()
    uv.write_text(f"#!/bin/sh\n{script}\n")
    with pytest.raises(BuildError, match="tool cannot be built; the package index and the Go module proxy"):
        TOOL.path()
    assert not TOOL.cached().exists()
    uv.write_text(works)
    assert TOOL.path().exists()


def test_a_build_has_a_deadline(calls: Path) -> None:
    """One that hangs is ended."""
    uv = Path(sys.executable).with_name("uv")
    uv.write_text("#!/bin/sh\nexec tail -f /dev/null\n")
    with pytest.raises(BuildError, match=r"tool cannot be built: .* timed out"):
        GoProgram("tool", "1", "example.com/tool", seconds=1).path()
