"""The GitHub repository: its numbers, who may change it, and the subjects of its tokens."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from seatrial.atomic_files import write_atomically
from seatrial.errors import RefusedError
from seatrial.github_command import GitHubCommand, GitHubError, repository_of
from seatrial.infra_outputs.state import FOLDER

INPUTS: Final = "github.auto.tfvars.json"
"""OpenTofu and Terraform read a file of this name by themselves."""


T = TypeVar("T", bound=BaseModel)


class _Owner(BaseModel):
    id: int


class _Permissions(BaseModel):
    admin: bool = False


class Repository(BaseModel):
    """A repository as GitHub's API has it: `full_name` with GitHub's capital letters, and the numbers."""

    id: int
    full_name: str
    owner: _Owner
    permissions: _Permissions = _Permissions()

    @property
    def prefixes(self) -> dict[str, str]:
        """The beginning of its tokens' subjects, in each of GitHub's two forms."""
        owner, name = self.full_name.split("/")
        immutable = f"repo:{owner}@{self.owner.id}/{name}@{self.id}"
        return {"names": f"repo:{self.full_name}", "immutable": immutable}


class SubjectForm(BaseModel):
    """How GitHub forms the subjects of a repository."""

    use_default: bool = True
    use_immutable_subject: bool = False
    include_claim_keys: list[str] = []

    @property
    def name(self) -> str:
        """`names` or `immutable`."""
        return "immutable" if self.use_immutable_subject else "names"


def read_repository(github: GitHubCommand) -> Repository:
    """Return the repository. Raises GitHubError if GitHub does not show it."""
    return _parsed(Repository, github.get(""))


def require_administrator(repository: Repository) -> None:
    """Raise RefusedError unless who is signed in may change the repository's settings."""
    if not repository.permissions.admin:
        what = f"this GitHub account is no administrator of {repository.full_name}"
        fix = "gh auth login as one; for another repository set GH_REPO=OWNER/NAME"
        raise RefusedError(what, fix)


def read_form(github: GitHubCommand) -> SubjectForm:
    """Return how GitHub forms the repository's subjects."""
    return _parsed(SubjectForm, github.get("/actions/oidc/customization/sub"))


def subject_lines(
    repository: Repository, form: SubjectForm, trusted: Mapping[str, Iterable[str]]
) -> Iterator[str]:
    """Yield the form in force, and a warning for each identity that does not trust a subject of that form."""
    prefix = repository.prefixes[form.name]
    yield f"subjects of the workflows' tokens: {prefix}:… ({form.name})"
    if not form.use_default and form.include_claim_keys:
        yield (
            f"warning: the subjects of {repository.full_name} are customised "
            f"({', '.join(form.include_claim_keys)}), and Azure trusts GitHub's own: gh api --method PUT "
            f"repos/{repository.full_name}/actions/oidc/customization/sub -F use_default=true"
        )
    # Entra ID compares capital letters.
    without = [
        name
        for name, subjects in sorted(trusted.items())
        if not any(each.startswith(f"{prefix}:") for each in subjects)
    ]
    if without:
        names = ", ".join(without)
        yield f"warning: Azure does not trust these subjects for {names}: make infra-plan infra-up"


def inputs(root: Path, given: str = "") -> str:
    """Write name and numbers of the repository as the inputs of `infra/`; return what was done.

    `given` replaces the remote `origin`. A file of an earlier run stays if GitHub does not answer and it
    names the same repository: Azure trusts the one in it. Raises what `read_repository` raises otherwise.
    """
    name = repository_of(root, given)
    path = root / FOLDER / INPUTS
    try:
        found = read_repository(GitHubCommand(root, name))
    except GitHubError as error:
        if _written(path).casefold() != "/".join(name.split("/")[-2:]).casefold():
            raise
        return f"{FOLDER}/{INPUTS} of an earlier run is used: {error.message}"
    values = {
        "github_owner_id": str(found.owner.id),
        "github_repository": found.full_name,
        "github_repository_id": str(found.id),
    }
    write_atomically(path, json.dumps(values, indent=2) + "\n")
    return f"{found.full_name} is repository {found.id} of owner {found.owner.id}"


def forget(root: Path) -> str:
    """Remove the inputs of an earlier run, so that Azure trusts no repository; return what was done."""
    (root / FOLDER / INPUTS).unlink(missing_ok=True)
    return "no repository at GitHub is trusted"


def _written(path: Path) -> str:
    """Return the repository that a file of inputs names; empty if there is no valid one."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        return str(json.loads(path.read_text(encoding="utf-8"))["github_repository"])
    return ""


def _parsed(model: type[T], answer: object) -> T:
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        raise GitHubError("the answer of `gh api` is not valid", "update gh", "") from error
