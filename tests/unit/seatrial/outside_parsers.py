"""Everything of the pipeline that reads input from outside: its valid form, and the errors it may raise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hostile_documents import Document, Encoder, as_escaped_json, as_json, as_lines, as_toml
from imagemodel.card import parse_card
from imagemodel.errors import CardError
from imagemodel.evaluation import parse_evaluation
from imagemodel.golden import parse_golden
from release_records import DIGEST
from seatrial.analysis.suite import read_report
from seatrial.analysis.timeline import read_timeline
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.image.registry import parse_manifest
from seatrial.image.statement import parse_statement
from seatrial.model.locks.lock import read_lock
from seatrial.model.validation.accepted_model import parse_accepted
from seatrial.provenance.query import read_query
from seatrial.release.reviews import stated_reviews
from unit.seatrial import outside_documents as valid
from unit.seatrial import outside_readers as readers
from unit.seatrial import outside_server_readers as server_readers
from unit.seatrial.outside_readers import Outside

JSON: tuple[Encoder, ...] = (as_json, as_escaped_json)


@dataclass(frozen=True)
class Parser:
    """A parser: a valid document, how it is read, and the errors that are documented for it."""

    valid: Document
    read: Callable[[bytes, Outside], object]
    errors: tuple[type[Exception], ...] = ()
    encoders: tuple[Encoder, ...] = JSON


REGISTRY_ERRORS = (RefusedError, OutsideError)
TOML = (as_toml,)
PARSERS: Mapping[str, Parser] = {
    "card": Parser(valid.CARD, lambda raw, _: parse_card(raw), (CardError,)),
    "golden set": Parser(valid.GOLDEN, lambda raw, _: parse_golden(raw, Path()), (CardError,)),
    "evaluation set": Parser(valid.EVALUATION, lambda raw, _: parse_evaluation(raw, Path()), (CardError,)),
    "table of photos": Parser(
        ["file,label,original", "table,red,"],
        readers.read_photo_table,
        (UsageError,),
        (as_lines,),
    ),
    "labels": Parser(["red", "green", "blue"], readers.read_labels, (CardError,), (as_lines,)),
    "lock": Parser(valid.LOCK, lambda raw, out: read_lock(out.file("model.lock", raw)), (UsageError,), TOML),
    "seatrial.toml": Parser(
        valid.SETTINGS, lambda raw, out: readers.read_settings(raw, out, "seatrial.toml"), (UsageError,), TOML
    ),
    "local.toml": Parser(
        valid.LOCAL,
        lambda raw, out: readers.read_settings(raw, out, ".seatrial/dev/local.toml"),
        (UsageError,),
        TOML,
    ),
    "environment variables": Parser(valid.VARIABLES, readers.read_variables, (UsageError,)),
    "release record": Parser(valid.RECORD, readers.read_record, (OutsideError,)),
    "ConfigMap of a record": Parser(valid.CONFIG_MAP, readers.read_config_map, (OutsideError,)),
    "recorded manifests": Parser(
        {"slot": [{"kind": "x"}], "shared": []}, readers.read_manifests, (OutsideError,)
    ),
    "manifest": Parser(valid.MANIFEST, lambda raw, _: parse_manifest(raw, "tag"), (RefusedError,)),
    "manifest in a registry": Parser(valid.MANIFEST, server_readers.read_manifest, REGISTRY_ERRORS),
    "image config": Parser(valid.IMAGE_CONFIG, server_readers.read_config, REGISTRY_ERRORS),
    "tags of a registry": Parser(
        {"name": "classifier", "tags": ["1", "2"]}, server_readers.read_tags, REGISTRY_ERRORS
    ),
    "token of a registry": Parser(
        {"token": "x", "access_token": "x"}, server_readers.read_token, REGISTRY_ERRORS
    ),
    "statement of check": Parser(
        valid.STATEMENT, lambda raw, _: parse_statement(raw, "an image"), (RefusedError,)
    ),
    "artifact of a statement": Parser(
        valid.STATEMENT_ARTIFACT, server_readers.read_statement, REGISTRY_ERRORS
    ),
    "run on GitHub": Parser(valid.RUN, server_readers.read_run, REGISTRY_ERRORS),
    "reviews on GitHub": Parser(valid.REVIEWS, server_readers.read_reviews, REGISTRY_ERRORS),
    "docker config": Parser(valid.DOCKER_CONFIG, readers.read_docker_config, (UsageError,)),
    "/version answer": Parser(
        valid.VERSION, lambda raw, out: read_query(str(out.file("version.json", raw))), (UsageError,)
    ),
    "timeline": Parser(valid.SAMPLE, lambda raw, out: read_timeline(out.file("timeline.jsonl", raw))),
    "approvals": Parser(
        valid.REVIEWS, lambda raw, out: stated_reviews(out.file("x.json", raw), "production"), (UsageError,)
    ),
    "stage result": Parser(valid.RESULT, readers.read_result, (UsageError,)),
    "suite report": Parser(valid.SUITE, lambda raw, out: read_report(out.file("suite.json", raw), 0, "")),
    "channel": Parser({"version": "1.0.0", "digest": DIGEST}, readers.read_channel, (RefusedError,)),
    "accepted model": Parser(
        valid.ACCEPTED, lambda raw, _: parse_accepted(raw, "s3://b", "staging"), (OutsideError,)
    ),
    "publication": Parser(valid.PUBLICATION, readers.read_publication),
}
