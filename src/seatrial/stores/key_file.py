"""The file that `store.key_file` names. A key that was written into the setting itself is never shown."""

from __future__ import annotations

from pathlib import Path

from seatrial.errors import UsageError


def read_key_file(name: str) -> str:
    """Return the content of the file `name` without surrounding white space.

    Raises UsageError if there is no such file or it is not readable text.
    """
    path = Path(name)
    try:
        return path.read_text(encoding="utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise UsageError(f"store.key_file {name} is not text", "write the key into it as text") from error
    except (OSError, ValueError) as error:
        if _names_a_file(path):
            reason = getattr(error, "strerror", None) or "not a path"
            raise UsageError(f"store.key_file {name} cannot be read: {reason}", "check that path") from None
        message = "store.key_file is not the path of a file; its value is not shown, it may be a key"
        hint = "write the key into a file, mode 0600, and set store.key_file to the path of that file"
        raise UsageError(message, hint) from None


def _names_a_file(path: Path) -> bool:
    """Whether a path is shown: it exists, or is in a directory that does and that only a path would name."""
    try:
        return path.exists() or (len(path.parts) > 1 and path.parent != Path("/") and path.parent.is_dir())
    except (OSError, ValueError):
        return False
