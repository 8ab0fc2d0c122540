"""A parent with forked workers that serve the app, as a server with several processes has them.

Arguments: the directory for the metrics, and that of the model. The workers make one, two and three
predictions. The parent prints the exposition, a line of dashes, and the
exposition after the first worker was killed.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from classifier import metrics_directory

metrics_directory.prepare(Path(sys.argv[1]), os.environ)

from classifier import metrics  # noqa: E402
from classifier.app import create_app  # noqa: E402
from classifier.config import Config  # noqa: E402
from colours import photo  # noqa: E402


def main() -> None:
    """Fork the workers, and print the exposition before and after the first is killed."""
    ready, signalled = os.pipe()
    workers = [_fork(signalled, number) for number in range(1, 4)]
    for _ in workers:
        os.read(ready, 1)
    sys.stdout.write(f"{metrics.exposition().decode()}---\n")
    os.kill(workers[0], signal.SIGKILL)
    os.waitpid(workers[0], 0)
    sys.stdout.write(metrics.exposition().decode())
    for worker in workers[1:]:
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)


def _fork(signalled: int, number: int) -> int:
    worker = os.fork()
    if worker:
        return worker
    client = create_app(Config(model_dir=Path(sys.argv[2]))).test_client()
    for _ in range(number):
        client.post("/predict", data=photo("red"))
    metrics.set_queue_length(number)
    os.write(signalled, b".")
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
