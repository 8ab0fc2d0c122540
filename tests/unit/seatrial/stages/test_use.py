"""use: from the directories of any model to a model.lock that ships it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from colours import write_model
from samples import lock_to, reseal, write_evaluation, write_golden
from seatrial.model.locks.lock import Lock, read_lock
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.stages.update import channel_model
from seatrial.stages.use import use
from seatrial.workspace import Workspace


def fresh(workspace: Workspace) -> Workspace:
    """Return the workspace as a new process sees it."""
    return Workspace(workspace.root, workspace.instance)


@pytest.fixture(autouse=True)
def _in_the_checkout(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace.root)


def run(command: str) -> None:
    """Run a shell command in the current directory, as a person who commits."""
    who = {"GIT_AUTHOR_NAME": "T", "GIT_AUTHOR_EMAIL": "t@seatrial.test"}
    who |= {"GIT_COMMITTER_NAME": "T", "GIT_COMMITTER_EMAIL": "t@seatrial.test", "PATH": "/usr/bin:/bin"}
    subprocess.run(command, shell=True, check=True, env=who, timeout=60)


def test_the_first_model_of_a_checkout_is_published_and_locked(
    settings: Settings, workspace: Workspace, flowers: Path, golden: Path
) -> None:
    """Without a model.lock the three artefacts are published and named, and the channel follows the name."""
    many = write_evaluation(flowers.parent / "many")
    done = use(settings, workspace, model=flowers, golden=golden, evaluation=flowers.parent / "many")
    assert (done.model.name, done.changed, done.created, done.before) == ("flowers", True, True, None)
    locked = read_lock(workspace.lock)
    assert locked.artefacts == {"model": done.model, "golden": done.golden, "evaluation": done.evaluation}
    assert locked.evaluation is not None
    assert locked.evaluation.digest == many.digest
    assert channel_model(settings, "flowers") == done.model
    assert done.lock_digest == fresh(workspace).lock_digest


def test_a_model_of_another_name_replaces_the_locked_one(
    settings: Settings, published: Workspace, flowers: Path, golden: Path
) -> None:
    """Its golden set is its own, and what belongs to the other model leaves the lock."""
    old = read_lock(published.lock)
    stays = Artefact(name="many", version="1", digest="sha256:" + "e" * 64)
    (published.lock).write_text(
        published.lock.read_text() + f'\n[evaluation]\nname = "many"\n'
        f'version = "1"\ndigest = "{stays.digest}"\n'
    )
    done = use(settings, fresh(published), model=flowers, golden=golden)
    assert done.before == old.model
    assert read_lock(published.lock) == Lock(model=done.model, golden=done.golden)


def test_the_printed_command_commits_the_lock_and_nothing_else(
    settings: Settings, workspace: Workspace, flowers: Path, golden: Path
) -> None:
    """It works for a new file, for a changed one, and while other files are changed and staged."""
    (workspace.root / "staged.py").write_text("x = 1\n")
    run("git add staged.py")
    for version in ("1.0.0", "2.0.0"):
        reseal(flowers, name="flowers", version=version)
        done = use(settings, fresh(workspace), model=flowers, golden=golden)
        assert done.commit.endswith(f"git commit -m 'Ship flowers {version}' model.lock")
        run(done.commit)
        shown = fresh(workspace).git("show", "--format=%s", "--name-only", "HEAD").split("\n")
        assert [line for line in shown if line] == [f"Ship flowers {version}", "model.lock"]
    again = use(settings, fresh(workspace), model=flowers, golden=golden)
    assert (again.changed, again.created, again.commit) == (False, False, "")


def test_an_ignored_lock_is_added_by_the_printed_command(
    settings: Settings, workspace: Workspace, flowers: Path, golden: Path
) -> None:
    """A .gitignore that hides model.lock does not keep it from the commit."""
    (workspace.root / ".gitignore").write_text("/.seatrial/\n*.lock\n")
    done = use(settings, workspace, model=flowers, golden=golden)
    run(done.commit)
    assert fresh(workspace).git("show", "--format=", "--name-only", "HEAD") == "model.lock"


def test_a_new_version_keeps_the_locked_sets(
    settings: Settings, published: Workspace, tmp_path: Path
) -> None:
    """A retrained model of the same name needs no golden set again."""
    before = read_lock(published.lock)
    write_model(tmp_path / "second", version="2.0.0")
    done = use(settings, fresh(published), model=tmp_path / "second")
    assert (done.model.version, done.golden) == ("2.0.0", before.golden)
    assert read_lock(published.lock).golden == before.golden


def test_a_new_golden_set_keeps_the_locked_model(
    settings: Settings, published: Workspace, tmp_path: Path
) -> None:
    """A golden set alone is published and locked."""
    before = read_lock(published.lock)
    write_golden(tmp_path / "second", version="2.0.0")
    done = use(settings, fresh(published), golden=tmp_path / "second")
    assert (done.model, done.golden.version) == (before.model, "2.0.0")


def test_an_accepted_change_of_labels_stands_in_the_lock(
    settings: Settings, published: Workspace, tmp_path: Path
) -> None:
    """With a reason, the acceptance is written beside the new model."""
    run("git add model.lock && git commit -qm 'Ship colours'")
    write_model(tmp_path / "second", labels=("red", "green", "navy"), version="2.0.0")
    write_golden(tmp_path / "two")
    listing = (tmp_path / "two" / "golden.json").read_text()
    (tmp_path / "two" / "golden.json").write_text(
        listing.replace('"label": "blue"', '"label": "navy"').replace('"1.0.0"', '"2.0.0"')
    )
    use(
        settings,
        fresh(published),
        model=tmp_path / "second",
        golden=tmp_path / "two",
        accept_labels="the shade has a better name",
    )
    accepted = read_lock(published.lock).labels
    assert accepted is not None
    assert accepted.reason == "the shade has a better name"


def test_update_follows_the_model_of_the_lock(
    settings: Settings, workspace: Workspace, flowers: Path, golden: Path, model: Path
) -> None:
    """The channel is that of the locked name, whatever else was published last."""
    first = use(settings, workspace, model=flowers, golden=golden)
    publish(settings, fresh(workspace), model=model)
    reseal(flowers, name="flowers", version="2.0.0")
    newer = publish(settings, fresh(workspace), model=flowers).model
    assert channel_model(settings, first.model.name) == newer
    lock_to(workspace, first.model, first.golden)


def test_the_command_is_for_the_directory_in_which_it_is_typed(
    settings: Settings, workspace: Workspace, flowers: Path, golden: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`seatrial` may be started below the root of the checkout."""
    (workspace.root / "a b").mkdir()
    monkeypatch.chdir(workspace.root / "a b")
    run(use(settings, workspace, model=flowers, golden=golden).commit)
    assert fresh(workspace).git("show", "--format=", "--name-only", "HEAD") == "model.lock"


def test_a_use_that_was_interrupted_is_repeated(
    settings: Settings, published: Workspace, flowers: Path, golden: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill between the publication and the lock leaves the old lock; the same command then writes it."""
    before = published.lock.read_bytes()

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("seatrial.stages.use.write_lock", interrupt)
        with pytest.raises(KeyboardInterrupt):
            use(settings, fresh(published), model=flowers, golden=golden)
    assert published.lock.read_bytes() == before
    again = use(settings, fresh(published), model=flowers, golden=golden)
    assert (again.changed, again.created, again.model.name) == (True, False, "flowers")
