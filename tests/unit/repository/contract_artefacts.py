"""Rules: an artefact that a job reads was written by a job before it, where its commands look for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from unit.repository.contract import Body, Files, before, commands, steps, uses

UPLOAD, DOWNLOAD = "actions/upload-artifact", "actions/download-artifact"
# GitHub repeats the jobs of a run for this many days.
REPEATED_DAYS = 30
# A command that ends a release well; the kit expects that release.
ENDING = {"accept", "promote"}


def uploads(body: Body) -> list[Body]:
    """Return the inputs of each step of a job that uploads an artefact."""
    return [step["with"] for step in steps(body) if uses(step, UPLOAD)]


def downloads(body: Body) -> list[Body]:
    """Return the inputs of each step of a job that downloads an artefact."""
    return [step["with"] for step in steps(body) if uses(step, DOWNLOAD)]


def of_artefacts(files: Files) -> Iterator[str]:
    """Yield what is wrong with artefacts: what a release passes on, and what any job uploads."""
    for name, key, body in files.releasing():
        problems = [each for found in downloads(body) for each in _of_download(files, name, key, found)]
        problems += [*_of_kit(files.environment(name, body), body)]
        yield from (f"{name} {key}: {problem}" for problem in problems)
    for root in files.roots():
        for name, key, body in files.reachable(root):
            problems = [each for found in uploads(body) for each in _of_upload(found)]
            yield from (f"{name} {key}: {problem}" for problem in problems)
    yield from _of_names(files)


def _of_upload(found: Body) -> Iterator[str]:
    if found.get("overwrite") is not True:
        yield f"a repeated job cannot upload {found['name']} again"
    paths = map(PurePosixPath, found["path"].split())
    hidden = any(part.startswith(".") for path in paths for part in path.parts)
    if hidden and found.get("include-hidden-files") is not True:
        yield f"the files of {found['name']} are hidden"


def _of_download(files: Files, name: str, key: str, found: Body) -> Iterator[str]:
    jobs, wanted = files.jobs(name), found["name"]
    writers = [(each, up) for each in before(jobs, key) for up in uploads(jobs[each]) if up["name"] == wanted]
    if len(writers) != 1:
        yield f"{len(writers)} jobs before it upload {wanted}"
        return
    writer, written = writers[0]
    if written["if-no-files-found"] != "error":
        yield f"{writer} may end well without {wanted}"
    if written["retention-days"] < REPEATED_DAYS:
        yield f"{wanted} is gone before GitHub refuses to repeat the job"
    read_from = {f".seatrial/{_instance(files, name, each)}/run" for each in (writer, key)}
    places = {_folder(written["path"]), found["path"].rstrip("/")}
    if places != read_from:
        yield f"{wanted} is not where its commands look"


def _folder(path: str) -> str:
    """Return the folder whose contents an artefact of one path has: the path, or that of a file."""
    return path.rstrip("/") if not PurePosixPath(path).suffix else str(PurePosixPath(path).parent)


def _instance(files: Files, name: str, key: str) -> str:
    return files.environment(name, files.jobs(name)[key]).get("INSTANCE", "dev")


def _of_kit(environment: Mapping[str, str], body: Body) -> Iterator[str]:
    """Yield what a job that ends a release lacks: after it QA's kit, of its environment, as an artefact."""
    made = commands(body)
    if not ENDING & set(made):
        return
    if made[-1] != "qa-kit":
        yield "does not make QA's kit of what it released"
    kit = f".seatrial/{environment.get('INSTANCE', 'dev')}/qa-kit.zip"
    if [up["if-no-files-found"] for up in uploads(body) if up["path"] == kit] != ["error"]:
        yield "does not upload QA's kit"
    runs = [step["run"] for step in steps(body) if "run" in step]
    if "ENV" not in environment and not all("ENV=" in run for run in runs):
        yield "makes the kit of another environment"


def _of_names(files: Files) -> Iterator[str]:
    for root in files.roots():
        names = [found["name"] for _, _, body in files.reachable(root) for found in uploads(body)]
        for name in sorted({each for each in names if names.count(each) > 1}):
            yield f"{root}: two jobs of a run upload {name}"
