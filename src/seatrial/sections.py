"""The tables of seatrial.toml, each with its keys, their defaults and their bounds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from seatrial.live_address import LiveAddress
from seatrial.rbac_subject import Subject
from seatrial.registry_address import check_address
from seatrial.section import Section, UserPath

RegistryAddress = Annotated[str, AfterValidator(check_address)]
"""`host` or `host:port` of a registry; may be empty."""


class App(Section):
    """The app's name in the image's labels."""

    name: str = "classifier"


class Model(Section):
    """The channel that `publish` moves and `update` follows.

    The model is that of model.lock. `name`, which older versions had here, is ignored. `base_branch` is the
    branch that releases are made from: a model is compared with the one that it ships. With `follow`,
    `propose` commits a newer model to main itself, instead of opening a pull request.
    """

    channel: str = "latest"
    base_branch: str = ""
    follow: bool = False

    @model_validator(mode="before")
    @classmethod
    def _ignore_name(cls, values: object) -> object:
        if isinstance(values, dict):
            return {key: value for key, value in values.items() if key != "name"}
        return values


class Golden(Section):
    """The golden set that every model is tested with."""

    name: str


class Store(Section):
    """The store of published models and golden sets; `timeout_seconds` is the deadline of one request."""

    url: str = ""
    endpoint: str = ""
    key_file: UserPath = ""
    connections: int = Field(default=8, ge=1, le=64)
    timeout_seconds: float = Field(default=30, gt=0)


class Registry(Section):
    """The private registry of the images.

    `config_dir` has the login of the pipeline, `pull_config_dir` that of the nodes; without the latter the
    nodes have an identity of their own. `pull_address` is where nodes pull, if that is another address.
    """

    address: RegistryAddress = ""
    insecure: bool = False
    config_dir: UserPath = ""
    pull_config_dir: UserPath = ""
    pull_address: RegistryAddress = ""
    repository: str = "classifier"
    token_host: RegistryAddress = ""


class Image(Section):
    """The base image, the maximum unpacked size (MB) and the deadline for readiness (s)."""

    base: str
    budget_mb: int = Field(default=300, gt=0)
    ready_seconds: float = Field(default=30, gt=0)


class Validate(Section):
    """Thresholds for a model: time per photo (ms), share of photos on which it agrees with the live model.

    With `demand_comparison` a comparison with the live model that could not be made fails.
    `require_isolation` refuses a machine that cannot isolate the model. The others are for the evaluation
    set: of equal models at most the share `level` is refused, a loss up to `margin` is accepted, and the
    report has the loss that is found with the probability `power`. If that is above `visible_loss`, nothing
    is judged, but a loss that is found is refused. A class is compared from `class_photos` originals on, and
    its loss accepted up to `class_margin`. `min_top1` and `max_calibration_error` need no live model. With
    `demand_evaluation` a lock without an evaluation set fails, or with one that is too small.
    """

    max_milliseconds: float = Field(default=250, gt=0)
    min_agreement: float = Field(default=0.5, ge=0, le=1)
    demand_comparison: bool = False
    require_isolation: bool = False
    level: float = Field(default=0.05, gt=0, le=0.5)
    margin: float = Field(default=0.01, ge=0, lt=1)
    power: float = Field(default=0.8, gt=0.5, lt=1)
    visible_loss: float = Field(default=0.2, gt=0, le=1)
    class_photos: int = Field(default=10, ge=1)
    class_margin: float = Field(default=0.05, ge=0, lt=1)
    min_top1: float = Field(default=0, ge=0, le=1)
    max_calibration_error: float = Field(default=1, ge=0, le=1)
    demand_evaluation: bool = False


class ClusterSettings(Section):
    """The cluster of every environment without a context of its own."""

    kubeconfig: UserPath = ""
    context: str = ""


class Dns(Section):
    """The DNS server for the environments' host names; empty: this machine's resolver.

    It is asked for the names of `zone` only; empty: for all.
    """

    server: str = ""
    port: int = Field(default=53, ge=1, le=65535)
    zone: str = ""

    def serves(self, host: str) -> bool:
        """Return whether the server is to be asked for a host name."""
        return not self.zone or f".{host}".endswith(f".{self.zone}")


class Prune(Section):
    """The numbers of newest reports and images that `prune` never removes."""

    reports: int = Field(default=20, ge=1)
    images: int = Field(default=10, ge=1)


NotifyFormat = Literal["json", "slack", "teams"]


class Notify(Section):
    """The webhook that is notified of failed releases and holds.

    `variable` is the environment variable with its URL, which is a secret and therefore not a setting.
    """

    format: NotifyFormat = "json"
    variable: str = Field(default="NOTIFY_WEBHOOK_URL", min_length=1)


class Environment(LiveAddress):
    """One environment: cluster, namespace, overlay, size, and the thresholds for a release.

    `deployers` and `readers` get their Roles from `bootstrap`. `registry` is a registry of its own, to
    which promoted images are copied. `approval` is "person" (a name from `APPROVED_BY` or the CI) or
    "reviewers" (of the CI's environment, confirmed by GitHub). `record_in_store` is whether the store is to
    have what it has accepted. `preview_path` is how suite and load reach a candidate. `allow_unchecked`
    allows releases of images without the statement that they passed `check`, each with a reason;
    `allow_uncommitted` of images that were built from changes that no commit contains. With
    `demand_comparison` a comparison with the stable release that could not be made fails. Rates and
    `max_drift` are shares from 0 to 1; `max_slowdown` is a ratio.
    """

    namespace: str
    overlay: str
    context: str = ""
    deployers: tuple[Subject, ...] = ()
    readers: tuple[Subject, ...] = ()
    registry: Registry | None = None
    record_in_store: bool = True
    approval: Literal["", "person", "reviewers"] = ""
    allow_unchecked: bool = False
    allow_uncommitted: bool = False
    replicas: int = Field(default=2, ge=1)
    max_replicas: int = Field(default=4, ge=1)
    bake_seconds: float = Field(default=10, ge=0)
    rollout_seconds: float = Field(default=120, gt=0)
    address_seconds: float = Field(default=60, gt=0)
    preview_path: Literal["api-server", "load-balancer"] = "api-server"
    lease_seconds: int = Field(default=60, ge=5)
    load_per_second: float = Field(default=10, gt=0)
    max_error_rate: float = Field(default=0.0, ge=0, le=1)
    max_p95_milliseconds: float = Field(default=1000, gt=0)
    max_slowdown: float = Field(default=3, ge=1)
    max_drift: float = Field(default=0.02, ge=0, le=1)
    demand_comparison: bool = False
    keep_releases: int = Field(default=10, ge=2)

    @model_validator(mode="after")
    def _check_bounds(self) -> Environment:
        if self.max_replicas < self.replicas:
            raise ValueError(f"max_replicas {self.max_replicas} is less than replicas {self.replicas}")
        return self
