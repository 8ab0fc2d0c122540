"""Entry point of `python3 -m controller`."""

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

from .controller import UNAVAILABLE, Controller
from .names import Names

MAXIMUM_BACKOFF_SECONDS = 5
log = logging.getLogger("loadbalancer")


def main() -> None:
    """Reconcile until SIGTERM. While the API server is unavailable, retry with exponential backoff."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    signal.signal(signal.SIGTERM, _exit)
    config.load_kube_config(os.environ["KUBECONFIG"])  # type: ignore[no-untyped-call]
    pool = json.loads(os.environ["ADDRESSES"])
    names = Names(Path(os.environ["HOSTS_DIRECTORY"]))
    controller = Controller(CoreV1Api(), pool, os.environ["ZONE"], names)
    log.info("serving %d addresses", len(pool))
    while True:
        _reconcile(controller)


def _reconcile(controller: Controller) -> None:
    retrying = Retrying(
        retry=retry_if_exception_type(UNAVAILABLE),
        wait=wait_exponential(multiplier=0.5, max=MAXIMUM_BACKOFF_SECONDS),
        before_sleep=before_sleep_log(log, logging.WARNING),
    )
    retrying(controller.list_and_watch)


def _exit(*_: object) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    main()
