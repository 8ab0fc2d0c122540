"""Fixtures: the rules and the dashboard of deploy/monitoring, and Debian's Prometheus in a container."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
import yaml
from rich.console import Console

from app_container import LABEL, SESSION
from integration.monitoring.scraped_app import ScrapedApp, scraped_app, write_history
from integration.monitoring.server import Prometheus
from localcloud import images
from localcloud.display import PlainDisplay
from localcloud.wait import until

ROOT = Path(__file__).parents[3]
MONITORING = ROOT / "deploy" / "monitoring"
MINUTE = 60
RATE_SECONDS = 60


@pytest.fixture(scope="session")
def image() -> str:
    """The local cloud's image of Prometheus."""
    return images.ensure(["prometheus"], PlainDisplay(Console(stderr=True)))["prometheus"]


@pytest.fixture(scope="session")
def rules() -> dict[str, Any]:
    """The rules, as a rule file of Prometheus contains them."""
    spec: dict[str, Any] = yaml.safe_load((MONITORING / "prometheusrule.yaml").read_text())["spec"]
    return spec


@pytest.fixture(scope="session")
def dashboard() -> dict[str, Any]:
    """The dashboard, as Grafana imports it."""
    document: dict[str, Any] = json.loads((MONITORING / "dashboard.json").read_text())
    return document


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory, rules: dict[str, Any]) -> Path:
    """A directory with the rules in `rules.yaml`."""
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "rules.yaml").write_text(yaml.safe_dump(rules, sort_keys=False))
    return folder


def promtool(image: str, directory: Path, *words: str, network: str = "none") -> str:
    """Run promtool in `directory` and return its output. Raises AssertionError with it if it fails."""
    options = ["--rm", "--user=0", f"--network={network}", f"--label={LABEL}={SESSION}"]
    options += [f"--volume={directory}:/work", "--workdir=/work", "--entrypoint=promtool"]
    argv = ["docker", "run", *options, image, *words]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _rate(server: Prometheus, app: ScrapedApp) -> list[float] | None:
    """Use the app, and return the recorded rate of requests once there is one."""
    app.use()
    return server.values("classifier:errors:ratio5m") or None


@pytest.fixture(scope="session")
def prometheus(image: str, directory: Path, rules: dict[str, Any]) -> Iterator[Prometheus]:
    """Prometheus with a day of the app's metrics, which scrapes the app and evaluates the rules."""
    with scraped_app(directory) as app:
        start, end = write_history(app, directory / "history")
        promtool(image, directory, "tsdb", "create-blocks-from", "openmetrics", "history", "data")
        recorded = [rule for group in rules["groups"] for rule in group["rules"] if "[1h]" in rule["expr"]]
        past = {"groups": [{"name": "past", "rules": recorded}]}
        (directory / "past.yaml").write_text(yaml.safe_dump(past))
        client = docker.from_env()
        with Prometheus(client, image, directory, app.target) as server:
            words = ["--url", server.url, "--start", f"{start + 60 * MINUTE:.0f}", "--end", f"{end:.0f}"]
            words += ["--eval-interval", f"{MINUTE}s", "--output-dir", "data", "past.yaml"]
            promtool(image, directory, "tsdb", "create-blocks-from", "rules", *words, network="host")
            # It reads new blocks at the start.
            server.restart()
            until("no rate of requests", lambda: _rate(server, app), RATE_SECONDS, every=0.2)
            yield server
        client.close()
