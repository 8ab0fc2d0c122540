"""The images of an environment of which no pod starts any more."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

# A deployer looks at the replicas of a release so long before it switches users to it.
RACE_SECONDS = 1.0


@dataclass
class LostImages:
    """The digests of lost images; the last was lost at `at` seconds.

    `raced` is a release to which users were switched just after that: it had replicas when it was looked at.
    """

    digests: set[str] = field(default_factory=set)
    at: float = -math.inf
    raced: str = ""

    def __bool__(self) -> bool:
        """Return whether any image was lost."""
        return bool(self.digests)

    def lose(self, digest: str, now: float) -> None:
        """Lose an image."""
        self.digests.add(digest)
        self.at = now

    def switched(self, release: str, digest: str, now: float) -> None:
        """Note that users were switched to a release of the image `digest`."""
        if digest in self.digests and now < self.at + RACE_SECONDS:
            self.raced = release
