"""The name of an image in a registry."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_HEX = "[0-9a-f]{64}"
# The grammar of the OCI distribution specification, with a required registry.
_HOST = r"(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
_COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
TAG = re.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_REFERENCE = re.compile(
    rf"(?P<registry>{_HOST})/(?P<repository>{_COMPONENT}(?:/{_COMPONENT})*)"
    rf"(?::(?P<tag>{TAG.pattern}))?(?:@(?P<digest>sha256:{_HEX}))?"
)
_DIGEST = re.compile(rf"sha256:{_HEX}")


@dataclass(frozen=True)
class ImageReference:
    """`registry/repository[:tag][@sha256:…]`, parsed once; a string in JSON.

    `registry` is a host with an optional port, `digest` the manifest's.
    """

    registry: str
    repository: str
    digest: str = ""
    tag: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError if the digest is not one."""
        if self.digest and not _DIGEST.fullmatch(self.digest):
            raise ValueError(f"{self.digest!r} is not a digest (sha256:…)")

    @classmethod
    def parse(cls, text: str) -> ImageReference:
        """Return the reference in `text`.

        Raises ValueError if it is malformed or has neither tag nor digest.
        """
        match = _REFERENCE.fullmatch(text)
        if not match or not (match["tag"] or match["digest"]):
            raise ValueError(f"{text!r} is not an image reference (registry/repository@sha256:…)")
        return cls(match["registry"], match["repository"], match["digest"] or "", match["tag"] or "")

    @property
    def name(self) -> str:
        """The registry and repository, without tag and digest."""
        return f"{self.registry}/{self.repository}"

    def __str__(self) -> str:
        """Return the reference as clients of a registry write it."""
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.name}{tag}" + (f"@{self.digest}" if self.digest else "")

    def at(self, registry: str, repository: str) -> ImageReference:
        """Return the same tag and digest in another repository."""
        return replace(self, registry=registry, repository=repository)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate from a string and serialise to one."""
        from_text = core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema())
        return core_schema.json_or_python_schema(
            json_schema=from_text,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), from_text]),
            serialization=core_schema.to_string_ser_schema(),
        )


def digest_of_reference(text: str) -> str:
    """Return the digest in a reference, or `text` itself if it is a bare digest, or an empty string."""
    digest = text.rpartition("@")[2]
    return digest if _DIGEST.fullmatch(digest) else ""
