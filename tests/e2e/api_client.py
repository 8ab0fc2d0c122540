"""The deployed endpoint as a client sees it: HTTP verbs, no retries, every request with a timeout."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

TIMEOUT = 10
PHOTO = "application/octet-stream"


class ApiClient:
    """Asks one endpoint, either on one kept connection or on a new one for each request.

    `address` is where to connect when that is not what the URL's name resolves to on this machine;
    the name itself still stands in the Host header.
    """

    def __init__(self, url: str, address: str = "", *, keep: bool = True) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
        self.url = f"{parts.scheme}://{address or self.host}{port}{parts.path.rstrip('/')}"
        self._headers = {"Host": f"{self.host}{port}"} | ({} if keep else {"Connection": "close"})
        self._session = requests.Session() if keep else None

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> requests.Response:
        """GET a path."""
        return self._ask("GET", path, headers=headers)

    def post(
        self,
        path: str,
        data: bytes | str = b"",
        headers: Mapping[str, str] | None = None,
        files: Any = None,
    ) -> requests.Response:
        """POST a body, or a form with `files`."""
        return self._ask("POST", path, headers=headers, data=data, files=files)

    def predict(self, photo: bytes, top: int | None = None) -> requests.Response:
        """Ask /predict what is on a photo."""
        query = "" if top is None else f"?top={top}"
        return self.post(f"/predict{query}", photo, {"Content-Type": PHOTO})

    def score(self, *photos: bytes, quote: str = "{}") -> requests.Response:
        """Ask /score in the original wire format; `quote` is how each item is written."""
        items = [quote.format(base64.b64encode(photo).decode()) for photo in photos]
        body = json.dumps({"input": json.dumps(items)})
        return self.post("/score", body, {"Content-Type": "application/json"})

    def version(self) -> dict[str, dict[str, str]]:
        """Return what /version says."""
        answer = self.get("/version")
        answer.raise_for_status()
        return dict(answer.json())

    def _ask(
        self, verb: str, path: str, headers: Mapping[str, str] | None = None, **what: Any
    ) -> requests.Response:
        asker = self._session or requests
        merged = {**self._headers, **(headers or {})}
        return asker.request(verb, self.url + path, headers=merged, timeout=TIMEOUT, **what)
