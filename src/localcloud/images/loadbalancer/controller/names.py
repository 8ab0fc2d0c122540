"""Names for DNS, in a folder that dnsmasq watches."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


class Names:
    """The file of names, written only when it changes; dnsmasq ignores files that begin with a dot."""

    def __init__(self, directory: Path) -> None:
        self._target = directory / "services"
        self._draft = directory / ".services"
        self._heartbeat = directory / ".heartbeat"

    def write(self, names: Mapping[str, str]) -> None:
        """Replace the names, whole or not at all."""
        text = "".join(f"{address} {name}\n" for name, address in sorted(names.items()))
        if self._target.exists() and self._target.read_text(encoding="ascii") == text:
            return
        self._draft.write_text(text, encoding="ascii")
        self._draft.chmod(0o644)
        self._draft.replace(self._target)

    def beat(self) -> None:
        """Note that the cluster has just been read."""
        self._heartbeat.touch()
