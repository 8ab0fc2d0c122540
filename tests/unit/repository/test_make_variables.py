"""The variables of make become arguments of seatrial, if they are given on the command line."""

from __future__ import annotations

import os
import shlex
import subprocess

import pytest

from unit.repository.project import ROOT

EXAMPLE = ".seatrial/dev/example"


def arguments_of(*words: str, **environment: str) -> list[str]:
    """Return the arguments with which a make command would call seatrial."""
    done = subprocess.run(
        ["make", "-n", "--no-print-directory", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("seatrial "))
    return shlex.split(line)[1:]


def test_publish_without_variables_publishes_the_example() -> None:
    """All three artefacts of the example, which model.lock names."""
    parts = [f"{EXAMPLE}/model", "--golden", f"{EXAMPLE}/golden", "--evaluation", f"{EXAMPLE}/evaluation"]
    assert arguments_of("publish") == ["publish", *parts, "--if-absent"]


@pytest.mark.parametrize(
    ("variable", "arguments"),
    [
        ("MODEL=a b", ["a b"]),
        ("GOLDEN=a b", ["--golden", "a b"]),
        ("EVALUATION=it's", ["--evaluation", "it's"]),
    ],
)
def test_publish_with_a_variable_publishes_only_that(variable: str, arguments: list[str]) -> None:
    """Each kind is published alone, also from a path with blanks or quotes."""
    assert arguments_of("publish", variable) == ["publish", *arguments, "--if-absent"]


def test_variables_of_the_environment_are_not_used() -> None:
    """Other programs use names such as MODEL and NAME too."""
    elsewhere = {"MODEL": "x", "GOLDEN": "x", "EVALUATION": "x", "NAME": "x", "VERSION": "x", "KIND": "x"}
    assert arguments_of("publish", **elsewhere) == arguments_of("publish")
    assert arguments_of("validate", **elsewhere) == ["validate"]
    assert arguments_of("use", **elsewhere) == ["use"]
    assert arguments_of("golden", "PHOTOS=p", "OUT=o", **elsewhere) == [
        "golden",
        "--photos",
        "p",
        "--out",
        "o",
    ]


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ((), []),
        (("PORT=8080", "OPEN=0"), ["--port", "8080", "--no-open"]),
        (("IMAGE=registry/app:1", "OPEN=1"), ["--image", "registry/app:1"]),
    ],
)
def test_run_takes_image_port_and_open(words: tuple[str, ...], arguments: list[str]) -> None:
    """`make run` alone uses the built image and a free port, and opens the page."""
    assert arguments_of("run", *words, PORT="1", IMAGE="x") == ["run", *arguments]


def exported(*words: str, **environment: str) -> dict[str, str]:
    """Return the settings that make gives to the commands of a recipe."""
    show = "--eval=show: ; @env | grep ^SEATRIAL_ || true"
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in ("CI", "TF_BUILD", "HOST", "KUBECONTEXT")
    }
    done = subprocess.run(
        ["make", "-s", "--no-print-directory", show, "show", *words],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return dict(line.split("=", 1) for line in done.stdout.splitlines())


HOST = "SEATRIAL_ENVIRONMENTS__staging__HOST"


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (["HOST=a.example.com"], {}),
        ([], {"HOST": "a.example.com", "KUBECONTEXT": "aks"}),
        (["KUBECONTEXT=aks"], {"HOST": "a.example.com"}),
        ([], {"HOST": "a.example.com", "CI": "true"}),
        ([], {"HOST": "a.example.com", "TF_BUILD": "True"}),
    ],
)
def test_host_is_the_live_address_of_the_environment(words: list[str], environment: dict[str, str]) -> None:
    """HOST= names the host of ENV=, on the command line or as a variable of CI and of one's own cluster."""
    assert exported("ENV=staging", *words, **environment)[HOST] == "a.example.com"


@pytest.mark.parametrize(
    "environment",
    [
        {"HOST": "laptop.example.com"},
        {"HOST": "x86_64-conda-linux-gnu", "KUBECONTEXT": "aks"},
        {"HOST": "", "CI": "true"},
        {"HOST": "", "KUBECONTEXT": "aks"},
    ],
)
def test_a_host_that_another_program_exports_is_not_used(environment: dict[str, str]) -> None:
    """Shells export the machine's name, compilers a platform; an unset variable of a workflow is empty."""
    assert HOST not in exported("ENV=staging", **environment)


def test_ca_is_the_authority_of_the_environment() -> None:
    """CA= names the file to check the live address of ENV= with; a variable of the environment does not."""
    name = "SEATRIAL_ENVIRONMENTS__staging__CA_FILE"
    assert exported("ENV=staging", "CA=ca.pem")[name] == "ca.pem"
    assert name not in exported("ENV=staging", CA="elsewhere")
