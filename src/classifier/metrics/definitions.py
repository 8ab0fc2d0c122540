"""Every metric of the app: name, labels, buckets. docs/reference/metrics.md lists them."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

REGISTRY: Final = CollectorRegistry()
# The times of creation, which nothing reads, would nearly double the number of series.
disable_created_metrics()  # type: ignore[no-untyped-call]

# Seconds. A photo takes 5 to 50 ms; the last buckets are for a queue and for a client's deadline.
SECONDS: Final = (0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30)
PROBABILITIES: Final = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1)
MEGAPIXELS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 12, 16, 24, 50)
TENTHS: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)

REQUESTS: Final = Counter(
    "classifier_http_requests",
    "Responses by route, method and status.",
    ["route", "method", "status"],
    registry=REGISTRY,
)
DURATION: Final = Histogram(
    "classifier_http_request_duration_seconds",
    "Time of a request in the app.",
    ["route"],
    buckets=SECONDS,
    registry=REGISTRY,
)
REFUSALS: Final = Counter(
    "classifier_refusals", "Requests that were not served, by reason.", ["reason"], registry=REGISTRY
)
DECODE: Final = Histogram(
    "classifier_decode_duration_seconds",
    "Time to decode and prepare the photos of a request.",
    buckets=SECONDS,
    registry=REGISTRY,
)
INFERENCE: Final = Histogram(
    "classifier_inference_duration_seconds",
    "Time of an inference of the photos of a request.",
    buckets=SECONDS,
    registry=REGISTRY,
)
QUEUE_TIME: Final = Histogram(
    "classifier_queue_duration_seconds",
    "Time that a request waited before it was computed.",
    buckets=SECONDS,
    registry=REGISTRY,
)
QUEUE_LENGTH: Final = Gauge(
    "classifier_queue_length",
    "Requests that wait to be computed.",
    registry=REGISTRY,
)
MODEL: Final = Gauge(
    "classifier_model_info",
    "The model, image and release that answer; always 1.",
    ["name", "version", "digest", "release", "image", "commit", "environment"],
    registry=REGISTRY,
)
PREDICTIONS: Final = Counter(
    "classifier_predictions", "Photos by their most probable label.", ["label"], registry=REGISTRY
)
PROBABILITY: Final = Histogram(
    "classifier_best_probability",
    "Probability of the most probable label of a photo.",
    buckets=PROBABILITIES,
    registry=REGISTRY,
)
IMAGES: Final = Counter(
    "classifier_images", "Photos that were decoded, by format.", ["format"], registry=REGISTRY
)
SIZE: Final = Histogram(
    "classifier_image_megapixels",
    "Millions of pixels of a photo, as sent.",
    buckets=MEGAPIXELS,
    registry=REGISTRY,
)
BRIGHTNESS: Final = Histogram(
    "classifier_image_brightness",
    "Mean brightness of a photo, from 0 (black) to 1 (white).",
    buckets=TENTHS,
    registry=REGISTRY,
)
