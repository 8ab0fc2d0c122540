"""Finds the links of pages to other sites and requests each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import requests

LINK = re.compile(r"\]\((https?://[^\s)#]+)[^)]*\)")
SECONDS = 20
WORKERS = 8
# Only these statuses show that a page is gone: others may be a limit of the number of requests, or of robots.
GONE = (404, 410)
HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; link check)"}


@dataclass(frozen=True)
class Link:
    """A link in a line of a page."""

    page: Path
    line: int
    url: str


def links(pages: Iterable[Path]) -> Iterator[Link]:
    """Yield the links of Markdown pages to other sites, in order."""
    for page in pages:
        for number, text in enumerate(page.read_text().splitlines(), 1):
            for url in LINK.findall(text):
                yield Link(page, number, url)


def broken(found: Iterable[Link]) -> list[tuple[Link, str]]:
    """Return the links that lead nowhere, each with the reason; each address is requested once."""
    found = list(found)
    urls = list(dict.fromkeys(link.url for link in found))
    with ThreadPoolExecutor(WORKERS) as workers:
        reasons = dict(zip(urls, workers.map(_reason, urls), strict=True))
    return [(link, reasons[link.url]) for link in found if reasons[link.url]]


def _reason(url: str) -> str:
    for _ in range(2):
        try:
            with requests.get(url, headers=HEADERS, timeout=SECONDS, stream=True) as response:
                return f"status {response.status_code}" if response.status_code in GONE else ""
        except requests.RequestException as error:
            reason = type(error).__name__
    return reason
