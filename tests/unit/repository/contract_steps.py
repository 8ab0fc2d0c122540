"""Rules: the steps around a command: sign-in, tokens, history of the checkout, reports, the issue."""

from __future__ import annotations

from collections.abc import Iterator

from unit.repository.contract import ACTION, Body, Files, commands, needed, references, steps, uses
from unit.repository.contract_artefacts import UPLOAD
from unit.repository.contract_jobs import CLUSTER, RELEASE, STORE
from unit.repository.project import targets_in

# Each reads the golden set of a release, whose name and version an older commit may have.
OLDER_COMMITS = {"promote", "settle", "propose"}
# What a step of a command reads, beside the variables of its job.
VARIABLES = {
    "promote": {"GITHUB_TOKEN": "${{ github.token }}"},
    "rollback": {"WHY": "${{ github.triggering_actor }}: ${{ inputs.why }}"},
    "propose": {
        "GH_TOKEN": "${{ steps.app.outputs.token || github.token }}",
        "GH_REPO": "${{ github.repository }}",
    },
}
WEBHOOK = {"NOTIFY_WEBHOOK_URL": "${{ secrets.NOTIFY_WEBHOOK_URL }}"}
ALWAYS = "always()"


def of_steps(files: Files) -> Iterator[str]:
    """Yield what is wrong with the steps of a job of the workflows that release."""
    for name, key, body in files.releasing():
        made = set(commands(body))
        problems = [*_of_sign_in(body, made), *_of_commands(body), *_of_uploads(body, made)]
        problems += _of_issue(files, name, key)
        yield from (f"{name} {key}: {problem}" for problem in problems)


def _of_sign_in(body: Body, made: set[str]) -> Iterator[str]:
    """Yield what is wrong with the steps that sign in, before the first command that needs it."""
    done: set[str] = set()
    for step in steps(body):
        action, inputs = step.get("uses", "").removeprefix(ACTION), set(step.get("with", {}))
        condition = {"azure": "vars.AZURE_CLIENT_ID != ''", "aws": "startsWith(vars.STORE, 's3://')"}.get(
            action
        )
        if condition:
            done.add(action)
            if str(step.get("if", "")).removeprefix("always() && ") != condition:
                yield f"signs in with {action} also where it is not used"
        if action == "azure" and {"cluster", "group"} & inputs != (
            {"cluster", "group"} if made & CLUSTER else set()
        ):
            yield "signs in to a cluster and needs none, or needs one and does not sign in"
        if action == "azure" and made & (CLUSTER | {"push"}) and "registry" not in inputs:
            yield "does not sign in to the registry"
        if _targets(step) & (CLUSTER | STORE) and done != {"azure", "aws"}:
            yield "a command runs before the sign-in"


def _targets(step: Body) -> set[str]:
    return set(targets_in(step["run"])) if "run" in step else set()


def _of_commands(body: Body) -> Iterator[str]:
    """Yield each variable that a command reads and its step does not set, and a checkout without history."""
    for step in steps(body):
        wanted = {
            name: value for target in _targets(step) for name, value in VARIABLES.get(target, {}).items()
        }
        wanted |= WEBHOOK if _targets(step) & (CLUSTER | STORE) else {}
        own = step.get("env", {})
        yield from (f"its step does not set {each}" for each in wanted if own.get(each) != wanted[each])
    checkouts = [step.get("with", {}) for step in steps(body) if uses(step, "actions/checkout")]
    if OLDER_COMMITS & set(commands(body)) and [each.get("fetch-depth") for each in checkouts] != [0]:
        yield "has no older commits"
    if any(each.get("persist-credentials") is not False for each in checkouts):
        yield "leaves its token in the checkout"


def _of_uploads(body: Body, made: set[str]) -> Iterator[str]:
    """Yield what is wrong with the report of a release or of a model, also of a refused one."""
    reports = [step for step in steps(body) if uses(step, UPLOAD) and step["with"]["path"] == "reports/"]
    if made & (RELEASE | STORE) and [step.get("if") for step in reports] != [ALWAYS]:
        yield "does not upload its report whichever way it ends"
    results = [step for step in steps(body) if uses(step, UPLOAD) and step["with"]["name"] == "run"]
    if any(step.get("if") != ALWAYS for step in results):
        yield "does not upload its results whichever way it ends"


def _of_issue(files: Files, name: str, key: str) -> Iterator[str]:
    """Yield what is wrong with the job that opens an issue, which has each notice of the jobs before."""
    jobs = files.jobs(name)
    reported = {
        (other, out) for other, body in jobs.items() for out in body.get("outputs", {}) if out != "code"
    }
    for step in (step for step in steps(jobs[key]) if step.get("uses") == f"{ACTION}issue"):
        inputs = step.get("with", {})
        if references(inputs.get("notices", ""), "needs") != reported or {job for job, _ in reported} != set(
            needed(jobs, key)
        ):
            yield "the issue does not have the notice of each job"
        if set(inputs) - {"token", "notices"} not in ({"environment"}, {"title", "label", "next"}):
            yield "the issue has neither an environment nor title, label and what to do next"
        released = {str(body.get("environment")) for body in jobs.values() if set(commands(body)) & RELEASE}
        if released and {inputs.get("environment")} != released:
            yield "the issue is of another environment"
