"""A trace as a tree, for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape
from rich.tree import Tree

from seatrial.provenance.links import Commit, Image, Link, Provenance, Published, Release, Trace


def as_tree(trace: Trace) -> Tree:
    """Return the tree: what was asked, then every chain from the release down to who published the model."""
    root = Tree(escape(f"trace of {trace.asked}" if trace.asked else "what serves now"))
    branch = root
    if trace.prediction:
        said = trace.prediction
        words = (f"“{said.label}”" if said.label else "", f"request {said.request}" if said.request else "")
        branch = _add(root, "prediction", " ".join(filter(None, words)) or said.source, said)
        if said.pod:
            branch = branch.add(escape(f"pod {said.pod}"))
    for chain in trace.chains:
        _grow(branch, chain)
    for name, why in trace.silent.items():
        root.add(f"[yellow]{escape(f'{name} did not answer: {why}')}[/yellow]")
    return root


def _grow(branch: Tree, chain: Provenance) -> None:
    if chain.release:
        branch = _release(branch, chain.release)
    if chain.image:
        branch = _image(branch, chain.image)
    if chain.commit:
        branch = _commit(branch, chain.commit)
    _published(branch, "model", chain.model)
    if chain.golden:
        _published(branch, "golden set", chain.golden)


def _release(branch: Tree, release: Release) -> Tree:
    found = _add(branch, "release", f"{release.name}, {release.state} since {release.since:%F %T}", release)
    for row in _told(release):
        found.add(escape(row))
    broken = [verdict for verdict in release.verdicts if not verdict.passed]
    kept = len(release.verdicts) - len(broken)
    verdicts = found.add(f"verdicts: {kept} of {len(release.verdicts)} promises kept")
    for verdict in broken:
        verdicts.add(f"[red]broken[/red]: {escape(f'{verdict.name}: {verdict.detail}')}")
    return found


def _told(release: Release) -> Iterator[str]:
    yield f"released to {release.environment} by {release.by} at {release.began:%F %T}"
    if release.approved_by:
        yield f"approved by {release.approved_by}"
    if release.promoted_from:
        yield f"promoted: the image of {release.promoted_from}"
    yield f"suite of {release.suite}"
    yield f"pods now: {', '.join(release.pods) or 'none'}"


def _image(branch: Tree, image: Image) -> Tree:
    return _add(branch, "image", str(image.reference), image)


def _commit(branch: Tree, commit: Commit) -> Tree:
    by = f" by {commit.author} at {commit.date}: {commit.subject}" if commit.author else ""
    return _add(branch, "commit", f"{commit.revision}{by}", commit)


def _published(branch: Tree, word: str, found: Published) -> None:
    thing = found.artefact
    node = _add(branch, word, " ".join(filter(None, (thing.name, thing.version, thing.digest))), found)
    if found.publisher:
        node.add(escape(f"published by {found.publisher} at {found.published}, from commit {found.revision}"))


def _add(branch: Tree, word: str, text: str, link: Link) -> Tree:
    unknown = f" [yellow]({escape(link.unknown)})[/yellow]" if link.unknown else ""
    return branch.add(f"[bold]{word}[/bold] {escape(text)}{unknown}")
