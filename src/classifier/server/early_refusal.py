"""The refusal of a request at its headers, before the server spends anything on its body."""

from __future__ import annotations

from typing import Final

from classifier.server.exchange import Handler
from classifier.server.head import content_length
from classifier.server.messages import Request
from classifier.server.refusal import RefusalError

DISCARD: Final = 1 << 20
"""The largest body, in bytes, that is discarded so that its connection can be kept."""


def refusal_at_head(handler: Handler, request: Request) -> RefusalError | None:
    """Return why a request is refused before its body has arrived, if it is.

    Raises the RefusalError, which closes the connection, if the client may leave the body out (it waits for
    100 Continue): the next bytes could be that body or another request. And if it saves much by that.
    """
    refusal = handler.refusal(request)
    if refusal and (expects_continue(request) or content_length(request) > DISCARD):
        refusal.closes = True
        raise refusal
    return refusal


def expects_continue(request: Request) -> bool:
    """Return whether the client waits for 100 Continue before it sends the body."""
    return request.version == "1.1" and bool(request.header(b"expect"))
