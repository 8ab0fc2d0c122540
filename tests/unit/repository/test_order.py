"""Makefile, README and workflows agree on the order of the stages."""

from __future__ import annotations

import re
import subprocess

import pytest

from unit.repository.project import MAKEFILE, README, ROOT, made, pipeline, steps, targets


def stages_of(name: str) -> list[str]:
    """The pipeline's stages as a workflow calls them, in its order."""
    called = [stage for step in steps(name) if "run" in step for stage in made(step["run"])]
    return [stage for stage in called if stage in pipeline()]


def test_the_readme_tells_the_order_of_the_makefile() -> None:
    """Who reads the README knows the order in which make runs the stages."""
    assert f"`{' '.join(pipeline())}`" in README


def test_make_pipeline_runs_the_stages_in_order_and_one_at_a_time() -> None:
    """The chain is make's own, and no -j can mix it up."""
    assert re.search(r"^pipeline: \$\(PIPELINE\)", MAKEFILE, re.M)
    assert re.search(r"^\.NOTPARALLEL:", MAKEFILE, re.M)


def test_a_release_workflow_runs_the_whole_pipeline() -> None:
    """What reaches staging has gone through every stage, in the Makefile's order."""
    assert stages_of("release.yml") == pipeline()


def test_a_pull_request_runs_the_pipeline_up_to_the_tested_image() -> None:
    """A pull request is judged by the same stages, in the same order, whichever store it may see."""
    order = pipeline()[: pipeline().index("push")]
    called = stages_of("ci.yml")
    once = [stage for place, stage in enumerate(called) if stage not in called[:place]]
    assert once == order
    assert called[len(order) :] == [stage for stage in order if stage not in ("lint", "test-unit")]


def test_every_target_is_phony_and_every_phony_one_exists() -> None:
    """A file that happens to have a stage's name stops nothing."""
    listed = MAKEFILE.split(".PHONY:", 1)[1].split("\n", 1)[0].split()
    assert set(listed) == targets()
    assert len(listed) == len(set(listed))


def test_what_stands_on_this_machine_is_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that leads to the rest of the world is not asked for loopback; its own exceptions stay."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("no_proxy", "corp.example")
    words = ["make", "-s", "--no-print-directory", "--eval=told: ; @echo $$NO_PROXY $$no_proxy", "told"]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=30).stdout
    assert said.split() == ["127.0.0.0/8,localhost,.seatrial.test,corp.example"] * 2
