"""Faults in how the workflows of a release follow each other, and in what people get to see."""

from __future__ import annotations

from unit.repository.planted_contract import CD, MODEL, NIGHTLY, PROMOTE, RELEASE, RESUME, ROLLBACK, Fault

HEARTBEAT = "workflows/heartbeat.yml"
PLANTED_RUNS: dict[str, Fault] = {
    # Runs
    "a release cancels another": Fault(
        CD, "      cancel-in-progress: false", "      cancel-in-progress: true"
    ),
    "a push cancels a night that waits": Fault(CD, "      queue: max\n", ""),
    "a night and a push at once": Fault(NIGHTLY, "group: release-staging", "group: nightly"),
    "a rollback is cancelled": Fault(ROLLBACK, "cancel-in-progress: false", "cancel-in-progress: true"),
    "production waits for staging": Fault(PROMOTE, "group: release-production", "group: release-staging"),
    "settle in a group": Fault(
        RELEASE,
        "    # No concurrency group:",
        "    concurrency: release-staging\n    # No concurrency group:",
    ),
    "an image job of ten minutes": Fault(RELEASE, "timeout-minutes: 60", "timeout-minutes: 30"),
    "a promotion that is cancelled while it bakes": Fault(
        PROMOTE, "timeout-minutes: 60", "timeout-minutes: 30"
    ),
    "a settle that is cancelled": Fault(PROMOTE, "timeout-minutes: 30", "timeout-minutes: 15"),
    "a job of six hours": Fault(RESUME, "    timeout-minutes: 30\n", ""),
    "no settle after a cancelled job": Fault(RELEASE, " || needs.release.result == 'cancelled')", ")"),
    "no settle after a failed job": Fault(PROMOTE, "(needs.production.result == 'failure' || ", "("),
    "settle only if nothing failed": Fault(
        RELEASE, "      always() &&\n      (needs.release", "      (needs.release"
    ),
    "settle follows the image": Fault(RELEASE, "    needs: release\n", "    needs: image\n"),
    "settle after a release that ended well": Fault(
        PROMOTE, "needs.production.result == 'failure'", "needs.production.result == 'success'"
    ),
    "settle is skipped by a second cancellation": Fault(
        RELEASE, "      - id: settle\n        if: always()\n", "      - id: settle\n"
    ),
    "a release after a failed image": Fault(
        RELEASE, "  release:\n    needs: image\n", "  release:\n    needs: image\n    if: always()\n"
    ),
    "a model after the night": Fault(MODEL, '"17 1 * * *"', '"17 5 * * *"'),
    "no night": Fault(NIGHTLY, '    - cron: "17 2 * * *"\n', ""),
    "a heartbeat before the night": Fault(HEARTBEAT, '"47 8,20 * * *"', '"47 1,20 * * *"'),
    "each branch is released": Fault(CD, "    branches: [main]", "    branches: ['**']"),
    "a promotion before its release": Fault(NIGHTLY, "    needs: staging\n", ""),
    # Reports
    "a failed image is not reported at night": Fault(
        RELEASE,
        "contains(needs.*.result, 'failure') || contains(needs.*.result, 'cancelled')",
        "contains(needs.*.result, 'cancelled')",
    ),
    "a failed settle is not reported": Fault(PROMOTE, "needs.settle.result == 'failure' || ", ""),
    "a held environment is reported": Fault(RELEASE, " && needs.settle.outputs.code != '12')", ")"),
    "a rollback is not reported": Fault(
        RELEASE,
        "(needs.release.result != 'skipped' && needs.release.outputs.notice)",
        "needs.release.outputs.other",
    ),
    "nothing is reported if a job failed": Fault(RELEASE, "      always() && (\n", "      (\n"),
    "a notice that the issue leaves out": Fault(
        PROMOTE,
        "            ${{ needs.settle.result != 'skipped' && needs.settle.outputs.notice || '' }}\n",
        "",
    ),
    "the issue of another environment": Fault(
        PROMOTE, "          environment: production\n", "          environment: staging\n"
    ),
    "nothing starts it by hand": Fault(PROMOTE, "  workflow_dispatch:\n", ""),
    "a model that hangs is not reported": Fault(MODEL, " || contains(needs.*.result, 'cancelled'))", ")"),
}
