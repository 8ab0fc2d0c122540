"""trace, over environments in memory and a store in a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from memory_environments import Environments, digest
from seatrial.console import PLAIN_WIDTH
from seatrial.errors import OutsideError, RefusedError
from seatrial.model.lock import read_lock
from seatrial.provenance.tree import as_tree
from seatrial.release.record import Record
from seatrial.stages.trace import trace
from seatrial.workspace import Workspace


@pytest.fixture
def released(environments: Environments, published: Workspace) -> Record:
    """The published model, stable in staging and promoted to production."""
    lock = read_lock(published.lock)
    fields = {"model": lock.model, "golden_digest": lock.golden.digest, "revision": published.commit}
    staging = environments.release("staging", 1, "a", "pending", "stable", **fields)
    environments.serve(staging)
    more = {"approved_by": "A Person", "promoted_from": "staging-1"}
    environments.serve(environments.release("production", 7, "a", "pending", "stable", **fields, **more))
    return staging


def _answer(path: Path, release: str, model: str, request: str = "") -> str:
    path.write_text(f"X-Release: {release}\nX-Model-Digest: {model}\nX-Request-Id: {request or 'none'}\n")
    return str(path)


def test_a_saved_answer_leads_to_whoever_published_the_model(
    environments: Environments, published: Workspace, released: Record, tmp_path: Path
) -> None:
    """Prediction, pod, release, image, commit, model, publisher: one command, the whole chain."""
    pod = "classifier-blue-1"
    line = {"logger": "classifier.requests", "request_id": "cafe01"}
    environments.clusters["staging"].logs[pod] = f"not json cafe01\n{json.dumps(line)}\n"
    answer = _answer(tmp_path / "answer", "staging-1", released.model.digest, "cafe01")
    found = trace(environments.settings, published, answer, services=environments.services)
    (chain,) = found.chains
    assert found.prediction is not None
    assert found.prediction.pod == pod
    assert chain.release is not None
    assert (chain.release.name, chain.release.pods) == ("staging-1", (pod,))
    assert chain.image is not None
    assert chain.image.reference == released.reference
    assert chain.commit is not None
    assert chain.commit.subject == "A checkout for a test"
    assert chain.model.publisher
    assert chain.golden is not None
    assert chain.golden.artefact.version == "1.0.0"


def test_a_request_id_finds_its_pod(
    environments: Environments, published: Workspace, released: Record
) -> None:
    """The id that an answer carried is enough while its pod still runs."""
    environments.clusters["staging"].logs["classifier-blue-1"] = '{"request_id": "cafe01"}'
    found = trace(environments.settings, published, "cafe01", services=environments.services)
    assert found.prediction is not None
    assert found.prediction.pod == "classifier-blue-1"
    assert [chain.release.name for chain in found.chains if chain.release] == ["staging-1"]


def test_a_part_of_a_request_id_finds_nothing(
    environments: Environments, published: Workspace, released: Record
) -> None:
    """An id that only begins like another is another."""
    environments.clusters["staging"].logs["classifier-blue-1"] = '{"request_id": "cafe0123"}'
    with pytest.raises(RefusedError, match="unknown"):
        trace(environments.settings, published, "cafe01", services=environments.services)


def test_a_pod_leads_to_its_release(
    environments: Environments, published: Workspace, released: Record
) -> None:
    """A pod's name is enough."""
    found = trace(environments.settings, published, "classifier-blue-7", services=environments.services)
    assert [chain.release.name for chain in found.chains if chain.release] == ["production-7"]


def test_a_model_leads_to_every_release_of_it_the_newest_first(
    environments: Environments, published: Workspace, released: Record
) -> None:
    """What ships a model is found in every environment, with who approved it where that is asked."""
    found = trace(environments.settings, published, released.model.digest, services=environments.services)
    assert [chain.release.name for chain in found.chains if chain.release] == ["production-7", "staging-1"]
    assert found.chains[0].release is not None
    assert found.chains[0].release.approved_by == "A Person"


def test_without_a_question_it_tells_what_serves(
    environments: Environments, published: Workspace, released: Record
) -> None:
    """The stable releases of all environments."""
    environments.release("staging", 2, "b", "refused")
    assert len(trace(environments.settings, published, services=environments.services).chains) == 2


def test_an_altered_answer_is_refused(
    environments: Environments, published: Workspace, released: Record, tmp_path: Path
) -> None:
    """A model that the named release never shipped contradicts the records."""
    with pytest.raises(RefusedError, match=r"but that is colours 1\.0\.0"):
        trace(
            environments.settings,
            published,
            _answer(tmp_path / "answer", "staging-1", digest("9")),
            services=environments.services,
        )


def test_what_nobody_knows_is_told_with_what_was_searched(
    environments: Environments, published: Workspace, released: Record
) -> None:
    """An unknown name ends 10, and says where it was looked for."""
    with pytest.raises(RefusedError, match=r"searched: staging \(1 releases, 1 pods\), production"):
        trace(environments.settings, published, digest("9"), services=environments.services)


def test_a_silent_environment_is_named_and_not_fatal(
    environments: Environments, published: Workspace, released: Record
) -> None:
    """What is found elsewhere is told; what is not found may be in the silent one, which is no refusal."""
    environments.away.add("production")
    found = trace(environments.settings, published, "staging-1", services=environments.services)
    assert list(found.silent) == ["production"]
    with pytest.raises(OutsideError, match="not asked: production") as caught:
        trace(environments.settings, published, "production-7", services=environments.services)
    assert caught.value.exit_code == 30


def test_the_locked_model_is_known_before_it_is_released(
    environments: Environments, published: Workspace
) -> None:
    """Nothing ships it yet, but who published it is in the store."""
    (chain,) = trace(environments.settings, published, "1.0.0", services=environments.services).chains
    assert chain.release is None
    assert chain.model.publisher


def test_another_model_under_that_version_is_told(
    environments: Environments, published: Workspace, store: Path, released: Record
) -> None:
    """A publication record of other bytes is not taken for this model's."""
    path = store / "models/colours/1.0.0/publication.json"
    path.write_text(path.read_text().replace(released.model.digest, digest("9")))
    (chain, _) = trace(
        environments.settings, published, released.model.digest, services=environments.services
    ).chains
    assert "another under that version" in chain.model.unknown


def test_the_tree_tells_the_chain_in_order(
    environments: Environments, published: Workspace, released: Record, tmp_path: Path
) -> None:
    """A person reads from the answer down to the publisher, markup in names left as it is."""
    from rich.console import Console

    environments.release("staging", 2, "b", "refused", approved_by="[bold]Her")
    with (tmp_path / "tree").open("w") as file:
        out = Console(file=file, width=PLAIN_WIDTH)
        for what in ("staging-1", "staging-2"):
            out.print(as_tree(trace(environments.settings, published, what, services=environments.services)))
    text = (tmp_path / "tree").read_text()
    words = ["release staging-1", "image registry.test", "commit ", "model colours", "published by"]
    assert sorted(words, key=text.index) == words
    assert "approved by [bold]Her" in text
