"""An HTTP client of the deployed endpoint: no retries, every request with a deadline."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlsplit

import requests

from seatrial.total_timeout import Deadline, new_session, read_body

TIMEOUT = 10
MAX_BODY_BYTES = 16 << 20
PHOTO = "application/octet-stream"


class ApiClient:
    """Sends requests to one endpoint, on a persistent connection or on a new one for each request.

    `address` is where to connect if it is not what the URL's name resolves to on this machine; the Host
    header still has the name, and the certificate is checked for it, against the authorities of `ca_file`
    (empty: those of this machine). A response, with its redirects, has TIMEOUT seconds and MAX_BODY_BYTES.
    """

    def __init__(self, url: str, address: str = "", *, keep_alive: bool = True, ca_file: str = "") -> None:
        parts = urlsplit(url)
        self.host, self._ca_file = parts.hostname or "", ca_file
        port = f":{parts.port}" if parts.port else ""
        self.url = f"{parts.scheme}://{address or self.host}{port}{parts.path.rstrip('/')}"
        self._headers = {"Host": f"{self.host}{port}"} | ({} if keep_alive else {"Connection": "close"})
        self._session = self._new_session() if keep_alive else None

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> requests.Response:
        """GET a path."""
        return self._send("GET", path, headers=headers)

    def post(
        self,
        path: str,
        data: bytes | str = b"",
        headers: Mapping[str, str] | None = None,
        files: Any = None,
    ) -> requests.Response:
        """POST a body, or a form with `files`."""
        return self._send("POST", path, headers=headers, data=data, files=files)

    def predict(self, photo: bytes, top: int | None = None) -> requests.Response:
        """POST a photo to /predict."""
        query = "" if top is None else f"?top={top}"
        return self.post(f"/predict{query}", photo, {"Content-Type": PHOTO})

    def score(self, *photos: bytes, quote: str = "{}") -> requests.Response:
        """POST photos to /score in the original wire format; `quote` is the format of each item."""
        items = [quote.format(base64.b64encode(photo).decode()) for photo in photos]
        body = json.dumps({"input": json.dumps(items)})
        return self.post("/score", body, {"Content-Type": "application/json"})

    def version(self) -> dict[str, dict[str, str]]:
        """Return the body of /version. Raises requests.HTTPError if the status is not 2xx."""
        response = self.get("/version")
        response.raise_for_status()
        return dict(response.json())

    def _new_session(self) -> requests.Session:
        return new_session(follow_redirects=True, host=self.host, ca_file=self._ca_file)

    def _send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **body: Any
    ) -> requests.Response:
        merged = {**self._headers, **(headers or {})}
        options: dict[str, Any] = {**body, "headers": merged, "timeout": Deadline(TIMEOUT), "stream": True}
        with nullcontext(self._session) if self._session else self._new_session() as session:
            response = session.request(method, self.url + path, **options)
            read_body(response, MAX_BODY_BYTES)
        return response
