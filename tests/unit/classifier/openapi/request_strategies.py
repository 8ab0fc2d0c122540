"""What Schemathesis sends where the document cannot describe it: photos, alone and in base64.

Loaded by the program itself (`SCHEMATHESIS_HOOKS`).
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import schemathesis
from hypothesis import strategies as st

from colours import photo

PHOTOS = {kind: [photo(colour, kind=kind) for colour in ("red", "green")] for kind in ("JPEG", "PNG", "WEBP")}
EVERY = st.sampled_from([each for photos in PHOTOS.values() for each in photos])

for name, photos in PHOTOS.items():
    schemathesis.openapi.media_type(f"image/{name.lower()}", st.sampled_from(photos))
schemathesis.openapi.media_type("application/octet-stream", EVERY)
schemathesis.openapi.format("binary", EVERY)
schemathesis.openapi.format(
    "image-list",
    st.lists(EVERY.map(lambda data: b64encode(data).decode()), min_size=1, max_size=3).map(json.dumps),
)


@schemathesis.hook
def before_load_schema(context: schemathesis.HookContext, raw_schema: dict[str, Any]) -> None:
    """Write tuples as lists: Schemathesis 4.32 reads `prefixItems` as Draft 4, then refuses it as 2020-12."""
    without_tuples(raw_schema["components"]["schemas"])


def without_tuples(schema: Any) -> None:
    """Replace `prefixItems` by a list of any of its items, in place."""
    if isinstance(schema, dict) and "prefixItems" in schema:
        schema["items"] = {"anyOf": schema.pop("prefixItems")}
    for each in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        without_tuples(each)
