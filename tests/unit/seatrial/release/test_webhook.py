"""Notices sent to a webhook, a real local server: the formats of the services, and what cannot be sent."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from seatrial.http_client import NewConnections
from seatrial.release.notice import Notice
from seatrial.release.webhook import send
from seatrial.runtime import SYSTEM
from seatrial.sections import NotifyFormat
from unit.seatrial.webhook_server import SECRET, Webhook, serving_webhook

NOTICE = Notice(
    "it was rolled back", "production", "production-7", "<!channel> *a* & [b](http://c)", "make history"
)


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    """A webhook that accepts every body."""
    with serving_webhook() as served:
        yield served


def sent(webhook: Webhook, kind: NotifyFormat, seconds: float = 20) -> str:
    """Send the notice and return the problem, which never has the secret."""
    problem = send(NOTICE, kind, webhook.url, NewConnections(), SYSTEM, seconds)
    assert SECRET not in problem
    return problem


def test_json_has_each_part_and_the_whole_text(webhook: Webhook) -> None:
    """A program reads the parts; `text` is the whole message."""
    assert sent(webhook, "json") == ""
    assert webhook.bodies == [
        {
            "what": "it was rolled back",
            "environment": "production",
            "release": "production-7",
            "why": NOTICE.why,
            "next": "make history",
            "text": str(NOTICE),
        }
    ]
    assert webhook.types == {"application/json"}


def test_slack_gets_text_without_mentions_and_formatting(webhook: Webhook) -> None:
    """`&`, `<` and `>` are escaped, so a message notifies nobody else and contains no link."""
    assert sent(webhook, "slack") == ""
    (body,) = webhook.bodies
    assert body["mrkdwn"] is False
    assert body["text"].splitlines() == [
        "production: it was rolled back (production-7)",
        "Why: &lt;!channel&gt; *a* &amp; [b](http://c)",
        "Next: make history",
    ]


def test_teams_gets_an_adaptive_card(webhook: Webhook) -> None:
    """The card is an attachment of a message; its texts are runs, which have no Markdown."""
    assert sent(webhook, "teams") == ""
    (body,) = webhook.bodies
    (attachment,) = body["attachments"]
    assert (body["type"], attachment["contentUrl"]) == ("message", None)
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.2")
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    runs = [run for block in card["body"] for run in block["inlines"]]
    assert {run["type"] for run in runs} == {"TextRun"}
    assert [run["text"] for run in runs][1:] == [f"Why: {NOTICE.why}", "Next: make history"]
    assert "TextBlock" not in json.dumps(card).replace("RichTextBlock", "")


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500])
def test_an_answer_that_is_no_success_is_a_problem(webhook: Webhook, status: int) -> None:
    """The status is returned; a redirect is not followed, and nothing is sent twice."""
    webhook.status = status
    assert sent(webhook, "json") == f"status {status}"
    assert len(webhook.bodies) == 1


def test_an_answer_that_never_ends_is_not_waited_for(webhook: Webhook) -> None:
    """The deadline is that of the whole request, not of one read."""
    webhook.slow = True
    assert sent(webhook, "json", seconds=0.3).startswith("no answer")


def test_a_webhook_that_does_not_respond_is_a_problem() -> None:
    """The text of the connection's error has the URL, so only its name is returned."""
    with serving_webhook() as gone:
        pass
    assert sent(gone, "json") == "no answer (ConnectionError)"


@pytest.mark.parametrize(
    "url",
    [
        f"http://chat.example{SECRET}",
        f"ftp://chat.example{SECRET}",
        f"https://{SECRET}",
        SECRET,
        f"https://[{SECRET}",
        f"http://127.0.0.1.example{SECRET}",
    ],
)
def test_a_url_that_is_not_https_gets_nothing(url: str) -> None:
    """A secret URL is not sent over a connection that others can read; the problem does not name it."""
    problem = send(NOTICE, "json", url, NewConnections(), SYSTEM)
    assert problem == "its URL is not valid: use https://…"
