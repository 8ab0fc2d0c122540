"""Images that answer badly, each in a way of its own, made from the good one."""

from __future__ import annotations

from typing import Literal

from e2e.release.images import Images

Fault = Literal["never ready", "slow", "errors", "turning", "turning slow", "doubting"]

# How each request is answered: by the good app, or as the fault has it.
PROGRAM = """
import itertools
import json
import os
import time
from classifier.wsgi import application as honest

FAULT, HOST = "@FAULT@", "@HOST@"

def application():
    app, all_met, met_by_name = honest(), itertools.count(1), itertools.count(1)

    def faulty(environ, start_response):
        path = environ["PATH_INFO"]
        if FAULT == "never ready" and path == "/readyz":
            return fail(start_response, "503 Service Unavailable")
        if path == "/predict" and not well(environ):
            return fail(start_response, "500 Internal Server Error")
        if path == "/predict" and FAULT == "doubting":
            return doubt(environ, start_response)
        return app(environ, start_response)

    def well(environ):
        turn = next(all_met)
        if FAULT == "slow" and turn % 4 == 0:
            time.sleep(@SECONDS@)
        if FAULT == "errors":
            return turn % 10 != 0
        by_name = environ.get("HTTP_HOST", "").partition(":")[0] == HOST
        turned = FAULT.startswith("turning") and by_name and next(met_by_name) > 10
        if turned and FAULT == "turning slow":
            time.sleep(0.8)
        return not (turned and FAULT == "turning")

    def doubt(environ, start_response):
        kept = {}
        body = b"".join(app(environ, lambda status, headers, *rest: kept.update(s=status, h=headers)))
        answer = json.loads(body)
        for each in answer.get("predictions", []):
            each["probability"] *= 0.9
        body = json.dumps(answer).encode()
        headers = [(name, value) for name, value in kept["h"] if name.lower() != "content-length"]
        start_response(kept["s"], [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def fail(start_response, status):
        # As the app's own errors do, it says whose it is.
        start_response(status, [("Content-Length", "0"), ("X-Release", os.environ["SEATRIAL_RELEASE"])])
        return []

    return faulty
"""
SERVE = '["python3", "-m", "gunicorn", "-c", "python:classifier.server", "faulty:application()"]'
SLOW_SECONDS = 4


def faulty(images: Images, fault: Fault, host: str = "") -> str:
    """Return an image that is never ready, slow for a quarter, fails a tenth, doubts, or turns bad or slow.

    The last two answer well until they have met ten users who ask for `host`.
    """
    program = PROGRAM.replace("@FAULT@", fault).replace("@HOST@", host)
    files = {"faulty.py": program.replace("@SECONDS@", str(SLOW_SECONDS)).encode()}
    return images.make(files, "COPY faulty.py /app/code/faulty.py", f"ENTRYPOINT {SERVE}")
