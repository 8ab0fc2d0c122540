"""publish to a directory store."""

from __future__ import annotations

import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import onnx
import pytest

from colours import LABELS, write_model
from imagemodel.verify import verify
from samples import reseal
from seatrial.errors import RefusedError, UsageError
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace

VERSION = Path("models/colours/1.0.0")


def pointer(store: Path, channel: str = "latest") -> str:
    """Return the version in a channel."""
    content = json.loads((store / f"models/colours/channels/{channel}.json").read_text())
    return str(content["version"])


def test_a_published_version_has_every_file_and_a_record(
    published: Workspace, store: Path, model: Path
) -> None:
    """The store has equal files, and a record of publisher, time and revision."""
    for file in model.iterdir():
        assert (store / VERSION / file.name).read_bytes() == file.read_bytes()
    record = json.loads((store / VERSION / "publication.json").read_text())
    assert record["revision"] == published.commit
    assert record["publisher"]
    assert record["published"].endswith("+00:00")


def test_the_same_version_again_needs_if_absent(
    settings: Settings, published: Workspace, model: Path, golden: Path
) -> None:
    """A second publication is refused; with if_absent it is accepted."""
    with pytest.raises(RefusedError, match="already published"):
        publish(settings, published, model=model)
    again = publish(settings, published, model=model, golden=golden, if_absent=True)
    assert not again.created
    assert again.seconds < 1


def test_a_version_is_never_replaced(
    settings: Settings, published: Workspace, store: Path, tmp_path: Path
) -> None:
    """Another model under a published version is refused, and the store does not change."""
    write_model(tmp_path / "other", labels=("green", "blue", "red"))
    before = (store / VERSION / "model.json").read_bytes()
    with pytest.raises(RefusedError, match="another digest"):
        publish(settings, published, model=tmp_path / "other", if_absent=True)
    assert (store / VERSION / "model.json").read_bytes() == before


def test_an_interrupted_publication_can_be_repeated(
    settings: Settings, workspace: Workspace, store: Path, model: Path
) -> None:
    """Publishing again completes a partial version."""
    (store / VERSION).mkdir(parents=True)
    (store / VERSION / "model.onnx").write_bytes((model / "model.onnx").read_bytes())
    (store / VERSION / ".labels.part").write_bytes(b"re")
    assert publish(settings, workspace, model=model).created
    assert (store / VERSION / "model.json").exists()


def test_a_missing_record_and_channel_are_added(
    settings: Settings, published: Workspace, store: Path, model: Path
) -> None:
    """Publishing again completes a publication that ended right after the card."""
    (store / VERSION / "publication.json").unlink()
    (store / "models/colours/channels/latest.json").unlink()
    assert not publish(settings, published, model=model, if_absent=True).created
    assert (store / VERSION / "publication.json").exists()
    assert pointer(store) == "1.0.0"


def test_a_partial_version_of_another_model_is_refused(
    settings: Settings, workspace: Workspace, store: Path, model: Path
) -> None:
    """Files of two models never mix in one version."""
    (store / VERSION).mkdir(parents=True)
    (store / VERSION / "labels.txt").write_text("one\ntwo\nthree\n")
    with pytest.raises(RefusedError, match="other bytes"):
        publish(settings, workspace, model=model)
    assert not (store / VERSION / "model.json").exists()


def test_of_concurrent_publishers_exactly_one_succeeds(
    settings: Settings, workspace: Workspace, store: Path, tmp_path: Path
) -> None:
    """One publisher succeeds, the others are refused, and the version has the files of one model."""
    folders = [tmp_path / str(number) for number in range(4)]
    for shift, folder in enumerate(folders):
        write_model(folder, labels=(*LABELS[shift % 3 :], *LABELS[: shift % 3]))
    _ = workspace.revision

    def attempt(folder: Path) -> bool | RefusedError:
        try:
            return publish(settings, workspace, model=folder, if_absent=True).created
        except RefusedError as error:
            return error

    with ThreadPoolExecutor(len(folders)) as pool:
        outcomes = list(pool.map(attempt, folders))
    assert outcomes.count(True) == 1
    (store / VERSION / "publication.json").unlink()
    winner = folders[outcomes.index(True)]
    assert verify(store / VERSION).digest == verify(winner).digest


def test_only_a_new_model_moves_the_channel(
    settings: Settings, published: Workspace, store: Path, model: Path, tmp_path: Path
) -> None:
    """A new version moves the channel; an existing one moves it only if the channel is given."""
    write_model(tmp_path / "second", version="2.0.0")
    publish(settings, published, model=tmp_path / "second")
    publish(settings, published, model=model, if_absent=True)
    assert pointer(store) == "2.0.0"
    publish(settings, published, model=model, if_absent=True, channel="latest")
    assert pointer(store) == "1.0.0"


def test_channel_none_moves_no_channel(
    settings: Settings, published: Workspace, store: Path, tmp_path: Path
) -> None:
    """A model published with channel `none` is in no channel."""
    write_model(tmp_path / "second", version="2.0.0")
    publish(settings, published, model=tmp_path / "second", channel="none")
    assert pointer(store) == "1.0.0"


def test_a_pickle_is_refused(settings: Settings, workspace: Workspace, store: Path, model: Path) -> None:
    """A listed file that a loader may execute is refused; the store is not created."""
    (model / "weights.pkl").write_bytes(pickle.dumps({"a": 1}))
    reseal(model)
    with pytest.raises(RefusedError, match=r"weights\.pkl is unsafe"):
        publish(settings, workspace, model=model)
    assert not store.exists()


def test_a_custom_operator_is_refused(
    settings: Settings, workspace: Workspace, store: Path, model: Path
) -> None:
    """A model with a custom operator is refused; the store is not created."""
    graph = onnx.load(model / "model.onnx")
    graph.graph.node[0].domain = "evil.example"
    onnx.save(graph, model / "model.onnx")
    reseal(model)
    with pytest.raises(RefusedError, match=r"evil\.example:GlobalAveragePool"):
        publish(settings, workspace, model=model)
    assert not store.exists()


def test_a_file_that_does_not_match_the_card_is_refused(
    settings: Settings, workspace: Workspace, model: Path
) -> None:
    """An unlisted file and a symbolic link are refused."""
    (model / "notes.txt").write_text("extra")
    with pytest.raises(RefusedError, match="not named"):
        publish(settings, workspace, model=model)
    (model / "notes.txt").unlink()
    (model / "labels.txt").rename(model.parent / "labels.txt")
    (model / "labels.txt").symlink_to(model.parent / "labels.txt")
    with pytest.raises(RefusedError, match="symbolic link"):
        publish(settings, workspace, model=model)


def test_nothing_to_publish_is_wrong_usage(settings: Settings, workspace: Workspace, tmp_path: Path) -> None:
    """Without a directory, or with one that does not exist, publish is wrong usage."""
    with pytest.raises(UsageError, match="nothing to publish"):
        publish(settings, workspace)
    with pytest.raises(UsageError, match="not a directory"):
        publish(settings, workspace, model=tmp_path / "nowhere")
