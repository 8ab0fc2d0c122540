"""What a release command reports when it fails: webhook, step summary and outputs, and its exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from samples import MINIMAL_TOML
from seatrial.cli import main
from seatrial.errors import HeldError, RefusedError, RollbackFailedError, RolledBackError, SeatrialError
from seatrial.recovery_results import RollbackResult, SettleResult
from seatrial.results import StageResult
from seatrial.stages import accept, deploy, promote, rollback, settle, validate
from unit.seatrial.webhook_server import SECRET, Webhook, serving_webhook

TOML = MINIMAL_TOML.replace("local", "staging")
VARIABLES = (
    "GITHUB_EVENT_NAME",
    "BUILD_REASON",
    "GITHUB_OUTPUT",
    "GITHUB_STEP_SUMMARY",
    "NOTIFY_WEBHOOK_URL",
)
STAGES = {
    "accept": accept,
    "deploy": deploy,
    "promote": promote,
    "rollback": rollback,
    "settle": settle,
    "validate": validate,
}
FIELDS = {
    "environment": "staging",
    "release": "staging-1",
    "working_state": "w",
    "revision": "r",
    "lock_digest": "l",
    "started": datetime(2026, 1, 1, tzinfo=UTC),
    "seconds": 1,
}
Run = Callable[..., int]


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    """A webhook that accepts every body."""
    with serving_webhook() as served:
        yield served


@pytest.fixture
def run(tmp_path: Path, webhook: Webhook, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command whose stage ends with an error or a result; return the exit code."""
    (tmp_path / "seatrial.toml").write_text(TOML)
    monkeypatch.chdir(tmp_path)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NOTIFY_WEBHOOK_URL", webhook.url)
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))

    def command(name: str, end: SeatrialError | StageResult, *options: str) -> int:
        monkeypatch.setattr(STAGES[name], name, lambda *_, **__: ending(end))
        monkeypatch.setattr(sys, "argv", ["seatrial", name, *options])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0)

    return command


def ending(end: SeatrialError | StageResult) -> StageResult:
    """End a stage with a result or an error."""
    if isinstance(end, SeatrialError):
        raise end
    return end


@pytest.mark.parametrize(("kind", "code"), [(RolledBackError, 20), (RollbackFailedError, 21)])
@pytest.mark.parametrize("command", ["deploy", "accept", "promote", "rollback", "settle"])
def test_a_failed_release_is_reported_everywhere(
    run: Run, webhook: Webhook, tmp_path: Path, command: str, kind: type[SeatrialError], code: int
) -> None:
    """Webhook, step summary and output have the release and the next command; the exit code is kept."""
    assert run(command, kind("staging-2 failed", "look at it"), "--env", "staging") == code
    (body,) = webhook.bodies
    assert (body["environment"], body["release"]) == ("staging", "staging-2")
    assert f"Next: `{body['next']}`" in (tmp_path / "summary").read_text()
    line = f"{kind.word} ({code}): staging-2 failed. Cure: look at it."
    assert (tmp_path / "output").read_text() == f"code={code}\nnotice={body['text']}\nerror={line}\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_EVENT_NAME", "schedule"),
        ("GITHUB_EVENT_NAME", "repository_dispatch"),
        ("BUILD_REASON", "Schedule"),
    ],
)
def test_a_refusal_is_reported_where_nobody_started_the_run(
    run: Run, webhook: Webhook, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """The person who started a run sees it; a stage before the release is reported too."""
    assert run("deploy", RefusedError("the preview failed"), "--env", "staging") == 10
    assert webhook.bodies == []
    monkeypatch.setenv(name, value)
    assert run("deploy", RefusedError("the preview failed"), "--env", "staging") == 10
    assert run("validate", RefusedError("3 photos are wrong")) == 10
    assert [body["environment"] for body in webhook.bodies] == ["staging", ""]


def test_a_hold_is_reported(run: Run, webhook: Webhook, tmp_path: Path) -> None:
    """A rollback by a person ends 0 and is reported with its reason and the command that lifts the hold."""
    result = RollbackResult.model_validate({**FIELDS, "replaced": "staging-2", "reference": ""})
    assert run("rollback", result, "--env", "staging", "--why", "wrong labels") == 0
    (body,) = webhook.bodies
    assert (body["release"], body["why"]) == ("staging-2", "wrong labels")
    assert body["next"] == "repair the cause, then make resume ENV=staging"
    assert (tmp_path / "output").read_text().startswith("code=0\nnotice=staging: a release was rolled back")


@pytest.mark.parametrize("settled", [(), ("staging-2 is switched-back",)])
def test_what_settle_did_is_reported(run: Run, webhook: Webhook, settled: tuple[str, ...]) -> None:
    """A release that a lost runner left is reported; an environment without one is not."""
    assert run("settle", SettleResult.model_validate({**FIELDS, "settled": settled}), "--env", "staging") == 0
    assert [body["why"] for body in webhook.bodies] == list(settled)


def test_the_exit_code_is_an_output_also_without_a_notice(run: Run, webhook: Webhook, tmp_path: Path) -> None:
    """A workflow can tell a held environment from a failure, and can pass the error on."""
    assert run("accept", HeldError("somebody\nworks"), "--env", "staging") == 12
    assert (tmp_path / "output").read_text() == "code=12\nerror=held (12): somebody works.\n"
    assert (webhook.bodies, (tmp_path / "summary").exists()) == ([], False)


@pytest.mark.parametrize("failure", ["status", "url", "files"])
def test_what_cannot_be_reported_is_a_warning_without_the_url(
    run: Run,
    webhook: Webhook,
    tmp_path: Path,
    failure: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The exit code and the error's own line are the same as without a webhook."""
    if failure == "status":
        webhook.status = 500
    if failure == "url":
        monkeypatch.setenv("NOTIFY_WEBHOOK_URL", f"http://chat.example{SECRET}")
    if failure == "files":
        monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path))
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    assert run("accept", RolledBackError("staging-2 failed"), "--env", "staging") == 20
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == "seatrial: rolled back (20): staging-2 failed."
    assert [line for line in lines if line.startswith("  warning: no ")]
    assert SECRET not in "".join(lines)


def test_without_a_webhook_nothing_is_sent(
    run: Run, webhook: Webhook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty variable, as a workflow sets it without the secret, is no webhook and no warning."""
    monkeypatch.setenv("NOTIFY_WEBHOOK_URL", "")
    assert run("accept", RolledBackError("staging-2 failed"), "--env", "staging") == 20
    assert webhook.bodies == []
    assert "warning" not in capsys.readouterr().err


def test_a_macro_that_azure_pipelines_did_not_replace_is_no_webhook(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A step gets `$(NAME)` for a variable that the variable group does not have; that is no warning."""
    monkeypatch.setenv("NOTIFY_WEBHOOK_URL", "$(NOTIFY_WEBHOOK_URL)")
    assert run("deploy", RolledBackError("staging-2 failed"), "--env", "staging") == 20
    assert "warning" not in "".join(capsys.readouterr())
