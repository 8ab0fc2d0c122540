"""Rules: runs that wait for each other, runs that recover, deadlines, and the hours of the schedules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from seatrial.analysis.endpoint_check import MARGIN_SECONDS
from seatrial.analysis.suite import suite_seconds
from seatrial.image.builder import BUILD_SECONDS
from seatrial.image.engine_push import PUSH_SECONDS
from seatrial.kube.client import PATIENCE_SECONDS
from seatrial.kube.network_policy import PROBE_SECONDS
from seatrial.kube.slots import DELETION_SECONDS
from seatrial.release.target import EXTRA_PATIENCE, NAME_SECONDS
from seatrial.settings import Environment, Settings, load
from seatrial.stages.check import CHECK_SECONDS
from seatrial.workspace import Workspace
from unit.repository.contract import Body, Files, called, commands, needed, steps
from unit.repository.contract_jobs import CLUSTER, RECOVERY, RELEASE
from unit.repository.expressions import starts
from unit.repository.identities import triggers
from unit.repository.project import ROOT

# Checking out, installing, signing in.
SET_UP_SECONDS = 240
# Many photos for a golden set; each adds a second to the suite.
PHOTOS = 60
RESULTS = ("success", "failure", "cancelled", "skipped")
UNFINISHED = ("failure", "cancelled")
MAIN = {"github.ref": "refs/heads/main", "github.event_name": "push"}
QUEUED = {"cancel-in-progress": False, "queue": "max"}
ONE_WAITS = {"cancel-in-progress": False}
GROUPS: Mapping[tuple[str, str], Mapping[str, object]] = {
    ("cd.yml", ""): {"group": "cd", **ONE_WAITS},
    ("cd.yml", "staging"): {"group": "release-staging", **QUEUED},
    ("nightly.yml", "staging"): {"group": "release-staging", **QUEUED},
    ("promote.yml", "production"): {"group": "release-production", **ONE_WAITS},
    ("model.yml", ""): {"group": "model", **ONE_WAITS},
    ("rollback.yml", ""): {"group": "rollback-${{ inputs.environment }}", **ONE_WAITS},
    ("resume.yml", ""): {"group": "resume-${{ inputs.environment }}", **ONE_WAITS},
}


def of_concurrency(files: Files) -> Iterator[str]:
    """Yield each job or workflow that is in another concurrency group than it has to be, or in none."""
    found = {(name, ""): content.get("concurrency") for name, content in files.workflows.items()}
    found |= {(name, key): body.get("concurrency") for name, key, body in files.releasing()}
    for name, key, _ in files.releasing():
        for place in ((name, ""), (name, key)):
            if found[place] != GROUPS.get(place):
                yield f"{name} {place[1]}: its concurrency group is {found[place]}"


def deadline(target: str, live: Environment) -> float:
    """Return how long (seconds) a command may take by its own deadlines, in an environment.

    Transfers have a deadline for each request only, and are left out.
    """
    suite, undo = suite_seconds(PHOTOS), live.rollout_seconds + live.address_seconds + DELETION_SECONDS
    deploy = 2 * live.rollout_seconds + 2 * live.address_seconds + suite + PROBE_SECONDS + undo
    accept = NAME_SECONDS + suite + live.bake_seconds + MARGIN_SECONDS + undo
    return PATIENCE_SECONDS + {
        "build": BUILD_SECONDS,
        "check": CHECK_SECONDS + 2 * PHOTOS,
        "push": PUSH_SECONDS,
        "deploy": deploy,
        "accept": accept,
        "promote": deploy + accept,
        "settle": live.lease_seconds + EXTRA_PATIENCE + accept + live.rollout_seconds,
        "rollback": live.lease_seconds + EXTRA_PATIENCE + undo,
    }.get(target, 0.0)


@cache
def _settings() -> Settings:
    return load(Workspace(ROOT, "ci"))


def of_deadlines(files: Files) -> Iterator[str]:
    """Yield each job that may be cancelled while a command of it keeps its own deadlines."""
    settings = _settings()
    for name, key, body in files.releasing():
        if called(body):
            continue
        slowest = max(
            sum(deadline(target, live) for target in commands(body))
            for live in settings.environments.values()
        )
        if name == "release.yml" and "deploy" in commands(body):
            slowest = sum(deadline(target, settings.environment("staging")) for target in commands(body))
        if body.get("timeout-minutes", 360) * 60 < slowest + SET_UP_SECONDS:
            yield f"{name} {key}: its commands may take {slowest / 60:.0f} min, and it is cancelled before"
        if body.get("timeout-minutes", 360) > 90:
            yield f"{name} {key}: a job that hangs runs for hours"


def of_recovery(files: Files) -> Iterator[str]:
    """Yield what is wrong with the job that follows a release which did not end well."""
    for name in ("release.yml", "promote.yml"):
        jobs = files.jobs(name)
        (releasing,) = [key for key, body in jobs.items() if RELEASE & set(commands(body))]
        settling = [key for key, body in jobs.items() if "settle" in commands(body)]
        for key in settling:
            yield from (f"{name} {key}: {problem}" for problem in _of_settle(jobs, key, releasing))
        if len(settling) != 1:
            yield f"{name}: {len(settling)} jobs settle"
    yield from _of_cancelled_steps(files)


def _of_settle(jobs: Mapping[str, Body], key: str, releasing: str) -> Iterator[str]:
    body = jobs[key]
    if needed(jobs, key) != [releasing]:
        yield "does not follow the job that releases"
    for result in RESULTS:
        runs = starts(str(body.get("if", "")), {**MAIN, f"needs.{releasing}.result": result})
        if runs is not (result in UNFINISHED):
            yield f"{'runs' if runs else 'does not run'} after {result}"
    for issue in (each for each in jobs.values() if "/issue" in repr(steps(each))):
        if key not in issue["needs"] or releasing not in issue["needs"]:
            yield "what it finds is not reported"


def _of_cancelled_steps(files: Files) -> Iterator[str]:
    """Yield each step of a job that settles which a second cancellation would skip."""
    for name, key, body in files.releasing():
        if "settle" in commands(body):
            missing = [step for step in steps(body) if not str(step.get("if", "")).startswith("always()")]
            yield from (f"{name} {key}: a step is skipped if the run is cancelled again" for _ in missing)
        if (
            CLUSTER & set(commands(body))
            and not RECOVERY & set(commands(body))
            and "always()" in str(body.get("if"))
        ):
            yield f"{name} {key}: releases after a job that failed"


def of_schedules(files: Files) -> Iterator[str]:
    """Yield what is wrong with the hours of the night: a model, its release, the check for one."""
    minutes = {name: _first_minute(files, name) for name in ("model.yml", "nightly.yml", "heartbeat.yml")}
    if None in minutes.values():
        yield f"a schedule is missing: {minutes}"
        return
    model = sum(body["timeout-minutes"] for key, body in files.jobs("model.yml").items() if key != "issue")
    if not minutes["model.yml"] + model < minutes["nightly.yml"] < minutes["heartbeat.yml"]:
        yield "model.yml does not end before nightly.yml, or heartbeat.yml is not after it"
    if triggers(files.workflows["cd.yml"]) != {"push": {"branches": ["main"]}}:
        yield "cd.yml: it is not each push to main, and nothing else, that starts it"
    if triggers(files.workflows["model.yml"]).get("repository_dispatch") != {"types": ["model-published"]}:
        yield "model.yml: any event that is sent starts it"
    night = files.jobs("nightly.yml")
    if called(night["production"]) != "promote.yml" or needed(night, "production") != ["staging"]:
        yield "nightly.yml: production does not follow staging"


def _first_minute(files: Files, name: str) -> int | None:
    schedule = triggers(files.workflows[name]).get("schedule", [])
    found = [re.match(r"(\d+) (\d+)(?:,\d+)* \* \* \*$", each["cron"]) for each in schedule]
    return int(found[0][2]) * 60 + int(found[0][1]) if len(found) == 1 and found[0] else None
