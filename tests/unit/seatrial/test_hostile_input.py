"""Whatever comes from outside, nothing but the documented errors comes out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, suppress
from io import StringIO
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostile_documents import FUZZ, Document, as_toml, hostile_bytes
from seatrial.cli import main
from unit.seatrial import outside_documents as valid
from unit.seatrial.outside_parsers import PARSERS
from unit.seatrial.outside_readers import Outside
from unit.seatrial.prepared_server import PreparedServer, prepared_server


@pytest.fixture(scope="module")
def server() -> Iterator[PreparedServer]:
    """A server that responds as a registry."""
    with prepared_server() as running:
        yield running


@pytest.fixture(scope="module")
def outside(server: PreparedServer, tmp_path_factory: pytest.TempPathFactory) -> Outside:
    """A directory for the files that the parsers read, and the server."""
    return Outside(tmp_path_factory.mktemp("outside"), server)


@pytest.mark.parametrize("name", PARSERS)
def test_a_valid_document_is_read(outside: Outside, name: str) -> None:
    """The document that is changed is valid, so that each change counts."""
    parser = PARSERS[name]
    parser.read(parser.encoders[0](parser.valid).encode(), outside)


@pytest.mark.parametrize("name", PARSERS)
@FUZZ
@given(data=st.data())
def test_nothing_but_the_documented_errors_is_raised(
    outside: Outside, name: str, data: st.DataObject
) -> None:
    """A changed, damaged or arbitrary document is read or refused with a documented error."""
    parser = PARSERS[name]
    raw = data.draw(hostile_bytes(parser.valid, *parser.encoders))
    with suppress(*parser.errors):
        parser.read(raw, outside)


@pytest.mark.parametrize(
    ("name", "document"), [("model.lock", valid.LOCK), ("seatrial.toml", valid.SETTINGS)]
)
@FUZZ
@given(data=st.data())
def test_a_command_ends_with_one_line(
    outside: Outside, name: str, document: Document, data: st.DataObject
) -> None:
    """Whatever is in its files, a command prints one line, no traceback, and ends with a documented code."""
    for each, content in (("seatrial.toml", valid.SETTINGS), ("model.lock", valid.LOCK)):
        outside.file(f"checkout/{each}", as_toml(content).encode())
    outside.file(f"checkout/{name}", data.draw(hostile_bytes(document, as_toml)))
    code, printed = run_fetch(outside)
    assert code in (2, 10, 30)
    assert printed.startswith("seatrial: ")
    assert printed.removesuffix("\n").isprintable()


def run_fetch(outside: Outside) -> tuple[int, str]:
    """Run `seatrial fetch` in the checkout; return its exit code and what it printed on stderr."""
    with (
        chdir(outside.folder / "checkout"),
        mock.patch("sys.argv", ["seatrial", "fetch"]),
        mock.patch("signal.signal"),
        mock.patch.dict("os.environ", SEATRIAL_CACHE=str(outside.folder / "cache")),
        redirect_stderr(StringIO()) as printed,
        pytest.raises(SystemExit) as ended,
    ):
        main()
    return int(ended.value.code or 0), printed.getvalue()
