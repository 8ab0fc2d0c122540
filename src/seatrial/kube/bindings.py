"""Who has the Roles of an environment's namespace, beside its service account."""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.kube.protocol import Manifest
from seatrial.rbac_subject import GROUP

RBAC = "rbac.authorization.k8s.io"


def bound(manifest: Manifest, deployers: Sequence[str], readers: Sequence[str]) -> Manifest:
    """Return a manifest of the environment; the bindings of the two Roles with their users and groups.

    Each is the name of a user as the cluster has it, on AKS the object id, or that of a group after
    `group:`. `deployers` get the Role `deployer` and, in the cluster, the right to list nodes; `readers` the
    Role `reader`.
    """
    if manifest["kind"] not in ("RoleBinding", "ClusterRoleBinding"):
        return manifest
    added = readers if manifest["roleRef"]["name"] == "reader" else deployers
    return {**manifest, "subjects": [*(manifest.get("subjects") or []), *map(_subject, added)]}


def _subject(name: str) -> Manifest:
    kind = "Group" if name.startswith(GROUP) else "User"
    return {"kind": kind, "apiGroup": RBAC, "name": name.removeprefix(GROUP)}
