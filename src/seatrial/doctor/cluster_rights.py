"""Whether this user has every right of the deployer's Role in an environment's namespace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seatrial.doctor.finding import Finding
from seatrial.kube.protocol import Cluster, Manifest

ROLE = "deployer"
SHOWN = 6


@dataclass(frozen=True)
class Right:
    """A verb on a resource of an API group, as a Role allows it; `resource` may be `pods/log`."""

    verb: str
    group: str
    resource: str

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}" + (f".{self.group}" if self.group else "")

    def review(self, namespace: str) -> Manifest:
        """Return the SelfSubjectAccessReview of this right in a namespace."""
        resource, _, subresource = self.resource.partition("/")
        attributes = {"namespace": namespace, "verb": self.verb, "group": self.group, "resource": resource}
        if subresource:
            attributes["subresource"] = subresource
        # The name of a namespace is a condition of its own: the Role allows to get this one only.
        if resource == "namespaces":
            attributes["name"] = namespace
        return {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "metadata": {},
            "spec": {"resourceAttributes": attributes},
        }


def deployer_rights(manifests: Iterable[Manifest]) -> tuple[Right, ...]:
    """Return the rights of the Role `deployer` among the manifests of an environment."""
    return tuple(
        Right(verb, group, resource)
        for manifest in manifests
        if manifest["kind"] == "Role" and manifest["metadata"]["name"] == ROLE
        for rule in manifest["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    )


def check_rights(
    cluster: Cluster, context: str, environment: str, namespace: str, rights: tuple[Right, ...]
) -> Finding:
    """Review each right in the cluster; nothing is created there. Raises what the cluster raises."""
    what = f"cluster, {environment}"
    refused = list(_refused(cluster, namespace, rights))
    if not refused:
        detail = f"{context} allows all {len(rights)} rights of the Role {ROLE} in {namespace}"
        return Finding(what, "ok", detail)
    shown = ", ".join(str(right) for right in refused[:SHOWN])
    more = f" and {len(refused) - SHOWN} more" if len(refused) > SHOWN else ""
    detail = f"{context} does not allow {len(refused)} of {len(rights)} rights in {namespace}: {shown}{more}"
    setting = f"environments.{environment}.deployers"
    fix = f"an administrator adds this user to {setting} and runs make bootstrap ENV={environment}"
    return Finding(what, "missing", detail, fix)


def _refused(cluster: Cluster, namespace: str, rights: Iterable[Right]) -> Iterator[Right]:
    for right in rights:
        answer = cluster.create(right.review(namespace))
        if not (answer.get("status") or {}).get("allowed"):
            yield right
