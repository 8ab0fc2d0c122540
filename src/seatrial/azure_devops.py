"""Azure DevOps: addresses of Azure Repos, who signs in, and requests to the REST API 7.1."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from seatrial.errors import OutsideError, UsageError
from seatrial.http_client import HttpClient, HttpResponse, NoResponseError
from seatrial.network_errors import find_reason
from seatrial.process import run

SECONDS: Final = 30
VERSION: Final = "api-version=7.1"
# The application id of Azure DevOps in Entra ID, the same in every organization.
RESOURCE: Final = "499b84ac-1321-427f-aa17-267ca6975798"
AGAIN: Final = "run it again"
# https, or a server of this machine for tests; a user name in the address is left out.
_HTTPS: Final = re.compile(
    r"(?P<scheme>https://|http://(?=127\.0\.0\.1:))(?:[^@/]*@)?(?P<host>[^/@]+)/(?P<path>(?:[^/]+/)*)"
    r"_git/(?:_full/|_optimized/)?(?P<name>[^/?#]+)/?"
)
_SSH: Final = re.compile(
    r"(?:ssh://)?[^@/]+@(?:ssh\.dev\.azure|vs-ssh\.visualstudio)\.com(?::22)?[:/]v3/"
    r"(?P<organization>[^/]+)/(?P<project>[^/]+)/(?P<name>[^/]+)"
)
# 127.0.0.1: a server of this machine for tests.
_SERVICES: Final = re.compile(r"dev\.azure\.com|[a-z0-9-]+\.visualstudio\.com|127\.0\.0\.1")
T = TypeVar("T")


def azure_address(remote: str) -> str | None:
    """Return the web address of a repository in Azure Repos; None for a remote of another service."""
    if found := _SSH.fullmatch(remote):
        return "https://dev.azure.com/{organization}/{project}/_git/{name}".format(**found.groupdict())
    if not (found := _HTTPS.fullmatch(remote)):
        return None
    host, path, name = found["host"], found["path"], found["name"]
    # A project with the name of its repository may be left out of the address.
    collection = {"dev.azure.com": 1}.get(host, 0 if host.endswith(".visualstudio.com") else -1)
    below = [part for part in path.split("/") if part and part != "DefaultCollection"]
    return f"{found['scheme']}{host}/{path}{f'{name}/' if len(below) == collection else ''}_git/{name}"


@dataclass(frozen=True)
class AzureDevOps:
    """A resource of the REST API, with the header that signs requests in and the rights that they need."""

    url: str
    authorization: str = field(repr=False)
    rights: str
    http: HttpClient

    def request(self, method: str, path: str, kind: TypeAdapter[T], body: object = None) -> T:
        """Send a request for a path below the resource and return its answer.

        Raises OutsideError if Azure DevOps does not respond within 30 s, refuses, or responds in another
        format than `kind`.
        """
        version = "" if "api-version=" in path else f"{'&' if '?' in path else '?'}{VERSION}"
        url = f"{self.url}/{path}{version}"
        headers = {"Authorization": self.authorization, "Content-Type": "application/json"}
        sent = b"" if body is None else json.dumps(body).encode()
        try:
            response = self.http.request(method, url, timeout=SECONDS, body=sent, headers=headers)
        except NoResponseError as error:
            reason = find_reason(error)
            what, hint = (reason.text, reason.hint) if reason else (str(error), AGAIN)
            raise OutsideError(f"Azure DevOps does not respond: {what}", hint) from error
        # 203 and 302 are the page to sign in.
        if not response.ok or response.status == 203:
            what = f"Azure DevOps refused {method} {urlsplit(url).path}: status {response.status}"
            hint = self.rights if response.status in (203, 302, 401, 403, 404) else AGAIN
            raise OutsideError(what + _reason(response), hint)
        try:
            return kind.validate_json(response.body)
        except ValidationError as error:
            raise OutsideError("the answer of Azure DevOps is not valid", AGAIN) from error


def authorization(address: str, environ: Mapping[str, str]) -> str:
    """Return the header that signs requests for a project or a repository in.

    It has the token of a run of Azure Pipelines, else the personal access token in AZURE_DEVOPS_EXT_PAT, else
    a token of `az`, for Azure DevOps Services alone. Raises UsageError for a repository of another
    organization than the run's, or of another server without a personal token; OutsideError if there is none.
    """
    if token := environ.get("SYSTEM_ACCESSTOKEN"):
        collection = environ.get("SYSTEM_COLLECTIONURI", "").rstrip("/")
        if not collection or not address.startswith(f"{collection}/"):
            what = "the repository is not in the organization of this run of Azure Pipelines"
            raise UsageError(what, "the token of a run is for the repositories of its own organization")
        return f"Bearer {token}"
    if token := environ.get("AZURE_DEVOPS_EXT_PAT"):
        return f"Basic {base64.b64encode(f':{token}'.encode()).decode()}"
    host = urlsplit(address).hostname or ""
    if not _SERVICES.fullmatch(host):
        what = f"{host} is not Azure DevOps Services, for which a token of `az` is"
        raise UsageError(what, "set AZURE_DEVOPS_EXT_PAT to a personal access token of that server")
    words = ["az", "account", "get-access-token", "--resource", RESOURCE, "--query", "accessToken"]
    try:
        printed = run([*words, "--output", "tsv"], timeout=SECONDS, separate_stderr=True).output
    except OutsideError as error:
        hint = "az login; in Azure Pipelines pass SYSTEM_ACCESSTOKEN: $(System.AccessToken)"
        raise OutsideError(f"no token for Azure DevOps: {error.message}", hint, error.log) from error
    return f"Bearer {printed.strip()}"


def _reason(response: HttpResponse) -> str:
    """Return the message of a refusal, in one line."""
    try:
        text = str(response.json()["message"])
    except (ValueError, KeyError, TypeError):
        return ""
    return f", {' '.join(text.split())[:300]}"
