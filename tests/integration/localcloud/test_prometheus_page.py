"""The page of the local Prometheus, without a cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urljoin

import pytest
import requests

from integration.localcloud.recording import StepRecorder
from integration.monitoring.server import Prometheus
from localcloud import engine, images

PAGES = ("graph", "alerts", "status", "flags", "config", "rules", "targets", "service-discovery")
ASSET = re.compile(r'(?:src|href)="(/[^"]+)"')
OF_STYLE = re.compile(r"""url\(['"]?([^'")?#]+)""")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prometheus that scrapes itself."""
    engine.ensure(StepRecorder())
    image = images.ensure(["prometheus"], StepRecorder())["prometheus"]
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "rules.yaml").write_text("groups: []")
    with closing(engine.client()) as client, Prometheus(client, image, folder, "127.0.0.1:1") as server:
        yield server.url


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_all_its_files(url: str, name: str) -> None:
    """Every script, style, font and link that a page names is there."""
    page = requests.get(f"{url}/classic/{name}", timeout=10)
    assert page.ok
    assets = sorted({urljoin(url, path) for path in ASSET.findall(page.text)})
    assert any("jquery" in asset for asset in assets)
    fonts = [font for asset in assets if ".css" in asset for font in files_of_style(asset)]
    assert any("glyphicons" in font for font in fonts)
    assert [each for each in (*assets, *fonts) if requests.get(each, timeout=10).status_code != 200] == []


def files_of_style(address: str) -> list[str]:
    """Return the addresses of the files that a style sheet names."""
    found = OF_STYLE.findall(requests.get(address, timeout=10).text)
    return [urljoin(address, path) for path in found if not path.startswith("data:")]


def test_the_address_leads_to_the_page(url: str) -> None:
    """The address that `make up` prints is redirected to the page for queries."""
    assert requests.get(url, timeout=10).url == f"{url}/classic/graph"
