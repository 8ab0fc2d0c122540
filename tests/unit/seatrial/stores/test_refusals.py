"""What Azure and S3 answer when they refuse, and which hint the error names."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from seatrial.errors import OutsideError, UsageError
from seatrial.settings import Store as StoreSettings
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import BlobNotFoundError, StoreAccessError, StoreUnreachableError

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
SECRET = "c2VjcmV0LWtleS1mb3ItdGVzdHM="
SHARED = f"[default]\naws_access_key_id = A\naws_secret_access_key = {SECRET}\n"
Ask = Callable[..., OutsideError]


class RefusingService(BaseHTTPRequestHandler):
    """Refuses every request as `script` sets."""

    script: dict[str, Any]

    def do_GET(self) -> None:
        """Refuse a request."""
        script = self.script
        text = f"<Code>{script['code']}</Code><Message>m</Message>{script.get('detail', '')}"
        body = f'<?xml version="1.0"?><Error>{text}</Error>'.encode()
        self.send_response_only(script["status"])
        self.send_header("Date", format_datetime(datetime.now(UTC) + script.get("ahead", timedelta())))
        self.send_header("x-ms-error-code", script["code"])
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    """Return a call that lets a scripted service refuse, and returns the error of the store."""
    script: dict[str, Any] = {}
    handler = type("Handler", (RefusingService,), {"script": script})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    stores = settings_by_kind(tmp_path, f"http://127.0.0.1:{server.server_port}")

    def asked(kind: str, status: int, code: str, **more: Any) -> OutsideError:
        script.clear()
        script.update(status=status, code=code, **more)
        with pytest.raises(OutsideError) as raised:
            open_store(stores[kind]).read_range("key", 0, 10)
        return raised.value

    yield asked
    server.shutdown()
    server.server_close()


def settings_by_kind(folder: Path, address: str) -> dict[str, StoreSettings]:
    """Return the settings of a store of each kind at an address."""
    key, credentials = folder / "key", folder / "credentials"
    key.write_text(SECRET)
    credentials.write_text(SHARED)
    return {
        "az": StoreSettings(url="az://acct/models/p", endpoint=f"{address}/acct", key_file=str(key)),
        "s3": StoreSettings(url="s3://bucket/p", endpoint=address, key_file=str(credentials)),
    }


@pytest.mark.parametrize(
    ("kind", "status", "code", "error", "hint"),
    [
        ("az", 403, "AuthorizationFailure", StoreAccessError, "firewall"),
        ("az", 403, "AuthorizationPermissionMismatch", StoreAccessError, "Storage Blob Data Reader"),
        ("az", 403, "KeyBasedAuthenticationNotPermitted", StoreAccessError, "az login"),
        ("az", 401, "InvalidAuthenticationInfo", StoreAccessError, "az login"),
        ("az", 403, "SomethingNew", StoreAccessError, "store.key_file"),
        ("az", 409, "PublicAccessNotPermitted", StoreUnreachableError, "anonymous"),
        ("az", 400, "InvalidResourceName", StoreUnreachableError, "container and the prefix"),
        ("az", 404, "ContainerBeingDeleted", BlobNotFoundError, "wait"),
        ("az", 404, "ContainerNotFound", BlobNotFoundError, "container"),
        ("az", 404, "BlobNotFound", BlobNotFoundError, "model.lock"),
        ("s3", 403, "InvalidAccessKeyId", StoreAccessError, "access key"),
        ("s3", 403, "SignatureDoesNotMatch", StoreAccessError, "secret key"),
        ("s3", 400, "ExpiredToken", StoreUnreachableError, "sign in again"),
        ("s3", 403, "RequestTimeTooSkewed", StoreAccessError, "clock"),
        ("s3", 404, "NoSuchBucket", BlobNotFoundError, "create the bucket"),
        ("s3", 404, "NoSuchKey", BlobNotFoundError, "model.lock"),
        ("s3", 501, "NotImplemented", StoreUnreachableError, "conditional writes"),
    ],
)
def test_the_error_names_the_code_and_the_hint_that_fits(
    ask: Ask, kind: str, status: int, code: str, error: type[OutsideError], hint: str
) -> None:
    """Each refusal becomes one line with the service's code and the hint for that code."""
    found = ask(kind, status, code)
    assert type(found) is error
    assert code in found.message
    assert hint in found.hint
    assert SECRET not in found.line


@pytest.mark.parametrize(("kind", "code"), [("az", "AuthenticationFailed"), ("s3", "SignatureDoesNotMatch")])
@pytest.mark.parametrize(("hours", "word"), [(2, "slow"), (-2, "fast")])
def test_a_wrong_clock_is_found_by_the_date_of_the_answer(
    ask: Ask, kind: str, code: str, hours: int, word: str
) -> None:
    """If the service's time differs from this machine's, the error names the clock and not the key."""
    found = ask(kind, 403, code, ahead=timedelta(hours=hours))
    assert f"120 minutes {word}" in found.message
    assert "clock" in found.hint


def test_azures_word_on_an_old_request_is_about_the_clock(ask: Ask) -> None:
    """The code is that of a wrong key; only the detail differs, and it is not shown."""
    detail = "<AuthenticationErrorDetail>Request date header too old: 'Tue'</AuthenticationErrorDetail>"
    found = ask("az", 403, "AuthenticationFailed", detail=detail)
    assert "clock" in found.hint
    assert "Tue" not in found.line


@pytest.mark.parametrize("url", ["az://acct/models", "s3://bucket/p"])
def test_a_store_that_refuses_connections_is_named_with_the_reason(tmp_path: Path, url: str) -> None:
    """A closed port is another reason than a wrong key."""
    (tmp_path / "key").write_text(SECRET if url.startswith("az") else SHARED)
    settings = StoreSettings(url=url, endpoint="http://127.0.0.1:9/acct", key_file=str(tmp_path / "key"))
    with pytest.raises(StoreUnreachableError, match="refuses connections"):
        open_store(settings).read("key")


@pytest.mark.parametrize("url", ["az://acct/models", "s3://bucket/p"])
@pytest.mark.parametrize("value", [SECRET, SECRET.rstrip("="), f"/{SECRET}", "x" * 5000, "a\0b"])
def test_a_key_in_the_setting_itself_is_never_shown(url: str, value: str) -> None:
    """`store.key_file` holds the path of a file; a key that was put there is not part of the error."""
    with pytest.raises(UsageError, match="not the path of a file") as raised:
        open_store(StoreSettings(url=url, endpoint="http://127.0.0.1:9", key_file=value))
    assert value not in raised.value.line


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={SECRET}", "connection string"),
        (f"?sv=2024-11-04&sig={SECRET}", "SAS"),
        ("", "account key"),
        ("no base64!", "account key"),
    ],
)
def test_a_file_with_something_else_than_a_key(tmp_path: Path, content: str, hint: str) -> None:
    """The error names the file and what it holds, and shows nothing of it."""
    (tmp_path / "key").write_text(content)
    settings = StoreSettings(url="az://acct/models", key_file=str(tmp_path / "key"))
    with pytest.raises(UsageError, match=str(tmp_path / "key")) as raised:
        open_store(settings)
    assert hint in raised.value.hint
    assert SECRET not in raised.value.line


@pytest.mark.parametrize(
    "content", [SECRET, "[default]\n", f"[default\n{SECRET}", f"aws_access_key_id={SECRET}"]
)
def test_a_credentials_file_of_another_form(tmp_path: Path, content: str) -> None:
    """The error names the file and its form, and shows none of its lines."""
    (tmp_path / "key").write_text(content)
    settings = StoreSettings(url="s3://bucket", key_file=str(tmp_path / "key"))
    with pytest.raises(UsageError, match=str(tmp_path / "key")) as raised:
        open_store(settings)
    assert "aws_secret_access_key" in raised.value.hint
    assert SECRET not in raised.value.line


def test_a_missing_file_in_a_directory_that_exists_is_shown(tmp_path: Path) -> None:
    """A misspelt path is a path, so the error names it."""
    settings = StoreSettings(url="az://acct/models", key_file=str(tmp_path / "kee"))
    with pytest.raises(UsageError, match="kee cannot be read: No such file"):
        open_store(settings)
