"""Hooks of a git repository on this machine, and a `git` before the real one, for pushes that lose a race."""

from __future__ import annotations

import shutil
from pathlib import Path

RACE = """#!/bin/sh
# Once, another push reaches main after this one was sent.
unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
[ -e raced ] && exit 0
touch raced
git update-ref refs/heads/main "$(git rev-parse refs/heads/racing)"
"""
EARLIER = """#!/bin/sh
# Once, another push reaches main after the newest main was fetched and before this one begins.
case " $* " in *" push "*) [ -e "{origin}/raced" ] || {{
  touch "{origin}/raced"
  "{git}" -C "{origin}" update-ref refs/heads/main "$("{git}" -C "{origin}" rev-parse refs/heads/racing)"
}} ;; esac
exec "{git}" "$@"
"""
REFUSAL = "#!/bin/sh\necho 'GH006: Protected branch update failed' >&2\nexit 1\n"


def install_hook(repository: Path, text: str) -> None:
    """Install a hook that runs before a bare repository accepts a push."""
    path = repository / "hooks" / "pre-receive"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def write_git(folder: Path, origin: Path) -> None:
    """Write a `git` to a folder, for the PATH, that lets another push win the race for main once."""
    folder.mkdir()
    (folder / "git").write_text(EARLIER.format(git=shutil.which("git"), origin=origin))
    (folder / "git").chmod(0o755)
