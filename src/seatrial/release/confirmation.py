"""Ask a CI service about its own run: an answer that confirms nothing is an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from seatrial.errors import OutsideError
from seatrial.http_client import HttpClient, NoResponseError
from seatrial.network_errors import find_reason

SECONDS = 10
T = TypeVar("T")


@dataclass(frozen=True)
class CiService:
    """A CI service: its name, the number of the run, the headers of a request, and how to get the right."""

    name: str
    run: int
    headers: Mapping[str, str] = field(repr=False)
    rights: str

    def get(self, url: str, kind: TypeAdapter[T], http: HttpClient) -> T:
        """Return what the service responds at `url`.

        Raises OutsideError if it does not respond within 10 s, with another status than 2xx, or not in the
        format `kind`.
        """
        what = f"{self.name} does not confirm the reviews of run {self.run}"
        again = "run the job again"
        try:
            response = http.request("GET", url, timeout=SECONDS, headers=dict(self.headers))
        except NoResponseError as error:
            reason = find_reason(error)
            raise OutsideError(f"{what}: {reason.text if reason else error}", again) from error
        # Azure DevOps sends 203 with a page to sign in to a token that it does not accept.
        if not response.ok or response.status == 203:
            hint = self.rights if response.status in (203, 401, 403, 404) else again
            raise OutsideError(f"{what}: status {response.status}", hint)
        try:
            return kind.validate_json(response.body)
        except ValidationError as error:
            raise OutsideError(f"{what}: its answer is not valid", again) from error
