"""Send a notice to a webhook, in the format of its service."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from seatrial.http_client import HttpClient, NoResponseError
from seatrial.release.notice import Notice
from seatrial.runtime import Runtime
from seatrial.sections import NotifyFormat

SECONDS = 10.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def send(
    notice: Notice,
    kind: NotifyFormat,
    url: str,
    http: HttpClient,
    runtime: Runtime,
    seconds: float = SECONDS,
) -> str:
    """Send a notice and return why that failed, or an empty string.

    The whole request ends within `seconds`. The URL is a secret: neither the result nor an error has it.
    """
    if not _is_valid(url):
        return "its URL is not valid: use https://…"
    body = json.dumps(BODIES[kind](notice)).encode()
    ended, problems = runtime.event(), list[str]()

    def post() -> None:
        try:
            problems.append(_post(url, body, http, seconds))
        finally:
            ended.set()

    # A server that sends one byte at a time never reaches the client's own timeout.
    runtime.start(post)
    if not ended.wait(seconds):
        return f"no answer within {seconds:g} s"
    return problems[0] if problems else "the request failed"


def _post(url: str, body: bytes, http: HttpClient, seconds: float) -> str:
    try:
        response = http.request(
            "POST", url, timeout=seconds, body=body, headers={"Content-Type": "application/json"}
        )
    except NoResponseError as error:
        # The text of the error contains the URL.
        return f"no answer ({str(error).partition(':')[0]})"
    return "" if response.ok else f"status {response.status}"


def _is_valid(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.scheme == "https" or _is_local(parts.scheme, parts.hostname))
    except ValueError:
        return False


def _is_local(scheme: str, host: str | None) -> bool:
    return scheme == "http" and host in LOOPBACK


def _json(notice: Notice) -> dict[str, Any]:
    return {**vars(notice), "text": str(notice)}


def _slack(notice: Notice) -> dict[str, Any]:
    # Slack reads `<!channel>` and `<https://…>` as a mention and a link, `*` and `_` as formatting.
    text = "\n".join(_lines(notice)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": text, "mrkdwn": False}


def _teams(notice: Notice) -> dict[str, Any]:
    # Unlike a TextBlock, the runs of a RichTextBlock are shown as they are, without Markdown.
    first, *others = [[{"type": "TextRun", "text": line}] for line in _lines(notice)]
    first[0]["weight"] = "Bolder"
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.2",
        "body": [{"type": "RichTextBlock", "inlines": runs} for runs in (first, *others)],
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def _lines(notice: Notice) -> list[str]:
    return [notice.title, *([f"Why: {notice.why}"] if notice.why else []), f"Next: {notice.next}"]


BODIES: dict[NotifyFormat, Callable[[Notice], dict[str, Any]]] = {
    "json": _json,
    "slack": _slack,
    "teams": _teams,
}
