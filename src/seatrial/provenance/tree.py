"""A trace as a tree for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape
from rich.tree import Tree

from seatrial.check_result import tally
from seatrial.provenance.links import (
    CommitLink,
    Link,
    PredictionLink,
    Provenance,
    PublicationLink,
    ReleaseLink,
    Trace,
)


def as_tree(trace: Trace) -> Tree:
    """Return the tree: the query at the root, then each provenance from the release to the publication."""
    root = Tree(escape(f"trace of {trace.asked}" if trace.asked else "stable releases"))
    branch = _add_prediction(root, trace.prediction) if trace.prediction else root
    for provenance in trace.chains:
        _add_provenance(branch, provenance)
    for name, reason in trace.silent.items():
        root.add(f"[yellow]{escape(f'{name} could not be read: {reason}')}[/yellow]")
    return root


def _add_prediction(root: Tree, prediction: PredictionLink) -> Tree:
    label = f"“{prediction.label}”" if prediction.label else ""
    request = f"request {prediction.request}" if prediction.request else ""
    text = " ".join(filter(None, (label, request))) or prediction.source
    branch = _add(root, "prediction", text, prediction)
    return branch.add(escape(f"pod {prediction.pod}")) if prediction.pod else branch


def _add_provenance(branch: Tree, provenance: Provenance) -> None:
    if provenance.release:
        branch = _add_release(branch, provenance.release)
    if provenance.image:
        branch = _add(branch, "image", str(provenance.image.reference), provenance.image)
    if provenance.commit:
        branch = _add_commit(branch, provenance.commit)
    _add_publication(branch, "model", provenance.model)
    if provenance.golden:
        _add_publication(branch, "golden set", provenance.golden)
    if provenance.evaluation:
        _add_publication(branch, "evaluation set", provenance.evaluation)


def _add_release(branch: Tree, release: ReleaseLink) -> Tree:
    text = f"{release.name}, {release.state} since {release.since:%F %T}"
    node = _add(branch, "release", text, release)
    for row in _release_rows(release):
        node.add(escape(row))
    checks = node.add(tally(release.verdicts))
    for check in release.verdicts:
        if check.status != "passed":
            colour = "red" if check.status == "failed" else "yellow"
            text = escape(f"{check.name}: {check.reason}")
            checks.add(f"[{colour}]{check.status}[/{colour}]: {text}")
    return node


def _release_rows(release: ReleaseLink) -> Iterator[str]:
    yield f"released to {release.environment} by {release.by} at {release.began:%F %T}"
    if release.unchecked:
        yield f"not checked: {release.unchecked}"
    if release.approved_by:
        yield f"approved by {release.approved_by}"
    if release.promoted_from:
        yield f"promoted from {release.promoted_from}"
    yield f"acceptance suite of {release.suite}"
    yield f"pods now: {', '.join(release.pods) or 'none'}"


def _add_commit(branch: Tree, commit: CommitLink) -> Tree:
    by = f" by {commit.author} at {commit.date}: {commit.subject}" if commit.author else ""
    return _add(branch, "commit", f"{commit.revision}{by}", commit)


def _add_publication(branch: Tree, title: str, link: PublicationLink) -> None:
    artefact = link.artefact
    text = " ".join(filter(None, (artefact.name, artefact.version, artefact.digest)))
    node = _add(branch, title, text, link)
    if link.publisher:
        node.add(escape(f"published by {link.publisher} at {link.published}, from commit {link.revision}"))


def _add(branch: Tree, title: str, text: str, link: Link) -> Tree:
    unknown = f" [yellow]({escape(link.unknown)})[/yellow]" if link.unknown else ""
    return branch.add(f"[bold]{title}[/bold] {escape(text)}{unknown}")
