"""Command line options of the end-to-end tests."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the acceptance suite."""
    group = parser.getgroup("endpoint", "the endpoint under test")
    group.addoption("--url", default="", help="http(s)://name-or-address[:port] of the endpoint")
    group.addoption("--ca", default="", metavar="FILE", help="authorities to trust with https, in PEM")
    group.addoption("--env", default="", help="an environment of seatrial.toml, by its host name")
    group.addoption(
        "--expect",
        action="append",
        default=[],
        metavar="[FIELD=]VALUE",
        help="what /version must report; FIELD is release, image or model; may be repeated",
    )
    group.addoption("--golden", default="", help="golden set directory; default: the one of model.lock")
    group.addoption("--resolve", action="append", default=[], help="HOST:PORT:ADDRESS, as for curl")
    group.addoption("--dns", default="", help="SERVER:PORT of the DNS server for the name")
    group.addoption("--resolve-seconds", default=10.0, type=float, help="how long to wait for the name")
    group.addoption("--address", default="", help="the address that the name must resolve to")
    group.addoption("--report", default="", help="path of the JSON report; JUnit is written beside it")
