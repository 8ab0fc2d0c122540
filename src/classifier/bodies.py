"""The JSON bodies of requests and responses.

Routes return these types, and the OpenAPI document has their schemas.
"""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from classifier.openapi.schema import Keywords

Milliseconds = Annotated[float, Keywords(minimum=0)]
Version = Annotated[str, Keywords(examples=["3.1.3"])]


class ModelIdentity(TypedDict):
    """The model that this instance serves."""

    name: str
    version: str
    digest: Annotated[
        str, Keywords(pattern="^sha256:[0-9a-f]{64}$", description="sha256 of the model's card")
    ]


class LabelProbability(TypedDict):
    """A label of the model and its probability."""

    label: str
    probability: Annotated[float, Keywords(minimum=0, maximum=1)]


class Timings(TypedDict):
    """Milliseconds of decoding and resizing, of inference, and of the whole request in the app."""

    read_ms: Milliseconds
    compute_ms: Milliseconds
    total_ms: Milliseconds


class PredictResponse(TypedDict):
    """The most probable labels of one image."""

    model: ModelIdentity
    predictions: Annotated[list[LabelProbability], Keywords(minItems=1, description="best first")]
    timings: Timings


LabelPercent = tuple[str, Annotated[float, Keywords(minimum=0, maximum=100)]]
BestLabels = Annotated[list[LabelPercent], Keywords(minItems=1, maxItems=3, description="best first")]


class ScoreResponse(TypedDict):
    """`result[0][0][0]` is the first image's best `[label, percent]`; `result[1]` is the time as text."""

    result: tuple[
        Annotated[
            list[BestLabels], Keywords(description="one list for each image, in the order of the request")
        ],
        Annotated[str, Keywords(pattern=r"^Computed in \d+\.\d\d ms$")],
    ]
    model: ModelIdentity


class ScoreRequest(TypedDict):
    """Images in base64, as a JSON list inside a string."""

    input: Annotated[
        str,
        Keywords(
            format="image-list",
            description="an item may be in standard or URL-safe base64, a `data:` URI, or `b'…'`",
            contentMediaType="application/json",
            contentSchema={
                "type": "array",
                "items": {"type": "string", "contentEncoding": "base64"},
                "minItems": 1,
            },
        ),
    ]


class AppIdentity(TypedDict):
    """The source and the release of this instance. Outside a release, all but `commit` are null."""

    commit: Annotated[
        str, Keywords(description="commit of the app; `-dirty` is appended for uncommitted changes")
    ]
    release: Annotated[str | None, Keywords(examples=["production-7"])]
    image: Annotated[str | None, Keywords(description="manifest digest of the container image")]
    environment: str | None


class Frameworks(TypedDict):
    """Versions of Python and of the packages that decode and compute."""

    python: Version
    flask: Version
    onnxruntime: Version
    numpy: Version
    pillow: Version


class VersionResponse(TypedDict):
    """What this instance runs."""

    app: AppIdentity
    model: ModelIdentity
    frameworks: Frameworks


class Problem(TypedDict):
    """An error response: problem details of RFC 9457 with the member `error`."""

    type: Annotated[
        str,
        Keywords(
            format="uri-reference",
            description="`/docs#image-too-large` if a smaller copy of a photo helps, else `about:blank`",
        ),
    ]
    title: Annotated[str, Keywords(description="the reason phrase of the status")]
    status: Annotated[int, Keywords(minimum=400, maximum=599)]
    error: Annotated[str, Keywords(description="what is wrong")]
    detail: NotRequired[Annotated[str, Keywords(description="the fix")]]
