"""`python3 -m controller`: follows the cluster until it is told to stop."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from kubernetes import config
from kubernetes.client import CoreV1Api
from tenacity import Retrying, before_sleep_log, retry_if_exception_type, wait_exponential

from .controller import AWAY, Controller
from .names import Names

log = logging.getLogger("loadbalancer")


def main() -> None:
    """Follow for ever: anew at once where the cluster forgot, ever more slowly where it is away."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    signal.signal(signal.SIGTERM, _stop)
    config.load_kube_config(os.environ["KUBECONFIG"])  # type: ignore[no-untyped-call]
    controller = Controller(
        CoreV1Api(),
        json.loads(os.environ["ADDRESSES"]),
        os.environ["ZONE"],
        Names(Path(os.environ["HOSTS_DIRECTORY"])),
    )
    log.info("serving %d addresses", len(json.loads(os.environ["ADDRESSES"])))
    while True:
        _follow(controller)


def _follow(controller: Controller) -> None:
    patient = Retrying(
        retry=retry_if_exception_type(AWAY),
        wait=wait_exponential(multiplier=0.5, max=5),
        before_sleep=before_sleep_log(log, logging.WARNING),
    )
    patient(controller.follow)


def _stop(*_: object) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    main()
