"""Host names for dnsmasq, in a directory that it watches."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


class Names:
    """The hosts file. dnsmasq ignores files that start with a dot, such as the temporary file."""

    def __init__(self, directory: Path) -> None:
        self._target = directory / "services"
        self._temporary = directory / ".services"
        self._heartbeat = directory / ".heartbeat"

    def write(self, names: Mapping[str, str]) -> None:
        """Replace the file atomically if its content changes; ``names`` maps host names to addresses."""
        text = "".join(f"{address} {name}\n" for name, address in sorted(names.items()))
        if self._target.exists() and self._target.read_text(encoding="ascii") == text:
            return
        self._temporary.write_text(text, encoding="ascii")
        self._temporary.chmod(0o644)
        self._temporary.replace(self._target)

    def touch_heartbeat(self) -> None:
        """Record the time of the last successful read of the cluster."""
        self._heartbeat.touch()
