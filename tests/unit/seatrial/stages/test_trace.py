"""trace, with environments in memory and a store in a directory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from memory_environments import Environments, digest
from seatrial.check_result import not_judged
from seatrial.console import plain_text
from seatrial.errors import OutsideError, RefusedError
from seatrial.model.locks.lock import read_lock
from seatrial.provenance.links import Trace
from seatrial.provenance.tree import as_tree
from seatrial.release.record import Record
from seatrial.stages.trace import trace
from seatrial.workspace import Workspace


@pytest.fixture
def released(environments: Environments, published: Workspace) -> Record:
    """The published model, stable in staging and promoted to production; returns staging's record."""
    lock = read_lock(published.lock)
    fields = {"model": lock.model, "golden_digest": lock.golden.digest, "revision": published.commit}
    staging = environments.release("staging", 1, "a", "pending", "stable", **fields)
    environments.serve(staging)
    more = {"approved_by": "A Person", "promoted_from": "staging-1"}
    environments.serve(environments.release("production", 7, "a", "pending", "stable", **fields, **more))
    return staging


def _trace(environments: Environments, workspace: Workspace, what: str = "") -> Trace:
    return trace(environments.settings, workspace, what, environments.services)


def _response(path: Path, release: str, model: str, request: str = "") -> str:
    path.write_text(f"X-Release: {release}\nX-Model-Digest: {model}\nX-Request-Id: {request or 'none'}\n")
    return str(path)


def test_a_saved_response_leads_to_the_publication(
    environments: Environments, published: Workspace, released: Record, tmp_path: Path
) -> None:
    """The result has pod, release, image, commit, model, golden set and publisher."""
    pod = "classifier-blue-1"
    line = {"logger": "classifier.requests", "request_id": "cafe01"}
    environments.clusters["staging"].logs[pod] = f"not json cafe01\n{json.dumps(line)}\n"
    response = _response(tmp_path / "response", "staging-1", released.model.digest, "cafe01")
    found = _trace(environments, published, response)
    (provenance,) = found.chains
    assert found.prediction is not None
    assert found.prediction.pod == pod
    assert provenance.release is not None
    assert (provenance.release.name, provenance.release.pods) == ("staging-1", (pod,))
    assert provenance.image is not None
    assert provenance.image.reference == released.reference
    assert provenance.commit is not None
    assert provenance.commit.subject == "A checkout for a test"
    assert provenance.model.publisher
    assert provenance.golden is not None
    assert provenance.golden.artefact.version == "1.0.0"


def test_a_request_id_finds_its_pod(
    environments: Environments, published: Workspace, released: Record
) -> None:
    """The id is found in the log of a running pod."""
    environments.clusters["staging"].logs["classifier-blue-1"] = '{"request_id": "cafe01"}'
    found = _trace(environments, published, "cafe01")
    assert found.prediction is not None
    assert found.prediction.pod == "classifier-blue-1"
    assert [each.release.name for each in found.chains if each.release] == ["staging-1"]


def test_a_trace_id_finds_its_pod(environments: Environments, published: Workspace, released: Record) -> None:
    """The id of the caller's trace is found in the log of a running pod."""
    line = {"request_id": "cafe01", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}
    environments.clusters["staging"].logs["classifier-blue-1"] = json.dumps(line)
    found = _trace(environments, published, line["trace_id"])
    assert found.prediction is not None
    assert found.prediction.pod == "classifier-blue-1"


def test_a_part_of_a_request_id_is_unknown(
    environments: Environments, published: Workspace, released: Record
) -> None:
    """Only the full id matches."""
    environments.clusters["staging"].logs["classifier-blue-1"] = '{"request_id": "cafe0123"}'
    with pytest.raises(RefusedError, match="unknown"):
        _trace(environments, published, "cafe01")


def test_a_pod_leads_to_its_release(
    environments: Environments, published: Workspace, released: Record
) -> None:
    """The name of a running pod is a query."""
    found = _trace(environments, published, "classifier-blue-7")
    assert [each.release.name for each in found.chains if each.release] == ["production-7"]


def test_a_model_leads_to_all_its_releases_newest_first(
    environments: Environments, published: Workspace, released: Record
) -> None:
    """Every environment is searched; the result has the approval."""
    found = _trace(environments, published, released.model.digest)
    assert [each.release.name for each in found.chains if each.release] == ["production-7", "staging-1"]
    assert found.chains[0].release is not None
    assert found.chains[0].release.approved_by == "A Person"


def test_without_a_query_the_stable_releases_are_traced(
    environments: Environments, published: Workspace, released: Record
) -> None:
    """Releases in other states are left out."""
    environments.release("staging", 2, "b", "refused")
    assert len(_trace(environments, published).chains) == 2


def test_an_altered_response_is_refused(
    environments: Environments, published: Workspace, released: Record, tmp_path: Path
) -> None:
    """A response with another model than the record of its release is an error."""
    with pytest.raises(RefusedError, match=r"but its record has colours 1\.0\.0"):
        _trace(environments, published, _response(tmp_path / "response", "staging-1", digest("9")))


def test_an_unknown_name_is_refused_with_what_was_searched(
    environments: Environments, published: Workspace, released: Record
) -> None:
    """The error lists the environments with the number of their releases and pods."""
    with pytest.raises(RefusedError, match=r"searched: staging \(1 releases, 1 pods\), production") as caught:
        _trace(environments, published, digest("9"))
    assert "the registry" in caught.value.message


def test_the_registry_is_searched_for_digests_only(
    environments: Environments, published: Workspace, released: Record
) -> None:
    """For another name the error does not list the registry."""
    with pytest.raises(RefusedError, match="is unknown; searched: staging") as caught:
        _trace(environments, published, "nonsense")
    assert "the registry" not in caught.value.message


def test_an_unreachable_environment_is_named(
    environments: Environments, published: Workspace, released: Record
) -> None:
    """It is no error if another one has the release; else the exit code is 30, not 10."""
    environments.unreachable.add("production")
    found = _trace(environments, published, "staging-1")
    assert list(found.silent) == ["production"]
    with pytest.raises(OutsideError, match="not searched: production") as caught:
        _trace(environments, published, "production-7")
    assert caught.value.exit_code == 30


def test_the_locked_model_is_found_before_its_release(
    environments: Environments, published: Workspace
) -> None:
    """The store has its publication record."""
    (provenance,) = _trace(environments, published, "1.0.0").chains
    assert provenance.release is None
    assert provenance.model.publisher


def test_another_digest_under_the_same_version_is_reported(
    environments: Environments, published: Workspace, store: Path, released: Record
) -> None:
    """The publication record of another digest is not used."""
    path = store / "models/colours/1.0.0/publication.json"
    path.write_text(path.read_text().replace(released.model.digest, digest("9")))
    (provenance, _) = _trace(environments, published, released.model.digest).chains
    assert "another digest under that version" in provenance.model.unknown


def test_the_tree_has_the_links_in_order(
    environments: Environments, published: Workspace, released: Record
) -> None:
    """The order is release, image, commit, model, publisher; markup in a name is escaped."""
    checks = (not_judged("latency compared", "nothing is stable"),)
    environments.release(
        "staging", 2, "b", "refused", approved_by="[bold]Her", unchecked="[red]a test", verdicts=checks
    )
    trees = [as_tree(_trace(environments, published, what)) for what in ("staging-1", "staging-2")]
    text = "\n".join(plain_text(tree) for tree in trees)
    links = ["release staging-1", "image registry.test", "commit ", "model colours", "published by"]
    assert sorted(links, key=text.index) == links
    assert "approved by [bold]Her" in text
    assert text.count("not checked: [red]a test") == 1
    assert "0 of 1 checks passed, 1 not judged" in text
    assert "not judged: latency compared: because nothing is stable" in text
