"""The tables of docs/reference/workflows.md, as the workflows are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from unit.repository.contract import RELEASING, Body, Files, before, called, needed
from unit.repository.contract_artefacts import downloads, uploads
from unit.repository.expressions import starts
from unit.repository.identities import triggers

MAIN = "refs/heads/main"
# The job that releases, and those before it, by the workflow.
RELEASES = {"release.yml": "release", "promote.yml": "production"}


def short(name: str) -> str:
    """Return the name of a workflow as code."""
    return f"`{name.removesuffix('.yml')}`"


def workflow_rows(files: Files) -> list[list[str]]:
    """Return for each workflow that releases: what starts it, its jobs, the group in which runs wait."""
    return [
        [
            short(name),
            ", ".join(_starts(files, name)),
            ", ".join(_jobs(files.jobs(name))),
            _groups(files, name),
        ]
        for name in RELEASING
    ]


def _starts(files: Files, name: str) -> Iterator[str]:
    for event, filters in triggers(files.workflows[name]).items():
        if event == "workflow_call":
            callers = [
                other for other in files.workflows for b in files.jobs(other).values() if called(b) == name
            ]
            yield from (short(each) for each in callers)
        elif event == "schedule":
            yield from (f"`{each['cron']}`" for each in filters)
        elif event == "push":
            yield f"a push to `{filters['branches'][0]}`"
        else:
            yield {"workflow_dispatch": "a person", "repository_dispatch": "the store"}[event]


def _jobs(jobs: Mapping[str, Body]) -> Iterator[str]:
    for key, body in jobs.items():
        after = f" after {' and '.join(needed(jobs, key))}" if needed(jobs, key) else ""
        yield f"{key}{after}" + (f" (calls {short(called(body))})" if called(body) else "")


def _groups(files: Files, name: str) -> str:
    bodies = [files.workflows[name], *files.jobs(name).values()]
    given = [each["concurrency"] for each in bodies if "concurrency" in each]
    found = [{"group": each} if isinstance(each, str) else each for each in given]
    text = [f"`{each['group']}`" + (" (all wait)" if each.get("queue") == "max" else "") for each in found]
    return ", ".join(text).replace("${{ inputs.environment }}", "ENV")


def artefact_rows(files: Files) -> list[list[str]]:
    """Return for each artefact: its name, who writes it, its files, who reads it, for how many days."""
    return [
        [
            f"`{found['name']}`",
            f"{short(name)} {key}",
            f"`{found['path']}`",
            ", ".join(_readers(files, name, key, found["name"])) or "people",
            str(found["retention-days"]),
        ]
        for name, key, body in files.releasing()
        for found in uploads(body)
    ]


def _readers(files: Files, name: str, writer: str, artefact: str) -> Iterator[str]:
    jobs = files.jobs(name)
    for key, body in jobs.items():
        if writer in before(jobs, key) and artefact in [found["name"] for found in downloads(body)]:
            yield key


def outcome(files: Files, name: str, row: list[str]) -> tuple[bool, bool]:
    """Return whether `settle` and `issue` run after a row: event, image, release, settle, notices."""
    event, image, release, settle, notices = row[:5]
    jobs, releasing = files.jobs(name), RELEASES[name]
    result, _, code = settle.partition(" ")
    own = {"image": image, releasing: release, "settle": result}
    values = {"github.ref": MAIN, "github.event_name": event, "needs.settle.outputs.code": code.strip("()")}
    values |= {
        f"needs.{releasing if key == 'release' else key}.outputs.notice": "x" for key in notices.split()
    }

    def runs(key: str) -> bool:
        ended = {f"needs.{each}.result": own.get(each, "") for each in needed(jobs, key)}
        return starts(str(jobs[key].get("if", "")), {**values, **ended})

    return runs("settle"), runs("issue")
