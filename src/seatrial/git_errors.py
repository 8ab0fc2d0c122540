"""Why git failed in a checkout, found in its output, as one line with the fix."""

from __future__ import annotations

import re
from typing import Final

from seatrial.errors import OutsideError, SeatrialError, UsageError

_NO_COMMIT: Final = (
    "this repository has no commit yet, and a release names its commit",
    "git add --all && git commit",
)
# The sign in the output of git, what it means, and the fix.
_CAUSES: Final = (
    (
        r"not a git repository",
        "this is not a git repository: an archive of the source has no commits",
        "git clone the repository, or git init && git add --all && git commit here",
    ),
    (
        r"detected dubious ownership",
        "this checkout belongs to another user, so git refuses to read it",
        "git config --global --add safe.directory {root}, or clone it yourself",
    ),
    (r"ambiguous argument 'HEAD|Not a valid object name HEAD|bad revision 'HEAD'", *_NO_COMMIT),
    (
        r"'([^']*)/' does not have a commit checked out",
        "the git repository {0} inside this checkout has no commit",
        "commit in it, move it out of the checkout, or add it to .gitignore",
    ),
    (
        r"git-lfs(?:.*not found|: command)|filter-process.*not found",
        "this checkout has files in Git LFS, and git-lfs is not installed",
        "install git-lfs, then git lfs pull",
    ),
    (
        r"external filter '([^']*)' failed|([\w./-]+): not found",
        "the filter {0} of .gitattributes is not installed or fails",
        "install it, or remove it from .gitattributes and the configuration of git",
    ),
    (
        r"No space left on device",
        "the temporary directory has no space left for the files of this checkout that no commit contains",
        "free some space there, or move large data out of the checkout or into .gitignore",
    ),
    (
        r'open\("([^"]*)"\): Permission denied|could not open (?:directory )?\'([^\']*)\'.*Permission denied',
        "git may not read {0}",
        "change its permissions, or add it to .gitignore",
    ),
    (
        r"(?:bad|missing|corrupt|unable to read).*object|object file .* is empty",
        "the repository is damaged: an object is missing or broken",
        "git fsck names it; a new clone is the shortest way",
    ),
)


def explain(error: OutsideError, root: object) -> SeatrialError:
    """Return the error with its cause and the fix if the output of git has a known sign, else as it is.

    `root` is the path of the checkout.
    """
    for sign, what, fix in _CAUSES:
        if found := re.search(sign, error.log, re.IGNORECASE):
            names = [each for each in found.groups() if each] or [""]
            return UsageError(what.format(*names), fix.format(*names, root=root))
    return error
