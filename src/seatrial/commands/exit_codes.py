"""The exit codes of the release commands, for the end of their help."""

from __future__ import annotations


def _exit_codes(done: str, refused: str, after_switch: str = "") -> str:
    """Return the exit codes of a command for its help; `after_switch` is the meaning of 20, if it exists."""
    codes = {
        0: done,
        2: "wrong usage or settings",
        10: f"refused: {refused}" if refused else "",
        12: "another deployer holds the environment",
        20: after_switch,
        21: "the rollback failed: repair the environment",
        30: "a service failed or timed out",
        130: "interrupted",
    }
    return "\n".join(("Exit codes:", *(f"{code} {meaning}" for code, meaning in codes.items() if meaning)))


DEPLOY_CODES = _exit_codes(
    "pending: users are switched; next: seatrial accept",
    "no user was affected",
    "the live address did not follow the switch: users are switched back",
)
ACCEPT_CODES = _exit_codes(
    "stable",
    "no release is pending",
    "a check failed: users are switched back",
)
PROMOTE_CODES = _exit_codes(
    "stable in the other environment",
    "no user was affected",
    "a check failed after the switch: users are switched back",
)
ROLLBACK_CODES = _exit_codes(
    "rolled back, and on hold until seatrial resume",
    "there is no release to return to",
)
SETTLE_CODES = _exit_codes(
    "nothing is unfinished",
    "",
    "the pending release failed a check or could not be checked: users are switched back",
)
RESUME_CODES = _exit_codes("no release is on hold", "")
