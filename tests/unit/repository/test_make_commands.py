"""A make command in a message acts on the instance that the message is about."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import localcloud.cli
import localcloud.make_commands
import seatrial.cli
import seatrial.make_commands
from localcloud.errors import LocalcloudError
from seatrial import console

ROOT = Path(__file__).parents[3]
MODULES = [seatrial.make_commands, localcloud.make_commands]
FRESH = {"SEATRIAL_INSTANCE": "fresh"}
# `setup` and the other targets that act on the checkout alone, or on an instance of their own.
WITHOUT_INSTANCE = (
    "clean|setup|lock|lock-newest|check-locks|check-links|audit|format|lint|test|test-nightly|test-fuzz"
    "|test-unit|simulate|bench-serve-build|bench-serve|bench-attacks|bench-decode|zoo"
    "|infra-plan|infra-up|infra-outputs|infra-azure-devops|infra-bootstrap|infra-down|infra-check"
)


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize(
    ("hint", "command"),
    [
        ("make up", "make up INSTANCE=fresh"),
        ("`make cloud` builds one", "`make cloud INSTANCE=fresh` builds one"),
        ("run make down, then make up", "run make down INSTANCE=fresh, then make up INSTANCE=fresh"),
        ("make fetch validate build", "make fetch validate build INSTANCE=fresh"),
        ("make status; make trace", "make status INSTANCE=fresh; make trace INSTANCE=fresh"),
        ("make history ENV=staging; without", "make history ENV=staging INSTANCE=fresh; without"),
        ("make deploy accept ENV=a comes first", "make deploy accept ENV=a INSTANCE=fresh comes first"),
        ("make settle ENV=local.", "make settle ENV=local INSTANCE=fresh."),
        ("make publish MODEL='a b'", "make publish MODEL='a b' INSTANCE=fresh"),
        ("make golden PHOTOS=d OUT=d [NAME=]", "make golden PHOTOS=d OUT=d INSTANCE=fresh [NAME=]"),
        ("make push, or IMAGE=a@sha256:…", "make push INSTANCE=fresh, or IMAGE=a@sha256:…"),
    ],
)
def test_every_form_of_a_hint_names_the_instance(module: object, hint: str, command: str) -> None:
    """The command can be copied: it never acts on `dev` instead."""
    assert module.with_instance(hint, FRESH) == command  # type: ignore[attr-defined]
    assert module.with_instance(hint, {"SEATRIAL_INSTANCE": "dev"}) == hint  # type: ignore[attr-defined]
    assert module.with_instance(hint, {}) == hint  # type: ignore[attr-defined]


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize(
    "text",
    [
        "make setup installs it",
        "make lint",
        "make status INSTANCE=other",
        "make deploy ENV=local INSTANCE=other",
        "make it smaller",
        "2 photos make a set",
        "make up-to-date",
    ],
)
def test_other_text_is_unchanged(module: object, text: str) -> None:
    """Neither prose, nor a command with an instance, nor one that takes none."""
    assert module.with_instance(text, FRESH) == text  # type: ignore[attr-defined]


def test_every_target_of_the_makefile_is_known() -> None:
    """A new target is added to the modules, or here if it takes no instance."""
    described = set(re.findall(r"^([a-z0-9-]+):.*## ", (ROOT / "Makefile").read_text(), re.M))
    for module in MODULES:
        assert set(module.TARGETS.split("|")) == described - set(WITHOUT_INSTANCE.split("|"))


def test_both_programs_have_the_same_rule() -> None:
    """The local cloud imports nothing of seatrial; the code of the two modules is the same."""
    sources = [Path(str(module.__file__)).read_text() for module in MODULES]
    same = [re.sub(r"src/\w+/make_commands", "", source) for source in sources]
    assert same[0] == same[1]


def test_errors_of_both_programs_name_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is added where a line is printed, so no hint can lack it."""
    monkeypatch.setenv("SEATRIAL_INSTANCE", "fresh")
    console.line("seatrial: refused (10): it is not built. Cure: make build.")
    localcloud.cli._show(LocalcloudError("it stopped", "run make up again"))
    seatrial_line, localcloud_line = capsys.readouterr().err.splitlines()
    assert seatrial_line.endswith("make build INSTANCE=fresh.")
    assert localcloud_line.endswith("run make up INSTANCE=fresh again")


@pytest.mark.parametrize("main", [seatrial.cli.main, localcloud.cli.main])
def test_the_option_names_it_too(
    main: Callable[[], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The instance of `--instance` is the one that the command is about, whatever the variable has."""
    monkeypatch.setenv("SEATRIAL_INSTANCE", "other")
    (tmp_path / "seatrial.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    program = main.__module__.partition(".")[0]
    words = {"seatrial": ["accept", "--env", "local"], "localcloud": ["connect", "absent"]}[program]
    monkeypatch.setattr(sys, "argv", [program, *words, "--instance", "fresh"])
    with pytest.raises(SystemExit):
        main()
    console.line("Cure: make build.")
    assert capsys.readouterr().err.endswith("make build INSTANCE=fresh.\n")


@pytest.mark.parametrize("path", sorted((ROOT / "src").glob("[sl]*/**/*.py")), ids=lambda path: path.stem)
def test_a_message_names_the_make_target_where_one_exists(path: Path) -> None:
    """`seatrial` is not on the PATH of a user of make. The help of its own commands names them."""
    if path.name == "exit_codes.py":
        return
    targets = seatrial.make_commands.TARGETS
    command = re.compile(rf"(?:seatrial|localcloud) (?:{targets})\b(?! …| prune| --node| list)")
    tree = ast.parse(path.read_text())
    documented = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    messages = [
        each for each in ast.walk(tree) if isinstance(each, ast.Constant) and id(each) not in documented
    ]
    assert not [each.value for each in messages if command.search(str(each.value))]


@pytest.mark.parametrize(("instance", "named"), [("dev", ""), ("fresh", " INSTANCE=fresh")])
def test_make_up_ends_with_how_to_go_on_when_a_stage_fails(instance: str, named: str) -> None:
    """Without it the last line is `make: *** Error 2`."""
    argv = ["make", "-n", "up", f"INSTANCE={instance}"]
    recipe = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (line,) = [each for each in recipe.splitlines() if "pipeline ||" in each]
    assert f"make pipeline ENV=local{named};" in line
    assert f'make fetch validate build run{named}" >&2; exit $code' in line
