"""The app in a process whose loop gets no processor time in the pause after SIGTERM."""

from __future__ import annotations

import asyncio
from threading import Event

from flask import Flask

from classifier import wsgi
from classifier.server import process

sleep = asyncio.sleep


async def starved(seconds: float) -> None:
    """Wait; in the pause after SIGTERM without a pass of the loop."""
    if seconds == process.LAST_ACCEPT_SECONDS:
        Event().wait(seconds)
        seconds = 0
    await sleep(seconds)


asyncio.sleep = starved  # type: ignore[assignment]


def application() -> Flask:
    """Return the app of this process."""
    return wsgi.application()
