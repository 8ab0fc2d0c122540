"""`python3 -m classifier.server [MODULE:FUNCTION]`: serve the WSGI app that the function returns."""

from __future__ import annotations

import importlib
import logging.config
import os
import signal
import sys
from collections.abc import Sequence

# onnxruntime reads this setting only at import.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

from classifier.config import load_config
from classifier.errors import ClassifierError
from classifier.logs import logging_config
from classifier.server.gateway import WsgiApp
from classifier.server.process import serve
from classifier.server.reporting import MetricsObserver, exposition
from classifier.server.settings import load_server_settings
from imagemodel.errors import ImageModelError

DEFAULT = "classifier.wsgi:application"
log = logging.getLogger("classifier.server")


def main(arguments: Sequence[str]) -> int:
    """Serve until stopped; return the exit code. An error is logged as one line."""
    # Process 1 ignores signals that have no handler.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        config = load_config(os.environ)
        logging.config.dictConfig(logging_config(config.log_level))
        settings = load_server_settings(os.environ, config.max_body)
        serve(load_app(*arguments[:1]), config, settings, MetricsObserver(), exposition)
    except (ClassifierError, ImageModelError) as error:
        hint = getattr(error, "hint", "")
        log.error(f"{error.message}; {hint}" if hint else error.message)
        return 1
    return 0


def load_app(name: str = DEFAULT) -> WsgiApp:
    """Return what the function `name` (MODULE:FUNCTION) returns."""
    module, _, function = name.partition(":")
    app: WsgiApp = getattr(importlib.import_module(module), function)()
    return app


if __name__ == "__main__":
    code = main(sys.argv[1:])
    logging.shutdown()
    # A worker that still computes would be waited for, or crash in a library that is being unloaded.
    sys.stdout.flush()
    os._exit(code)
