"""Images whose responses are faulty, each in one way."""

from __future__ import annotations

from typing import Literal

from e2e.release.images import ImageFactory

ImageFault = Literal[
    "never ready",
    "slow",
    "errors",
    "less confident",
    "wrong after the switch",
    "errors after the switch",
    "slow after the switch",
]

# A WSGI application around the real one. The preview is requested by address and the live endpoint by name,
# so a worker counts as switched after ten requests with the live host name.
PROGRAM = """
import itertools
import json
import os
import time
from classifier.wsgi import application as working_application

BEHAVIOUR, HOST = "@BEHAVIOUR@", "@HOST@"
REQUESTS_BEFORE = 10

def application():
    app, requests, requests_by_name = working_application(), itertools.count(1), itertools.count(1)

    def faulty(environ, start_response):
        path = environ["PATH_INFO"]
        if BEHAVIOUR == "never ready" and path == "/readyz":
            return fail(start_response, "503 Service Unavailable")
        switched = by_name(environ) and next(requests_by_name) > REQUESTS_BEFORE
        if path != "/predict":
            return app(environ, start_response)
        turn = next(requests)
        if BEHAVIOUR == "slow" and turn % 4 == 0:
            time.sleep(@SECONDS@)
        if BEHAVIOUR == "slow after the switch" and switched:
            time.sleep(0.8)
        if BEHAVIOUR == "errors" and turn % 10 == 0 or BEHAVIOUR == "errors after the switch" and switched:
            return fail(start_response, "500 Internal Server Error")
        if BEHAVIOUR == "less confident":
            return change(environ, start_response, lower)
        if BEHAVIOUR == "wrong after the switch" and switched:
            return change(environ, start_response, list.reverse)
        return app(environ, start_response)

    def by_name(environ):
        return environ.get("HTTP_HOST", "").partition(":")[0] == HOST

    def lower(predictions):
        for each in predictions:
            each["probability"] *= 0.9

    def change(environ, start_response, edit):
        response = {}
        body = b"".join(app(environ, lambda status, headers, *rest: response.update(s=status, h=headers)))
        document = json.loads(body)
        edit(document.get("predictions", []))
        body = json.dumps(document).encode()
        headers = [(name, value) for name, value in response["h"] if name.lower() != "content-length"]
        start_response(response["s"], [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def fail(start_response, status):
        # The app's own errors carry X-Release too.
        start_response(status, [("Content-Length", "0"), ("X-Release", os.environ["SEATRIAL_RELEASE"])])
        return []

    return faulty
"""
SERVE = '["python3", "-m", "classifier.server", "faulty:application"]'
SLOW_SECONDS = 4


def faulty_image(images: ImageFactory, behaviour: ImageFault, host: str = "") -> str:
    """Return an image with a behaviour, the same for all requests or after the switch.

    `never ready` fails its readiness probe, `slow` delays a quarter of predictions, `errors` fails a tenth,
    `less confident` lowers each probability by a tenth. `host` is the live name.
    """
    program = PROGRAM.replace("@BEHAVIOUR@", behaviour).replace("@HOST@", host)
    files = {"faulty.py": program.replace("@SECONDS@", str(SLOW_SECONDS)).encode()}
    return images.build(files, "COPY faulty.py /app/code/faulty.py", f"ENTRYPOINT {SERVE}")
