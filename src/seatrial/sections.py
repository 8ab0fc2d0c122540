"""The tables of seatrial.toml, each with its keys, their defaults and their bounds."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Section(BaseModel):
    """A table of seatrial.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class App(Section):
    """The app's name, as the image's labels say it."""

    name: str = "classifier"


class Model(Section):
    """Which model `update` follows, and through which channel."""

    name: str
    channel: str = "latest"


class Golden(Section):
    """Which golden set judges it."""

    name: str


class Store(Section):
    """Where published models live."""

    url: str = ""
    endpoint: str = ""
    key_file: str = ""
    connections: int = Field(default=8, ge=1, le=64)
    timeout_seconds: float = Field(default=30, gt=0)


class Registry(Section):
    """Where images go."""

    address: str = ""
    insecure: bool = False
    config_dir: str = ""
    repository: str = "classifier"


class Image(Section):
    """What the image is made from, how large it may be (MB unpacked), how soon it must answer (s)."""

    base: str
    budget_mb: int = Field(default=300, gt=0)
    ready_seconds: float = Field(default=30, gt=0)


class Validate(Section):
    """What a model must reach: time per photo (ms), agreement with the live model (share)."""

    max_milliseconds: float = Field(default=250, gt=0)
    min_agreement: float = Field(default=0.5, ge=0, le=1)


class Cluster(Section):
    """Which cluster, for environments that name no context of their own."""

    kubeconfig: str = ""
    context: str = ""


class Dns(Section):
    """Who answers for the environments' host names; empty: this machine's resolver."""

    server: str = ""
    port: int = Field(default=53, ge=1, le=65535)


class Prune(Section):
    """How many of the newest `prune` keeps, whatever else is named: runs' reports, images."""

    reports: int = Field(default=20, ge=1)
    images: int = Field(default=10, ge=1)


class Environment(Section):
    """One environment: where it lives, what it asks of a release (seconds, shares, milliseconds).

    `registry` is one of its own, which promoted images are copied to. `approval`: "person" (somebody
    named, by hand or by the CI) or "reviewers" (those of the CI's environment, as it names them).
    """

    namespace: str
    overlay: str
    host: str
    context: str = ""
    registry: Registry | None = None
    approval: Literal["", "person", "reviewers"] = ""
    replicas: int = Field(default=2, ge=1)
    max_replicas: int = Field(default=4, ge=1)
    bake_seconds: float = Field(default=10, ge=0)
    rollout_seconds: float = Field(default=120, gt=0)
    address_seconds: float = Field(default=60, gt=0)
    lease_seconds: int = Field(default=60, ge=5)
    load_per_second: float = Field(default=10, gt=0)
    max_error_rate: float = Field(default=0.0, ge=0, le=1)
    max_p95_milliseconds: float = Field(default=1000, gt=0)
    max_slowdown: float = Field(default=3, ge=1)
    max_drift: float = Field(default=0.02, ge=0, le=1)
    keep_releases: int = Field(default=10, ge=2)

    @model_validator(mode="after")
    def _can_grow(self) -> Environment:
        if self.max_replicas < self.replicas:
            raise ValueError(f"max_replicas {self.max_replicas} is less than replicas {self.replicas}")
        return self
