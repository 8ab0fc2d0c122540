"""S3, and whatever speaks it and knows conditional writes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError
from botocore.session import Session

from seatrial.errors import OutsideError, UsageError
from seatrial.settings import Store as StoreSettings
from seatrial.stores.protocol import LIMIT, AccessError, Document, MissingError, Progress, UnreachableError

RIGHTS: Final = (
    "check the credentials (store.key_file is a shared credentials file; empty: AWS's own chain) "
    "and the bucket's policy"
)
TAKEN: Final = frozenset({409, 412})


class S3Store:
    """A bucket, reached by a shared credentials file or by AWS's own chain of identities.

    A file goes up in one request, so that `If-None-Match` holds for it: at most 5 GiB.
    """

    def __init__(self, settings: StoreSettings, bucket: str, prefix: str) -> None:
        logging.getLogger("botocore").setLevel(logging.CRITICAL)
        self.url = settings.url
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._client = _client(settings)

    def read(self, key: str) -> Document | None:
        """Return a document and its ETag, or None where there is none."""
        try:
            with self._translated(key):
                answer = self._client.get_object(**self._at(key))
                return Document(answer["Body"].read(LIMIT + 1), answer["ETag"])
        except MissingError:
            return None

    def size(self, key: str) -> int:
        """Return a blob's size in bytes."""
        with self._translated(key):
            return int(self._client.head_object(**self._at(key))["ContentLength"])

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return a part of a blob."""
        with self._translated(key):
            part = f"bytes={start}-{start + length - 1}"
            return bytes(self._client.get_object(**self._at(key), Range=part)["Body"].read())

    def create(self, key: str, source: Path | bytes, progress: Progress) -> bool:
        """Upload with `If-None-Match: *`."""
        if isinstance(source, bytes):
            return self._put(key, source, IfNoneMatch="*")
        with source.open("rb") as file:
            done = self._put(key, file, IfNoneMatch="*")
        progress(source.stat().st_size)
        return done

    def replace(self, key: str, content: bytes, tag: str | None) -> bool:
        """Upload with `If-Match`."""
        return self._put(key, content, **({"IfMatch": tag} if tag else {"IfNoneMatch": "*"}))

    def _put(self, key: str, body: Any, **condition: str) -> bool:
        try:
            with self._translated(key):
                self._client.put_object(**self._at(key), Body=body, **condition)
        except _TakenError:
            return False
        return True

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        where = f"{self.url}/{key}"
        try:
            yield
        except ClientError as error:
            raise _refusal(error, where) from error
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise AccessError(f"there are no credentials for {self.url}", RIGHTS) from error
        except BotoCoreError as error:
            hint = "check store.url and store.endpoint, and that the service runs"
            raise UnreachableError(
                f"the store {self.url} does not answer: {type(error).__name__}", hint
            ) from error


class _TakenError(OutsideError):
    """A condition of the request did not hold."""


def _refusal(error: ClientError, where: str) -> OutsideError:
    status = int(error.response["ResponseMetadata"]["HTTPStatusCode"])
    code = str(error.response["Error"].get("Code", status))
    if status in TAKEN:
        return _TakenError(f"{where} has changed")
    if status == 404:
        return MissingError(f"{where} is not in the store ({code})", "see what is published, and model.lock")
    if status in (400, 401, 403):
        return AccessError(f"the store refuses access to {where} ({code})", RIGHTS)
    return UnreachableError(f"the store failed on {where}: {status} {code}", "try again later")


def _client(settings: StoreSettings) -> Any:
    session = Session()
    if settings.key_file:
        if not Path(settings.key_file).is_file():
            raise UsageError(f"store.key_file {settings.key_file} is missing", RIGHTS)
        session.set_config_variable("credentials_file", settings.key_file)
        # Else a key in the environment would come before the file that was asked for.
        resolver = session.get_component("credential_provider")
        resolver.remove("env")
    aws = boto3.Session(botocore_session=session)
    return aws.client(
        "s3",
        endpoint_url=settings.endpoint or None,
        region_name=aws.region_name or "us-east-1",
        config=Config(
            connect_timeout=max(1.0, settings.timeout_seconds / 4),
            read_timeout=max(1.0, settings.timeout_seconds / 2),
            retries={"total_max_attempts": 2, "mode": "standard"},
            max_pool_connections=settings.connections,
            s3={"addressing_style": "path" if settings.endpoint else "auto"},
        ),
    )
