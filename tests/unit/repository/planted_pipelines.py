"""One-line faults of the pipelines of Azure Pipelines, each of which changes what a run does."""

from __future__ import annotations

MAIN = "azure-pipelines.yml"
FOLDER = ".azure-pipelines/"
TEMPLATES = ".azure-pipelines/templates/"
BRANCH = "eq(variables['Build.SourceBranch'], 'refs/heads/main')"

# The fault: the file, a text in it, and what stands there instead.
PLANTED: dict[str, tuple[str, str, str]] = {
    "a stage is left out": (MAIN, "fetch validate build check push", "fetch build check push"),
    "two stages change places": (MAIN, "make deploy accept", "make accept deploy"),
    "staging releases to production": (MAIN, "accept ENV=staging", "accept ENV=production"),
    "staging has no environment": (
        MAIN,
        "environment: staging\n        timeout",
        "environment: test\n        timeout",
    ),
    "staging signs in as build": (MAIN, "connection: seatrial-staging", "connection: seatrial-build"),
    "staging reads production's variables": (MAIN, "group: seatrial-staging", "group: seatrial-production"),
    "the release has no cluster": (MAIN, 'cluster: "true"', 'cluster: "false"'),
    "every branch is released": (MAIN, f"condition: {BRANCH}", "condition: succeeded()"),
    "a branch is misspelt": (MAIN, "'refs/heads/main'", "'refs/head/main'"),
    "staging waits for nothing": (MAIN, "dependsOn: image", "dependsOn: []"),
    "staging waits for an unknown stage": (MAIN, "dependsOn: image", "dependsOn: images"),
    "other branches are released by a push": (
        MAIN,
        "include: [main]\n\npr",
        "include: [main, feature]\n\npr",
    ),
    "the night needs a change": (MAIN, 'always: "true"', 'always: "false"'),
    "the night is another": (MAIN, 'cron: "17 2', 'cron: "17 4'),
    "two releases at once": (MAIN, "lockBehavior: sequential", "lockBehavior: runLatest"),
    "the result is read elsewhere": (MAIN, "targetPath: .seatrial/ci/run", "targetPath: .seatrial/run"),
    "the result is never written": (MAIN, "artifact: run\n", "artifact: runs\n"),
    "a failed job has no results": (MAIN, "condition: failed()", "condition: succeeded()"),
    "the kit is not kept": (MAIN, "publish: .seatrial/ci/qa-kit.zip", "publish: .seatrial/ci/kit.zip"),
    "the deadline is another": (MAIN, 'timeoutInMinutes: "30"', 'timeoutInMinutes: "300"'),
    "the results are elsewhere": (MAIN, "value: reports/junit", "value: reports/other"),
    "settle follows another stage": (MAIN, "after: staging", "after: image"),
    "settle follows a success only": (TEMPLATES + "settle.yml", "and(always(), in", "and(succeeded(), in"),
    "settle leaves a cancelled release": (TEMPLATES + "settle.yml", ", 'Canceled')", ")"),
    "settle waits for approvals": (TEMPLATES + "settle.yml", "}}-recovery # without", "}} # without"),
    "settle has no history": (TEMPLATES + "settle.yml", 'fetchDepth: "0"', 'fetchDepth: "1"'),
    "settle does something else": (TEMPLATES + "settle.yml", "make settle", "make resume"),
    "production needs no night": (
        TEMPLATES + "production.yml",
        "'Schedule', 'Manual'",
        "'IndividualCI', 'Manual'",
    ),
    "production follows a failure": (TEMPLATES + "production.yml", "and(succeeded(), in", "and(always(), in"),
    "production needs no approval": (
        TEMPLATES + "production.yml",
        "environment: production\n        t",
        "environment: prod\n        t",
    ),
    "production reads no approvals": (
        TEMPLATES + "production.yml",
        'approvals: "true"',
        'approvals: "false"',
    ),
    "an older promotion is last": (
        TEMPLATES + "production.yml",
        "lockBehavior: runLatest",
        "lockBehavior: sequential",
    ),
    "a parameter is misspelt": (TEMPLATES + "production.yml", "cluster: ", "clusters: "),
    "another branch promotes": (
        TEMPLATES + "production.yml",
        f"condition: {BRANCH}",
        "condition: succeeded()",
    ),
    "another branch rolls back": (
        TEMPLATES + "recovery.yml",
        f"condition: {BRANCH}",
        "condition: succeeded()",
    ),
    "a rollback has no reason": (TEMPLATES + "recovery.yml", "why: ${{ parameters.why }}", 'why: ""'),
    "a rollback waits for approvals": (TEMPLATES + "recovery.yml", "}}-recovery # without", "}} # without"),
    "a resume rolls back": (FOLDER + "resume.yml", "command: resume", "command: rollback"),
    "reports of a failure are lost": (
        TEMPLATES + "report.yml",
        "condition: always()",
        "condition: succeeded()",
    ),
    "a repeated job cannot write": (TEMPLATES + "report.yml", "-$(System.JobAttempt)", ""),
    "logs of a failure are lost": (
        TEMPLATES + "instance-end.yml",
        "make logs\n    condition: always()",
        "make logs",
    ),
    "the local cloud stays": (
        TEMPLATES + "instance-end.yml",
        "make down\n    condition: always()",
        "make down",
    ),
    "the registry is not signed in to": (TEMPLATES + "signed-in.yml", "az acr login", "az acr show"),
    "a variable is misspelt": (TEMPLATES + "signed-in.yml", '"$AKS_CLUSTER"', '"$AKS_CLUSTERS"'),
    "the webhook is misspelt": (TEMPLATES + "signed-in.yml", "$(NOTIFY_WEBHOOK_URL)", "$(NOTIFY_WEBHOOK)"),
    "every job has the token": (
        TEMPLATES + "signed-in.yml",
        "${{ if parameters.approvals }}",
        "${{ if parameters.registry }}",
    ),
    "the model's job may push": (
        FOLDER + "model.yml",
        'fetchDepth: "1"',
        'fetchDepth: "1"\n                  persistCredentials: "true"',
    ),
    "the model signs in as build": (FOLDER + "model.yml", "seatrial-model", "seatrial-build"),
    "the model signs in to the registry": (FOLDER + "model.yml", 'registry: "false"', 'registry: "true"'),
    "the job that runs the model has the token": (
        FOLDER + "model.yml",
        "command: make update",
        "command: make propose",
    ),
    "another branch proposes": (FOLDER + "model.yml", f"condition: {BRANCH}", "condition: succeeded()"),
    "propose waits for nothing": (FOLDER + "model.yml", "dependsOn: update", "dependsOn: []"),
    "propose has no history": (FOLDER + "model.yml", 'fetchDepth: "0"', 'fetchDepth: "1"'),
    "propose has no token": (FOLDER + "model.yml", "SYSTEM_ACCESSTOKEN: $(System.AccessToken)", "OTHER: x"),
    "packages are installed beside the token": (FOLDER + "model.yml", "make setup", "make prune"),
    "a pull request skips a suite": (FOLDER + "pull-request.yml", "make test-integration", "make test-unit"),
    "a pull request has an identity": (
        FOLDER + "pull-request.yml",
        "value: local",
        "value: local\n          - group: seatrial",
    ),
    "the token checks no night": (FOLDER + "heartbeat.yml", "make heartbeat", "make status"),
    "the newest packages are not tried": (FOLDER + "weekly.yml", "make lock-newest", "make check-locks"),
    "the nightly suites are shorter": (FOLDER + "nightly-tests.yml", "make test-nightly", "make test-unit"),
}
