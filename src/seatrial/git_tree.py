"""The git tree of a working tree, computed without a change to its repository."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from seatrial.errors import UsageError

UNTRACKED_BYTES: Final = 1 << 30
"""The most that untracked files may have together, 1 GiB: git reads and copies them."""
# Without hooks and features that have files of their own in .git; a temporary object needs no compression.
_TEMPORARY_INDEX = {
    "core.splitIndex": "false",
    "core.fsmonitor": "false",
    "core.untrackedCache": "false",
    "core.hooksPath": os.devnull,
    "core.safecrlf": "false",
    "core.looseCompression": "0",
    "pack.compression": "0",
}


class Git(Protocol):
    """Runs git in a checkout and returns its stdout without surrounding white space."""

    def __call__(self, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        """Run git; `env` is added to the environment."""


def write_tree(git: Git, root: Path, lock: Path) -> str:
    """Return the id of the tree of a working tree: untracked files included, ignored ones not, but `lock`.

    Raises UsageError if untracked files have over UNTRACKED_BYTES, and the errors of `git`.
    """
    with tempfile.TemporaryDirectory(prefix="seatrial-tree-") as folder:
        env = _temporary_objects(git, root, Path(folder))
        _refuse_large_data(git, root)
        git("read-tree", "HEAD", env=env)
        git("add", "--all", env=env)
        if lock.exists():
            # If git ignores it, no commit contains it.
            git("add", "--force", "--", lock.name, env=env)
        return git("write-tree", env=env)


def _refuse_large_data(git: Git, root: Path) -> None:
    sizes: Counter[str] = Counter()
    for name in git("ls-files", "--others", "--exclude-standard", "-z").split("\0"):
        with suppress(OSError):
            sizes[name.partition("/")[0]] += (root / name).lstat().st_size
    if sizes.total() > UNTRACKED_BYTES:
        largest, size = sizes.most_common(1)[0]
        raise UsageError(
            f"{sizes.total() / 1e9:.1f} GB in this checkout are in no commit, of them {size / 1e9:.1f} GB "
            f"in {largest}",
            f"add {largest} to .gitignore, or move it out of the checkout",
        )


def _temporary_objects(git: Git, root: Path, folder: Path) -> dict[str, str]:
    """Return the variables that make git write its index and objects to `folder`.

    In the repository, untracked files would stay as objects that any reader of it finds, secrets too.
    """
    existing = root / git("rev-parse", "--git-path", "objects")
    (folder / "objects" / "info").mkdir(parents=True)
    # Not the variable for alternates, in which a path must not contain a colon.
    (folder / "objects" / "info" / "alternates").write_text(f"{existing.resolve()}\n")
    places = {"GIT_INDEX_FILE": str(folder / "index"), "GIT_OBJECT_DIRECTORY": str(folder / "objects")}
    return places | _git_configuration(_TEMPORARY_INDEX)


def _git_configuration(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that give git these settings beside those that the environment gives it."""
    count = os.environ.get("GIT_CONFIG_COUNT", "")
    first = int(count) if count.isdecimal() else 0
    variables = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (key, value) in enumerate(settings.items(), first):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables
