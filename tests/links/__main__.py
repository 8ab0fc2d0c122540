"""Prints the broken links of README, CONTRIBUTING and docs, in GitHub Actions as annotations."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from links.check import broken, links

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Check all pages; return 1 if a link is broken."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    found = list(links(pages))
    failed = broken(found)
    for link, reason in failed:
        page = link.page.relative_to(ROOT)
        if os.environ.get("GITHUB_ACTIONS") == "true":
            print(f"::error file={page},line={link.line}::{link.url}: {reason}")
        else:
            print(f"{page}:{link.line}: {link.url}: {reason}")
    print(f"{len(found)} links, {len(failed)} broken")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
