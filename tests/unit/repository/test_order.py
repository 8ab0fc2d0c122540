"""Tests that Makefile, README and workflows have the same order of stages."""

from __future__ import annotations

import re
import subprocess

import pytest

from unit.repository.project import (
    MAKEFILE,
    README,
    ROOT,
    WORKFLOWS,
    pipeline,
    steps,
    targets,
    targets_in,
    workflow,
)


def stages_of(name: str, *jobs: str) -> list[str]:
    """Return the pipeline's stages that a workflow calls, in its order; of all its jobs, or of some."""
    found = workflow(name)["jobs"]
    each = [step for job in jobs or found for step in found[job].get("steps", [])]
    called = [stage for step in each if "run" in step for stage in targets_in(step["run"])]
    return [stage for stage in called if stage in pipeline()]


def test_the_readme_has_the_order_of_the_makefile() -> None:
    """The README lists the stages in the order in which make runs them."""
    assert f"`{' '.join(pipeline())}`" in README


def test_make_pipeline_runs_the_stages_in_order_and_one_at_a_time() -> None:
    """The order is that of make's prerequisites, also with `-j`."""
    assert re.search(r"^pipeline: \$\(PIPELINE\)", MAKEFILE, re.M)
    assert re.search(r"^\.NOTPARALLEL:", MAKEFILE, re.M)


def test_a_release_workflow_runs_the_whole_pipeline() -> None:
    """A release to staging passes every stage, in the Makefile's order."""
    assert stages_of("release.yml") == pipeline()


def test_no_release_moves_the_lock_of_its_commit() -> None:
    """`model` alone looks for a newer model; a release ships the lock that its commit contains."""
    callers = {
        path.name
        for path in WORKFLOWS.glob("*.yml")
        for step in steps(path.name)
        if {"update", "propose", "optimize"} & set(targets_in(step.get("run", "make")))
    }
    assert callers == {"model.yml"}
    releasing = ("cd.yml", "nightly.yml", "release.yml", "promote.yml")
    assert [name for name in releasing if "model.lock" in (WORKFLOWS / name).read_text()] == []


def test_a_pull_request_runs_the_pipeline_up_to_the_tested_image() -> None:
    """The jobs `code` and `image` run the stages before `push`, with the real store or the example's."""
    order = pipeline()[: pipeline().index("push")]
    called = stages_of("ci.yml", "code", "image")
    once = [stage for place, stage in enumerate(called) if stage not in called[:place]]
    assert once == order
    assert called[len(order) :] == [stage for stage in order if stage not in ("lint", "test-unit")]


@pytest.mark.parametrize("job", ["integration", "release"])
def test_a_pull_request_releases_on_a_local_cloud(job: str) -> None:
    """Once `code` has passed, each of the two jobs runs the rest of the pipeline, then its suites."""
    found = workflow("ci.yml")["jobs"][job]
    assert found["needs"] == "code"
    assert ["lint", "test-unit", *stages_of("ci.yml", job)] == pipeline()
    called = [target for step in found["steps"] if "run" in step for target in targets_in(step["run"])]
    suites = {"integration": ["test-integration"], "release": ["test-e2e", "test-release"]}[job]
    assert called[called.index("accept") + 1 :] == [*suites, "logs", "down"]


def test_each_target_is_declared_phony_in_the_line_above_it() -> None:
    """A file with the name of a target does not disable the target."""
    declared = re.findall(r"^\.PHONY: (\S+)\n([a-z][a-z0-9-]*):", MAKEFILE, re.M)
    assert [pair for pair in declared if pair[0] != pair[1]] == []
    assert len(declared) == MAKEFILE.count(".PHONY")
    assert {name for name, _ in declared} == targets()


@pytest.mark.parametrize("target", ["test-all", "test-nightly-all"])
def test_each_suite_of_the_release_tests_belongs_to_test_or_test_nightly(target: str) -> None:
    """`make test` and `make test-nightly` together run every suite, and both prepare the instance."""
    prerequisites = {
        "test-all": "lint test-unit $(TEST_INSTANCE) test-integration test-e2e test-release",
        "test-nightly-all": "test-fuzz zoo $(TEST_INSTANCE) test-faults test-long",
    }
    assert f"\n{target}: {prerequisites[target]}\n" in MAKEFILE


def test_requests_to_this_machine_bypass_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_PROXY contains loopback and the test domain, and keeps the user's own exceptions."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("no_proxy", "corp.example")
    words = ["make", "-s", "--no-print-directory", "--eval=show: ; @echo $$NO_PROXY $$no_proxy", "show"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.split() == ["127.0.0.0/8,localhost,.seatrial.test,corp.example"] * 2


@pytest.mark.parametrize(("code", "exit_code"), [("0", 0), ("2", 2)])
def test_make_test_removes_its_instance_and_keeps_the_result(code: str, exit_code: int) -> None:
    """The recipe of `make test` ends with `make down`, and with the exit code of the tests."""
    found = re.search(r"^REMOVE_AFTERWARDS := (.+)$", MAKEFILE, re.M)
    assert found
    script = re.sub(r"\$\(if \$\(KEEP\),:,(.*)\)' EXIT", r"\1' EXIT", found.group(1))
    script = script.replace("$(SUBMAKE) down INSTANCE=test", "echo removed")
    done = subprocess.run(
        ["/bin/sh", "-c", f"{script}; (exit {code})"], capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.returncode, done.stdout) == (exit_code, "removed\n")
