"""S3, and compatible services that support conditional writes."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError
from botocore.session import Session

from seatrial.errors import OutsideError, UsageError
from seatrial.settings import Store as StoreSettings
from seatrial.stores.protocol import (
    DOCUMENT_LIMIT,
    BlobNotFoundError,
    Document,
    Progress,
    StoreAccessError,
    StoreUnreachableError,
)

RIGHTS_HINT: Final = (
    "check the credentials (store.key_file is a shared credentials file; empty: the default chain of AWS) "
    "and the policy of the bucket"
)
CONFLICT: Final = frozenset({409, 412})
AFTER_THE_END: Final = 416


class S3Store:
    """A bucket, with a shared credentials file or the default credential chain of AWS.

    A file is uploaded in one request, so that `If-None-Match` applies to it: at most 5 GiB.
    """

    def __init__(self, settings: StoreSettings, bucket: str, prefix: str) -> None:
        logging.getLogger("botocore").setLevel(logging.CRITICAL)
        self.url = settings.url
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._client = _client(settings)

    def read(self, key: str) -> Document | None:
        """Return a document and its ETag, or None if there is none."""
        try:
            with self._store_errors(key):
                response = self._client.get_object(**self._address(key))
                return Document(response["Body"].read(DOCUMENT_LIMIT + 1), response["ETag"])
        except BlobNotFoundError:
            return None

    def size(self, key: str) -> int:
        """Return the size of a blob in bytes."""
        with self._store_errors(key):
            return int(self._client.head_object(**self._address(key))["ContentLength"])

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return a range of a blob."""
        with self._store_errors(key):
            span = f"bytes={start}-{start + length - 1}"
            try:
                return bytes(self._client.get_object(**self._address(key), Range=span)["Body"].read())
            except ClientError as error:
                if _status(error) == AFTER_THE_END:
                    return b""
                raise

    def names(self, prefix: str, page: int = 1000) -> Iterator[str]:
        """Yield the names under a prefix, by a listing with the delimiter `/`."""
        start = self._prefix + prefix
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=start, Delimiter="/", PaginationConfig={"PageSize": page}
        )
        with self._store_errors(prefix):
            for answer in pages:
                found = [each["Key"] for each in answer.get("Contents", ())]
                found += [each["Prefix"] for each in answer.get("CommonPrefixes", ())]
                yield from sorted(name.removeprefix(start) for name in found)

    def delete(self, key: str) -> None:
        """Remove a blob."""
        with self._store_errors(key):
            self._client.delete_object(**self._address(key))

    def create(self, key: str, source: Path | bytes, progress: Progress) -> bool:
        """Upload with `If-None-Match: *`."""
        if isinstance(source, bytes):
            return self._put(key, BytesIO(source), IfNoneMatch="*")
        with source.open("rb") as file:
            created = self._put(key, file, IfNoneMatch="*")
        progress(source.stat().st_size)
        return created

    def replace(self, key: str, content: bytes, tag: str | None) -> bool:
        """Upload with `If-Match`."""
        return self._put(key, BytesIO(content), **({"IfMatch": tag} if tag else {"IfNoneMatch": "*"}))

    def _put(self, key: str, body: BytesIO | BufferedReader, **condition: str) -> bool:
        # Also required by a bucket with object lock.
        digest = hashlib.file_digest(body, partial(hashlib.md5, usedforsecurity=False))
        body.seek(0)
        check = base64.b64encode(digest.digest()).decode()
        try:
            with self._store_errors(key):
                self._client.put_object(**self._address(key), Body=body, ContentMD5=check, **condition)
        except _PreconditionFailedError:
            return False
        return True

    def _address(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    @contextmanager
    def _store_errors(self, key: str) -> Iterator[None]:
        blob = f"{self.url}/{key}"
        try:
            yield
        except ClientError as error:
            raise _store_error(error, blob) from error
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise StoreAccessError(f"there are no credentials for {self.url}", RIGHTS_HINT) from error
        # botocore asks without end for the region of a bucket whose every response is a redirect.
        except (BotoCoreError, RecursionError) as error:
            hint = "check store.url and store.endpoint, and that the service runs"
            raise StoreUnreachableError(
                f"the store {self.url} does not answer: {type(error).__name__}", hint
            ) from error


class _PreconditionFailedError(OutsideError):
    """A condition of the request was not met."""


def _store_error(error: ClientError, blob: str) -> OutsideError:
    status = _status(error)
    code = str(error.response["Error"].get("Code", status))
    if status in CONFLICT:
        return _PreconditionFailedError(f"{blob} has changed")
    if status == 404:
        return BlobNotFoundError(
            f"{blob} is not in the store ({code})", "compare model.lock with what is published"
        )
    if status in (400, 401, 403):
        return StoreAccessError(f"the store refuses access to {blob} ({code})", RIGHTS_HINT)
    return StoreUnreachableError(f"the store failed on {blob}: {status} {code}", "try again later")


def _status(error: ClientError) -> int:
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])


def _client(settings: StoreSettings) -> Any:
    session = Session()
    if settings.key_file:
        if not Path(settings.key_file).is_file():
            raise UsageError(f"store.key_file {settings.key_file} is missing", RIGHTS_HINT)
        session.set_config_variable("credentials_file", settings.key_file)
        # Otherwise a key in the environment takes precedence over the file.
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
            # Services other than AWS refuse checksums in a trailer. Every upload has a Content-MD5 instead.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path" if settings.endpoint else "auto"},
        ),
    )
