"""What the command `use` prints, and what it gives to the stage."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from seatrial.cli import main
from seatrial.results import Artefact
from seatrial.use_result import UseResult
from seatrial.workspace import Workspace

COMMIT = "git commit -m 'Ship flowers 2.0.0' model.lock"


def artefact(name: str, version: str = "2.0.0") -> Artefact:
    """Return a published artefact."""
    return Artefact(name=name, version=version, digest="sha256:" + "d" * 64)


def result(**fields: Any) -> UseResult:
    """Return the result of a first use of flowers 2.0.0, with changes."""
    common = {"working_state": "t", "revision": "r", "lock_digest": "l", "started": "2026-01-01T00:00:00Z"}
    found = {"model": artefact("flowers"), "golden": artefact("flower-photos", "1.0.0"), "commit": COMMIT}
    return UseResult.model_validate(
        {**common, "seconds": 0.5, **found, "changed": True, "created": True, **fields}
    )


def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], found: UseResult) -> str:
    """Return what the command prints for a result."""
    given: dict[str, Any] = {}

    def use(settings: object, workspace: object, **options: object) -> UseResult:
        given.update(options)
        return found

    module = ModuleType("seatrial.stages.use")
    module.use = use  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "seatrial.stages.use", module)
    words = ["my-model", "--golden", "my-photos", "--accept-labels", "why"]
    monkeypatch.setattr(sys, "argv", ["seatrial", "use", *words, "--instance", "dev"])
    with pytest.raises(SystemExit):
        main()
    assert given == {
        "model": Path("my-model"),
        "golden": Path("my-photos"),
        "evaluation": None,
        "accept_labels": "why",
    }
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        (
            result(before=artefact("birds", "1.0.0")),
            [
                "use: flowers 2.0.0 with flower-photos 1.0.0, published",
                "  model.lock names flowers 2.0.0 instead of birds 1.0.0, without an evaluation set",
                "  it is not judged yet: make fetch validate, which the pipeline does too",
                "  release it here:  make pipeline ENV=local",
                f"  commit it:        {COMMIT}",
                "  other environments release commits only (0.5 s)",
            ],
        ),
        (
            result(evaluation=artefact("many"), created=False),
            [
                "use: flowers 2.0.0 with flower-photos 1.0.0 and many 2.0.0, published before",
                "  model.lock names flowers 2.0.0",
                "  it is not judged yet: make fetch validate, which the pipeline does too",
                "  release it here:  make pipeline ENV=local",
                f"  commit it:        {COMMIT}",
                "  other environments release commits only (0.5 s)",
            ],
        ),
        (
            result(changed=False, created=False, before=artefact("flowers"), commit=""),
            [
                "use: flowers 2.0.0 with flower-photos 1.0.0, published before",
                "  model.lock named them already (0.5 s)",
            ],
        ),
    ],
)
def test_use_prints_what_to_type_next(
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    found: UseResult,
    lines: list[str],
) -> None:
    """The command for the commit has a line of its own, which can be copied."""
    monkeypatch.chdir(workspace.root)
    monkeypatch.delenv("ACCEPT_LABELS", raising=False)
    assert printed(monkeypatch, capsys, found).splitlines() == lines
