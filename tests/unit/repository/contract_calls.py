"""Rules: what a workflow, an action or a job passes to another one is what the other declares and reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from seatrial.commands.notices import _outputs
from seatrial.errors import RefusedError
from seatrial.release.notice import Notice
from unit.repository.contract import ACTION, Body, Files, called, needed, references, steps, uses
from unit.repository.identities import triggers
from unit.repository.project import ROOT, targets_in

LEVELS = ("none", "read", "write")
TOKEN = "actions/create-github-app-token"
COMMANDS = "".join(path.read_text() for path in sorted((ROOT / "src/seatrial/commands").glob("*.py")))


@cache
def written_outputs() -> set[str]:
    """Return the names that a command writes to GITHUB_OUTPUT if it fails with a notice."""
    text = _outputs(Notice("what", "", "", "", "next"), 10, RefusedError("refused", "hint"))
    return {line.partition("=")[0] for line in text.splitlines()}


@cache
def reporting() -> set[str]:
    """Return the commands of seatrial that report how they ended, by the source of their functions."""
    found = re.findall(r"^@app\.command\(.*?\)\ndef (\w+)\((.*?)(?=^@app|^def |\Z)", COMMANDS, re.M | re.S)
    return {name.replace("_", "-") for name, body in found if "run_stage(" in body}


def of_calls(files: Files) -> Iterator[str]:
    """Yield what is wrong with a call of a workflow: inputs, secrets, rights."""
    for name in files.workflows:
        for key, body in files.jobs(name).items():
            if called(body):
                yield from (f"{name} {key}: {problem}" for problem in _call(files, body))


def _call(files: Files, body: Body) -> Iterator[str]:
    if called(body) not in files.workflows:
        yield f"there is no workflow {called(body)}"
        return
    declared = triggers(files.workflows[called(body)]).get("workflow_call", {})
    yield from _given("input", set(body.get("with", {})), declared.get("inputs", {}))
    missing = set(declared.get("secrets", {})) ^ set(body.get("secrets", {}))
    yield from (f"the secret {each} is not both declared and passed" for each in sorted(missing))
    for key, other in files.jobs(called(body)).items():
        for right, level in other.get("permissions", {}).items():
            granted = body.get("permissions", {}).get(right, "none")
            if LEVELS.index(granted) < LEVELS.index(level):
                yield f"{key} needs {right}: {level}, GitHub would not start the run"


def _given(kind: str, given: set[str], declared: Mapping[str, Body]) -> Iterator[str]:
    required = {name for name, each in declared.items() if each.get("required")}
    yield from (f"the {kind} {each} is not declared" for each in sorted(given - set(declared)))
    yield from (f"the {kind} {each} is not given" for each in sorted(required - given))


def of_actions(files: Files) -> Iterator[str]:
    """Yield what is wrong with a use of a composite action of this repository."""
    for name in files.workflows:
        for key, body in files.jobs(name).items():
            for step in steps(body):
                action = step.get("uses", "").removeprefix(ACTION)
                if step.get("uses", "").startswith(ACTION):
                    if action not in files.actions:
                        yield f"{name} {key}: there is no action {action}"
                        continue
                    problems = _given("input", set(step.get("with", {})), files.actions[action]["inputs"])
                    yield from (f"{name} {key}: {action}: {problem}" for problem in problems)


def of_outputs(files: Files) -> Iterator[str]:
    """Yield the outputs that are read and not written, or written and not read, of steps and jobs."""
    for name in files.workflows:
        jobs = files.jobs(name)
        read = {pair for body in jobs.values() for pair in references(body, "needs")}
        for key, body in jobs.items():
            problems = [*_of_steps(body), *_of_needs(jobs, key), *_unread(key, body, read)]
            yield from (f"{name} {key}: {problem}" for problem in problems)


def _of_steps(body: Body) -> Iterator[str]:
    known = {step["id"]: _writes(step) for step in steps(body) if "id" in step}
    read = references(body, "steps")
    for step, output in sorted(read):
        if output not in known.get(step, set()):
            yield f"step {step} does not write {output}"
    yield from (
        f"step {each} has an id that nothing reads" for each in sorted(set(known) - {s for s, _ in read})
    )


def _writes(step: Body) -> set[str]:
    if "run" in step:
        return written_outputs() if set(targets_in(step["run"])) <= reporting() else set()
    return {"token"} if uses(step, TOKEN) else set()


def _of_needs(jobs: Mapping[str, Body], key: str) -> Iterator[str]:
    body = jobs[key]
    for other, output in sorted(references(body, "needs")):
        if other not in needed(jobs, key) or output not in jobs[other].get("outputs", {}):
            yield f"{other} has no output {output}"
    condition = str(body.get("if", ""))
    for other in needed(jobs, key) if "always()" in condition else ():
        every = "needs.*.result" in condition or "toJSON(needs)" in repr(body)
        if not every and f"needs.{other}." not in condition:
            yield f"needs {other} and does not read how it ended"


def _unread(key: str, body: Body, read: set[tuple[str, str]]) -> Iterator[str]:
    for output in body.get("outputs", {}):
        if (key, output) not in read:
            yield f"its output {output} is never read"
