"""QA's kit, unpacked in an empty directory and run with an empty environment against a real app process."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app_process import serve
from imagemodel.card import CARD, digest_of
from network_sets import write_golden
from networks import write_model
from seatrial.qa_kit.archive import write_kit

ROOT = Path(__file__).parents[3]
IMAGE, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64


@dataclass(frozen=True)
class Kit:
    """An unpacked kit in a directory of its own, and the URL of an app that it was made for."""

    folder: Path
    url: str

    def run(self, *words: str, url: str = "") -> tuple[int, str]:
        """Run the kit with an empty environment; return its exit code and its output.

        Like an environment with the kit's packages alone, its pytest has no plugins.
        """
        options = ["--python", sys.executable, "--disable-plugin-autoload", *words]
        argv = [sys.executable, "qa-kit", url or self.url, *options]
        done = subprocess.run(
            argv, cwd=self.folder, env={}, capture_output=True, text=True, check=False, timeout=120
        )
        return done.returncode, done.stdout + done.stderr

    @property
    def report(self) -> str:
        """The page that the last run left."""
        return (self.folder / "qa-kit/reports/qa/acceptance/report.html").read_text()


def _facts(model: Path) -> dict[str, object]:
    return {"expect": {"image": IMAGE, "model": digest_of((model / CARD).read_bytes())}, "revision": "c0ffee"}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model; its golden set is in the directory `golden` beside it."""
    folder = tmp_path_factory.mktemp("kit")
    write_model(folder / "model", 6, channels="RGB")
    write_golden(folder / "golden", 6, "RGB", range(0, 6, 2))
    return folder / "model"


@pytest.fixture(scope="module")
def kit(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    """The kit of the model, and an app that serves it as a released image."""
    folder = tmp_path_factory.mktemp("empty")
    write_kit(ROOT, model.parent / "golden", _facts(model), model.parent / "kit.zip")
    with zipfile.ZipFile(model.parent / "kit.zip") as archive:
        archive.extractall(folder)
    released = {"SEATRIAL_IMAGE_DIGEST": IMAGE, "SEATRIAL_RELEASE": "staging-3"}
    with serve(model, tmp_path_factory.mktemp("app"), released) as app:
        yield Kit(folder, app.url)


def test_it_passes_for_its_release_and_leaves_the_page(kit: Kit) -> None:
    """Nothing but the URL is given: image and model are expected, and every check has a result."""
    code, output = kit.run()
    assert code == 0, output
    assert "0 failed" not in output
    assert f"qa-kit: report {kit.folder}/qa-kit/reports/qa/acceptance/report.html" in output
    assert "checks passed" in kit.report
    assert IMAGE in kit.report


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--expect", f"image={OTHER}"], f"expected '{OTHER}'"),
        (["--expect", "staging-4"], "expected 'staging-4'"),
    ],
)
def test_it_fails_for_another_release(kit: Kit, words: list[str], reason: str) -> None:
    """`--expect` replaces what kit.json has."""
    code, output = kit.run(*words, "-k", "version_is_as_expected")
    assert code == 1
    assert reason in output
    assert "1 of" in kit.report


def test_it_fails_for_another_image_than_its_own(kit: Kit, model: Path, tmp_path: Path) -> None:
    """The same model in an image that the kit was not made for is another release."""
    with serve(model, tmp_path, {"SEATRIAL_IMAGE_DIGEST": OTHER}) as app:
        code, output = kit.run("-k", "version_is_as_expected", url=app.url)
        assert (code, f"app.image is '{OTHER}'" in output) == (1, True), output
        assert kit.run("--any-release", "-k", "identity", url=app.url)[0] == 0


def test_it_fails_for_another_model(kit: Kit, tmp_path: Path) -> None:
    """Another model under the same image digest fails by its digest and by its answers."""
    write_model(tmp_path / "model", 9, channels="RGB")
    with serve(tmp_path / "model", tmp_path, {"SEATRIAL_IMAGE_DIGEST": IMAGE}) as app:
        code, output = kit.run("-k", "version_is_as_expected or golden", url=app.url)
    assert code == 1
    assert "model.digest is" in output
    assert "test_predict_names_every_golden_photo" in output


def test_it_fails_for_a_url_where_nothing_listens(kit: Kit) -> None:
    """The suite could not run: one line with the reason, and a page that has it."""
    code, output = kit.run(url="http://127.0.0.1:9")
    assert code == 2
    assert output.count("cannot connect to http://127.0.0.1:9") == 1
    assert not [each for each in ("Traceback", "During handling", "31 ") if each in output]
    assert "cannot connect to http://127.0.0.1:9" in kit.report


@pytest.mark.parametrize("url", ["staging.example.com", "ftp://staging.example.com"])
def test_a_url_without_a_scheme_is_refused_in_one_line(kit: Kit, url: str) -> None:
    """Nothing is set up or sent."""
    code, output = kit.run(url=url)
    assert code == 2
    assert len(output.splitlines()) == 1
    assert "is not a URL" in output


def test_the_same_content_gives_the_same_archive(model: Path, tmp_path: Path) -> None:
    """Times, order and modes of the files do not matter, nor does the machine."""
    (tmp_path / "golden").mkdir()
    for path in sorted((model.parent / "golden").iterdir(), reverse=True):
        (tmp_path / "golden" / path.name).write_bytes(path.read_bytes())
    made = []
    for number, golden in enumerate((model.parent / "golden", tmp_path / "golden")):
        write_kit(ROOT, golden, _facts(model), tmp_path / f"{number}.zip")
        made.append((tmp_path / f"{number}.zip").read_bytes())
    assert made[0] == made[1]


def test_the_archive_has_no_code_of_the_pipelines_stages(model: Path, tmp_path: Path) -> None:
    """QA gets the suite and its page, not what reaches a store, a registry or a cluster."""
    write_kit(ROOT, model.parent / "golden", _facts(model), tmp_path / "kit.zip")
    with zipfile.ZipFile(tmp_path / "kit.zip") as archive:
        names = archive.namelist()
        facts = json.loads(archive.read("qa-kit/kit.json"))
    assert facts["expect"]["image"] == IMAGE
    for package in ("stages", "stores", "commands", "system"):
        assert not [name for name in names if f"/seatrial/{package}/" in name]
