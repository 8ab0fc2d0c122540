"""What `make logs` collects of a running instance."""

from __future__ import annotations

import json

from integration.localcloud.cloud import Cloud, registry_user, run_localcloud


def test_the_logs_of_an_instance_explain_a_pod_and_have_no_secret(cloud: Cloud, namespace: str) -> None:
    """A pod that cannot start is in events, objects and descriptions; keys and passwords are nowhere."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "never", "namespace": namespace},
        "spec": {"containers": [{"name": "never", "image": "127.0.0.1:9/none:1"}]},
    }
    cloud.kubectl(
        "wait", "--for=create", "serviceaccount/default", f"--namespace={namespace}", "--timeout=60s"
    )
    cloud.kubectl("apply", "-f", "-", manifest=json.dumps(pod))
    pulling = "--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=ErrImagePull"
    cloud.kubectl("wait", pulling, "pod/never", f"--namespace={namespace}", "--timeout=60s")
    done = run_localcloud("logs", "--instance", cloud.instance.name)
    assert done.code == 0, done.err
    assert str(cloud.instance.logs) in done.out
    logs = cloud.instance.logs
    for name in ("events.txt", "objects.txt", "pods.txt"):
        assert "never" in (logs / "cluster" / name).read_text()
    assert list(logs.glob("cluster/pods/kube-system_etcd-*/etcd/*.log"))
    assert {path.name for path in logs.glob("*.log")} >= {"blob.log", "registry.log", "loadbalancer.log"}
    assert "running" in (logs / "containers.txt").read_text()
    secrets = [(cloud.instance.secrets / "blob-key").read_text(), registry_user(cloud)[1]]
    texts = [path.read_bytes() for path in logs.rglob("*") if path.is_file()]
    assert not [secret for secret in secrets for text in texts if secret.encode() in text]
