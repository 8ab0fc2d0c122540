"""Paths to a candidate through the API server, in virtual time; a test can break them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from seatrial.release.preview_path import PathRequest, PreviewPathError
from seatrial.runtime import Runtime

URL = "http://198.51.100.2"


@dataclass
class VirtualPath:
    """An open path, which `error` breaks at the virtual time `breaks_at`."""

    request: PathRequest
    runtime: Runtime
    error: PreviewPathError | None
    breaks_at: float
    url: str = URL

    def failure(self) -> PreviewPathError | None:
        """Return the error once the path is broken."""
        return self.error if self.runtime.monotonic() >= self.breaks_at else None


@dataclass
class VirtualPaths:
    """Opens paths. `errors` break them in turn (None: that path works), `seconds` after they are opened.

    `current` is the open path, `opened` what each path was asked for.
    """

    errors: list[PreviewPathError | None] = field(default_factory=list)
    seconds: float = 2.0
    current: VirtualPath | None = None
    opened: list[PathRequest] = field(default_factory=list)

    @contextmanager
    def open(self, request: PathRequest, runtime: Runtime) -> Iterator[VirtualPath]:
        """Open a path."""
        error = self.errors[len(self.opened)] if len(self.opened) < len(self.errors) else None
        self.opened.append(request)
        self.current = VirtualPath(request, runtime, error, runtime.monotonic() + self.seconds)
        try:
            yield self.current
        finally:
            self.current = None
