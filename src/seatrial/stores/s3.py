"""S3, and compatible services that support conditional writes."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Iterator
from configparser import Error as ConfigParserError
from configparser import RawConfigParser
from contextlib import contextmanager
from functools import partial
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError
from botocore.session import Session

from seatrial.errors import UsageError
from seatrial.settings import Store as StoreSettings
from seatrial.stores.credential_process import limit_credential_process
from seatrial.stores.key_file import read_key_file
from seatrial.stores.protocol import (
    DOCUMENT_LIMIT,
    BlobNotFoundError,
    Document,
    Progress,
    StoreAccessError,
)
from seatrial.stores.refusals import unreachable
from seatrial.stores.s3_errors import (
    RIGHTS_HINT,
    SHARED_FILE_HINT,
    PreconditionFailedError,
    answer_error,
    status_of,
)

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
                if status_of(error) == AFTER_THE_END:
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
        except PreconditionFailedError:
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
            raise answer_error(error, blob) from error
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise StoreAccessError(f"there are no credentials for {self.url}", RIGHTS_HINT) from error
        # botocore asks without end for the region of a bucket whose every response is a redirect.
        except (BotoCoreError, RecursionError) as error:
            raise unreachable(self.url, error) from error


def _check_shared_file(name: str) -> None:
    """Raise UsageError unless the file has an access key: the SDK's errors show lines of it."""
    parser = RawConfigParser()
    try:
        parser.read_string(read_key_file(name))
    except ConfigParserError:
        raise UsageError(f"store.key_file {name} is not a credentials file", SHARED_FILE_HINT) from None
    if not any(parser.has_option(section, "aws_access_key_id") for section in parser.sections()):
        raise UsageError(f"store.key_file {name} has no aws_access_key_id", SHARED_FILE_HINT)


def _client(settings: StoreSettings) -> Any:
    session = Session()
    if settings.key_file:
        _check_shared_file(settings.key_file)
        session.set_config_variable("credentials_file", settings.key_file)
        # Otherwise a key in the environment takes precedence over the file.
        resolver = session.get_component("credential_provider")
        resolver.remove("env")
    # The providers are made of the configuration at the first use of them.
    limit_credential_process(session, settings.timeout_seconds / 2)
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
