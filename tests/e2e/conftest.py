"""What the end-to-end tests are told on the command line."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the acceptance suite."""
    group = parser.getgroup("endpoint", "the endpoint under test")
    group.addoption("--url", default="", help="http://name-or-address[:port] of any endpoint")
    group.addoption("--env", default="", help="an environment of seatrial.toml, asked by its host name")
    group.addoption("--expect", action="append", default=[], help="what /version must say; may be repeated")
    group.addoption(
        "--golden", default="", help="golden set directory; default: the fetched one of model.lock"
    )
    group.addoption("--resolve", action="append", default=[], help="HOST:PORT:ADDRESS, as for curl")
    group.addoption("--dns", default="", help="SERVER:PORT that answers for the name")
    group.addoption("--address", default="", help="the address that the name must resolve to")
    group.addoption("--report", default="", help="JSON report; JUnit goes beside it")
