"""A real Prometheus on a loopback port, with the rules and the data of a directory."""

from __future__ import annotations

import math
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import docker
import requests
import yaml

from app_container import LABEL, SESSION
from app_process import free_ports
from integration.monitoring.scraped_app import LABELS_OF_SCRAPE
from localcloud.wait import until

SECONDS = 20


class Prometheus:
    """Scrapes `target` and evaluates `rules.yaml` every second. It uses the host's network."""

    def __init__(self, client: docker.DockerClient, image: str, directory: Path, target: str) -> None:
        static = {"targets": [target], "labels": LABELS_OF_SCRAPE}
        configuration = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": ["rules.yaml"],
            "scrape_configs": [{"job_name": "classifier", "static_configs": [static]}],
        }
        (directory / "prometheus.yml").write_text(yaml.safe_dump(configuration))
        port, _ = free_ports()
        self.url = f"http://127.0.0.1:{port}"
        words = ["--config.file=/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus/data"]
        self._container = client.containers.run(
            image,
            entrypoint=["prometheus", *words, f"--web.listen-address=127.0.0.1:{port}"],
            user="0",
            network_mode="host",
            volumes={str(directory): {"bind": "/prometheus", "mode": "rw"}},
            labels={LABEL: SESSION},
            detach=True,
        )

    def __enter__(self) -> Self:
        self._wait_ready()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.remove(force=True, v=True)

    def restart(self) -> None:
        """Restart it, and wait until it answers."""
        self._container.restart(timeout=30)
        self._wait_ready()

    def get(self, path: str, **parameters: str) -> Any:
        """Return the data of an API request. Raises AssertionError with its message if it is refused."""
        response = requests.get(f"{self.url}/api/v1/{path}", params=parameters, timeout=10)
        assert response.ok, response.text
        return response.json()["data"]

    def values(self, expression: str) -> list[float]:
        """Return the numbers that an expression has now, without those that are not a number."""
        result = self.get("query", query=expression)["result"]
        return [value for each in result if not math.isnan(value := float(each["value"][1]))]

    def wait_for(self, expression: str, seconds: float = SECONDS) -> None:
        """Wait until an expression has a value. Raises LocalcloudError if it has none."""
        until(f"no value of {expression}", lambda: self.values(expression) or None, seconds)

    def _wait_ready(self) -> None:
        until("Prometheus did not start", self._is_ready, SECONDS, log=self._log)

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/-/ready", timeout=2).ok
        except requests.RequestException:
            return False

    def _log(self) -> str:
        return str(self._container.logs(tail=20).decode(errors="replace"))
