"""Faults of one or two lines in a workflow or an action, each of which must break a rule of the contract."""

from __future__ import annotations

from typing import NamedTuple

CD, NIGHTLY, RELEASE = "workflows/cd.yml", "workflows/nightly.yml", "workflows/release.yml"
PROMOTE, MODEL = "workflows/promote.yml", "workflows/model.yml"
ROLLBACK, RESUME = "workflows/rollback.yml", "workflows/resume.yml"
ISSUE, AZURE = "actions/issue/action.yml", "actions/azure/action.yml"


class Fault(NamedTuple):
    """A text of a file that is replaced, at its first or (`last`) last occurrence, by another one."""

    file: str
    text: str
    instead: str
    last: bool = False


PLANTED: dict[str, Fault] = {
    # Calls
    "another input": Fault(CD, "environment: staging", "environmnt: staging"),
    "no input": Fault(NIGHTLY, "    with:\n      environment: staging\n", ""),
    "no secret is passed": Fault(
        CD, "      NOTIFY_WEBHOOK_URL: ${{ secrets.NOTIFY_WEBHOOK_URL }}\n", "      X: y\n"
    ),
    "an undeclared secret": Fault(PROMOTE, "      NOTIFY_WEBHOOK_URL:\n", "      WEBHOOK:\n"),
    "a workflow that does not exist": Fault(NIGHTLY, "workflows/promote.yml", "workflows/promotion.yml"),
    "the caller may not write issues": Fault(CD, "      issues: write", "      issues: read"),
    "the caller may not sign in": Fault(CD, "      id-token: write # sign in to Azure with OIDC\n", ""),
    "the caller may not read approvals": Fault(
        NIGHTLY, "      actions: read # read the approvals of this run\n", ""
    ),
    "an input of an action that it does not have": Fault(
        RELEASE, "          token: ${{ github.token }}", "          tokn: x"
    ),
    "an action that needs another input": Fault(ISSUE, "  environment:\n", "  env:\n"),
    "no client of the sign-in": Fault(RESUME, "          client: ${{ vars.AZURE_CLIENT_ID }}\n", ""),
    # Outputs
    "an output of a step that does not exist": Fault(
        RELEASE, "steps.release.outputs.notice", "steps.deploy.outputs.notice"
    ),
    "an output that no command writes": Fault(
        PROMOTE, "steps.promote.outputs.notice", "steps.promote.outputs.notices"
    ),
    "an output of a job that it does not have": Fault(
        RELEASE, "needs.settle.outputs.code", "needs.settle.outputs.exit"
    ),
    "an output that nobody reads": Fault(
        ROLLBACK, "      notice: ${{", "      error: ${{ steps.rollback.outputs.error }}\n      notice: ${{"
    ),
    "a step without its id": Fault(
        MODEL, "      - id: propose\n        run: make propose", "      - run: make propose"
    ),
    "a job that is not needed": Fault(RELEASE, "needs: [image, release, settle]", "needs: [image, release]"),
    "a job whose end is not read": Fault(ROLLBACK, " && needs.rollback.outputs.notice", ""),
    "a report that leaves a job out": Fault(
        MODEL, "contains(needs.*.result, 'failure')", "needs.update.result == 'failure'"
    ),
    # Artefacts
    "another name is uploaded": Fault(RELEASE, "          name: run\n", "          name: results\n"),
    "another name is downloaded": Fault(
        RELEASE, "          name: run\n", "          name: results\n", last=True
    ),
    "downloaded to another place": Fault(
        RELEASE, "          path: .seatrial/ci/run\n", "          path: .seatrial/run\n"
    ),
    "another instance": Fault(RELEASE, "  INSTANCE: ci\n", "  INSTANCE: dev\n"),
    "another file is uploaded": Fault(
        MODEL, "path: .seatrial/ci/run/update.json", "path: .seatrial/update.json"
    ),
    "nothing is uploaded": Fault(MODEL, "if-no-files-found: error", "if-no-files-found: warn"),
    "hidden files are left out": Fault(RELEASE, "          include-hidden-files: true\n", ""),
    "kept for a week": Fault(RELEASE, "retention-days: 30", "retention-days: 7"),
    "not replaced by a repeated job": Fault(MODEL, "          overwrite: true # by a repeated job\n", ""),
    "a check that cannot be repeated": Fault(
        "workflows/ci.yml", "          overwrite: true # by a repeated job\n", ""
    ),
    "two artefacts of one name": Fault(PROMOTE, "name: report-production", "name: report"),
    "no kit": Fault(
        PROMOTE,
        "      - run: make qa-kit ENV=production # the",
        "      - run: make history ENV=production # the",
    ),
    "the kit is lost": Fault(RELEASE, "path: .seatrial/ci/qa-kit.zip", "path: .seatrial/dev/qa-kit.zip"),
    "the kit of another environment": Fault(PROMOTE, "make qa-kit ENV=production", "make qa-kit"),
    # Environments and variables
    "a release without its environment": Fault(RELEASE, "    environment: ${{ inputs.environment }}\n", ""),
    "a release to production without reviewers": Fault(
        PROMOTE, "environment: production # the", "environment: production-recovery # the"
    ),
    "a recovery that waits for a reviewer": Fault(
        ROLLBACK, "${{ inputs.environment }}-recovery", "${{ inputs.environment }}"
    ),
    "settle waits for a reviewer": Fault(
        PROMOTE, "environment: production-recovery", "environment: production"
    ),
    "settle of another environment": Fault(PROMOTE, "      ENV: production\n", "      ENV: staging\n"),
    "the model's job in no environment": Fault(MODEL, "    environment: model #", "    name: model #"),
    "no HOST": Fault(RESUME, "      HOST: ${{ vars.HOST }}\n", ""),
    "no KUBECONTEXT": Fault(RELEASE, "      KUBECONTEXT: ${{ vars.KUBECONTEXT }}\n", ""),
    "another variable": Fault(
        PROMOTE, "REGISTRY: ${{ vars.REGISTRY }}", "REGISTRY: ${{ vars.REGISTRY_HOST }}"
    ),
    "a variable for all environments": Fault(
        RELEASE, "env:\n  INSTANCE: ci\n", "env:\n  INSTANCE: ci\n  STORE: ${{ vars.STORE }}\n"
    ),
    "no store to push from": Fault(RELEASE, "      STORE: ${{ vars.STORE }}\n", ""),
    "no sign-in to the cluster": Fault(ROLLBACK, "          cluster: ${{ vars.AKS_CLUSTER }}\n", ""),
    "no sign-in to the registry": Fault(PROMOTE, "          registry: ${{ vars.REGISTRY }}\n", ""),
    "no sign-in": Fault(
        RESUME, "      - uses: ./.github/actions/azure\n", "      - uses: ./.github/actions/other\n"
    ),
    "nobody is notified": Fault(
        RELEASE,
        "        env:\n          NOTIFY_WEBHOOK_URL: ${{ secrets.NOTIFY_WEBHOOK_URL }}\n",
        "",
        last=True,
    ),
    "no older commits": Fault(
        PROMOTE, "          fetch-depth: 0 # staging", "          fetch-depth: 1 # staging"
    ),
    "approvals cannot be read": Fault(PROMOTE, "      actions: read #", "      checks: read #"),
    "no token for the approvals": Fault(PROMOTE, "GITHUB_TOKEN:", "GH_TOKEN:"),
    "a rollback without its reason": Fault(
        ROLLBACK, "${{ github.triggering_actor }}: ${{ inputs.why }}", "${{ inputs.why }}"
    ),
    "a reason that may be left out": Fault(
        ROLLBACK, "        required: true\n", "        required: false\n", last=True
    ),
    "an environment that does not exist": Fault(RESUME, "[staging, production]", "[staging, prod]"),
    "may not sign in": Fault(ROLLBACK, "      id-token: write #", "      checks: write #"),
    "may not open an issue": Fault(MODEL, "      issues: write #", "      issues: read #"),
    "a reason that nobody is asked for": Fault(ROLLBACK, "      why:\n", "      reason:\n"),
    "no resource group": Fault(RESUME, "          group: ${{ vars.AKS_RESOURCE_GROUP }}\n", ""),
    "a sign-in to Azure with nothing": Fault(PROMOTE, "        if: vars.AZURE_CLIENT_ID != ''\n", ""),
    "a refused release without its report": Fault(
        PROMOTE, "        if: always() # also after a refused release\n", ""
    ),
    "a pull request without its repository": Fault(
        MODEL, "          GH_REPO: ${{ github.repository }}\n", ""
    ),
    "the release of a branch": Fault(
        PROMOTE, "    if: github.ref == 'refs/heads/main' #", "    name: production #"
    ),
    "a machine that other jobs have changed": Fault(RELEASE, "runs-on: ubuntu-24.04", "runs-on: self-hosted"),
}
