"""The model that an environment has accepted, as its document in the store: `environments/<name>.json`."""

from __future__ import annotations

import json
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from imagemodel.fields import NAME
from seatrial.errors import OutsideError, UsageError
from seatrial.model.artefacts import check_names
from seatrial.model.locks.lock import DIGEST
from seatrial.results import Artefact
from seatrial.stores.protocol import BlobStore

FOLDER: Final = "environments"


class AcceptedModel(BaseModel):
    """What an environment's stable release consists of.

    `number` and `accepted` (when it became stable) are those of the release, `image` is the manifest digest.
    `writes` counts the changes of the document. So no content occurs twice, and a tag that a store computes
    from the content is that of one state only.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    form: int = Field(default=1, ge=1, alias="schema")
    environment: str
    release: str
    number: int
    model: Artefact
    image: str
    revision: str
    accepted: AwareDatetime
    writes: int = Field(ge=1)

    @property
    def document(self) -> bytes:
        """The bytes in the store."""
        fields = self.model_dump(mode="json", by_alias=True)
        return (json.dumps(fields, indent=2, ensure_ascii=False) + "\n").encode()


def accepted_key(environment: str) -> str:
    """Return the key of an environment's document. Raises UsageError if its name is not valid in a key."""
    if not NAME.fullmatch(environment):
        raise UsageError(f"{environment!r} cannot be part of a key", f"environments match {NAME.pattern}")
    return f"{FOLDER}/{environment}.json"


def parse_accepted(content: bytes, url: str, environment: str) -> AcceptedModel:
    """Return the document of an environment.

    Raises OutsideError, which names the store's `url`, if it is not valid or is that of another environment.
    """
    try:
        found = AcceptedModel.model_validate_json(content)
        check_names(found.model)
    except (ValidationError, UsageError) as error:
        raise _invalid(url, environment) from error
    # It becomes part of a path in the cache.
    if found.environment != environment or not DIGEST.fullmatch(found.model.digest):
        raise _invalid(url, environment)
    return found


def read_accepted(store: BlobStore, environment: str) -> AcceptedModel | None:
    """Return what an environment has accepted, as far as the store has it, or None if it has no document.

    Raises OutsideError if the store does not respond or the document is not valid.
    """
    found = store.read(accepted_key(environment))
    return parse_accepted(found.content, store.url, environment) if found else None


def _invalid(url: str, environment: str) -> OutsideError:
    what = f"{url}/{accepted_key(environment)} is not the document of an accepted model"
    return OutsideError(what, f"make settle ENV={environment} writes it again")
