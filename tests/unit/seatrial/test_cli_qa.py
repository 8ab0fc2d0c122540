"""The command that `make qa-kit` prints: it can be copied, for the environment as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.commands.qa import next_command
from seatrial.sections import Dns, Environment
from seatrial.settings import Settings


@pytest.fixture
def local(settings: Settings) -> Settings:
    """Settings with an environment whose name only the DNS server of its local cloud resolves."""
    live = Environment(namespace="local", overlay="o", host="local.test")
    dns = Dns(server="127.64.0.253", port=5300, zone="test")
    return settings.model_copy(update={"environments": {"local": live}, "dns": dns})


def test_it_has_the_scheme_and_the_dns_server_of_the_environment(local: Settings) -> None:
    """The URL is http where the environment is, and the archive may be anywhere."""
    assert next_command(local, "local", Path("a b/kit.zip")) == (
        "unzip 'a b/kit.zip' && python3 qa-kit http://local.test --dns 127.64.0.253:5300"
    )


def test_over_https_it_has_the_authority(local: Settings) -> None:
    """An environment with a private authority is tried with it, and a public name without a DNS server."""
    live = Environment(namespace="local", overlay="o", host="https://a.example", ca_file="ca.pem")
    public = local.model_copy(update={"environments": {"local": live}})
    assert next_command(public, "local", Path("kit.zip")) == (
        "unzip kit.zip && python3 qa-kit https://a.example --ca ca.pem"
    )
