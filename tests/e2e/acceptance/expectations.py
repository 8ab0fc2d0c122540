"""The `--expect` option: what `/version` must report, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Version = Mapping[str, Mapping[str, str | None]]

# Each field of --expect and the member of /version that it is compared with.
FIELDS = {
    "release": ("app", "release"),
    "image": ("app", "image"),
    "model": ("model", "digest"),
    "commit": ("app", "commit"),
}
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
DIGEST_MEMBERS = (("app", "image"), ("model", "digest"))
NAME_MEMBERS = (("app", "release"), ("model", "version"), ("app", "commit"))


class ExpectationError(Exception):
    """A value of `--expect` is malformed."""


@dataclass(frozen=True)
class Expectation:
    """One value, and the members of `/version` of which at least one must equal it."""

    value: str
    members: tuple[tuple[str, str], ...]

    def mismatch(self, version: Version) -> str:
        """Return how `/version` differs from this expectation, or an empty string."""
        found = {f"{part}.{name}": (version.get(part) or {}).get(name) for part, name in self.members}
        if self.value in found.values():
            return ""
        reported = " and ".join(f"{member} is {value!r}" for member, value in found.items())
        return f"{reported}, expected {self.value!r}"


def parse_expectation(text: str) -> Expectation:
    """Return the expectation that one `--expect` names.

    `text` is FIELD=VALUE, or a bare value: a sha256 digest is compared with the digests of image and model,
    anything else with the release, the model's version and the commit. Raises ExpectationError if the field
    is unknown or the value is empty.
    """
    field, separator, value = text.rpartition("=")
    if not value:
        raise ExpectationError(f"--expect {text!r} has no value")
    if separator and field not in FIELDS:
        known = ", ".join(FIELDS)
        raise ExpectationError(f"--expect {text!r}: unknown field {field!r}; fields are {known}")
    if separator:
        return Expectation(value, (FIELDS[field],))
    return Expectation(value, DIGEST_MEMBERS if DIGEST.fullmatch(value) else NAME_MEMBERS)


def mismatches(expectations: Iterable[Expectation], version: Version) -> list[str]:
    """Return how `/version` differs from each expectation that it does not meet."""
    return [found for each in expectations if (found := each.mismatch(version))]
