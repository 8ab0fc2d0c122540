"""The servers that the bench compares."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "peers"
LABEL: Final = "seatrial.bench"
FP32, INT8 = "fp32", "int8"
SEATRIAL: Final = "Seatrial"


@dataclass(frozen=True)
class Peer:
    """A server: its name, the image that it runs, its command (empty: the image's own), and its model."""

    name: str
    image: str
    command: tuple[str, ...] = ()
    model: str = FP32

    @property
    def title(self) -> str:
        """The name with which results are shown."""
        return f"{self.name} {self.model}"

    @property
    def tag(self) -> str:
        """The tag of the image."""
        return f"seatrial-bench/{self.image}:latest"

    @property
    def is_app(self) -> bool:
        """Whether it is this project's image."""
        return self.name == SEATRIAL


ALL: Final = "0.0.0.0"  # noqa: S104 - in the container; the engine publishes the port on loopback
PORT: Final = "8080"
PEERS: Final = (
    Peer(SEATRIAL, "app-fp32"),
    Peer(SEATRIAL, "app-int8", model=INT8),
    Peer(
        "Flask on gunicorn",
        "flask",
        ("gunicorn", "--workers=2", "--threads=4", f"--bind={ALL}:{PORT}", "flask_peer:app"),
    ),
    Peer(
        "Flask's own server", "flask", ("flask", "--app=flask_peer", "run", f"--host={ALL}", f"--port={PORT}")
    ),
    Peer("LitServe", "litserve", ("python3", "litserve_peer.py")),
    Peer("BentoML", "bentoml", ("bentoml", "serve", "bentoml_peer:Score", f"--host={ALL}", f"--port={PORT}")),
    Peer("MLServer", "mlserver", ("mlserver", "start", ".")),
)
"""Each with two workers, except Flask's own server: one process, which has a thread for each request."""
