"""Start and stop an engine in network and mount namespaces of its own, and print the observations as JSON.

The tests run it as `unshare --net --mount python engine_scenarios.py <directory> <scenario> <program>`: the
filter rules and links are then those of this engine alone.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil

from integration.localcloud.recording import StepRecorder
from localcloud import engine, process
from localcloud.engine import host_state, iptables
from localcloud.engine.connection import connect
from localcloud.engine.paths import EnginePaths
from localcloud.engine.record import read_record
from localcloud.errors import LocalcloudError
from localcloud.images import builder
from localcloud.images.builder import Build


def observe(paths: EnginePaths) -> dict[str, Any]:
    """Return everything outside the engine that the engine changes."""
    return {
        "links": host_state.links(),
        "mounts": Path("/proc/self/mountinfo").read_text().count(str(paths.root.parent)),
        "rules": [line for family in iptables.FAMILIES for line in rules(family)],
        "processes": len(processes(paths)),
        "files": [path.name for path in paths.root.parent.iterdir() if path.suffix != ".lock"],
        "forwarding": host_state.capture().forwarding,
    }


def rules(family: str) -> list[str]:
    """Return the rules, the user-defined chains, and the policies other than ACCEPT."""
    saved = iptables.saved_rules(family)
    return [
        line
        for line in saved
        if line.startswith("-A") or (line.startswith(":") and not line.endswith(" ACCEPT"))
    ]


def processes(paths: EnginePaths) -> list[str]:
    """Return the command lines of all processes that contain this engine's directories."""
    directories = (str(paths.root), str(paths.exec_root))
    commands = [" ".join(found.info["cmdline"] or []) for found in psutil.process_iter(["cmdline"])]
    return [command for command in commands if any(directory in command for directory in directories)]


def run_privileged(paths: EnginePaths, program: Path) -> str:
    """Run a static program in a privileged container on a new network, and return its output."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(program, arcname="program")
    with closing(connect(paths.host)) as client:
        client.api.import_image_from_data(packed.getvalue(), "trial", "1")
        client.networks.create("trial")
        output = client.containers.run("trial:1", ["/program", "version"], privileged=True, network="trial")
        client.containers.create("trial:1", ["/program", "version"], name="left-behind")
    return str(output.decode())


def start_and_stop(paths: EnginePaths, program: Path) -> dict[str, Any]:
    """Start, use and stop an engine."""
    before = observe(paths)
    first = engine.ensure(StepRecorder(), paths)
    second = engine.ensure(StepRecorder(), paths)
    try:
        output = run_privileged(paths, program)
        during = observe(paths)
    finally:
        stopped = engine.stop(StepRecorder(), paths)
    return {
        "ours": first.started_by_us,
        "same_engine": second == first,
        "output": output,
        "stopped": stopped,
        "found": engine.find(paths) is not None,
        "before": before,
        "during": during,
        "after": observe(paths),
    }


def kill(paths: EnginePaths, _: Path) -> dict[str, Any]:
    """Kill an engine, start another one with the same files, and stop that one."""
    before = observe(paths)
    first = engine.ensure(StepRecorder(), paths)
    record = read_record(paths)
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    os.waitpid(record.pid, 0)
    second = engine.ensure(StepRecorder(), paths)
    engine.stop(StepRecorder(), paths)
    return {"ours": first.started_by_us and second.started_by_us, "before": before, "after": observe(paths)}


def full_disk(paths: EnginePaths, _: Path) -> dict[str, Any]:
    """Build an image of 40 MB in an engine with a disk of 24 MB."""
    paths.data.mkdir(parents=True)
    process.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(paths.data)], timeout=20)
    context = paths.root.parent / "context"
    context.mkdir()
    (context / "Dockerfile").write_text("FROM scratch\nCOPY big /\n")
    (context / "big").write_bytes(bytes(40 << 20))
    engine.ensure(StepRecorder(), paths)
    try:
        builder.build(Build("full", context, tag="full:1"), paths.host)
    except LocalcloudError as error:
        return {"message": error.message, "hint": error.hint}
    finally:
        engine.stop(StepRecorder(), paths)
    return {}


def invalid_data(paths: EnginePaths, _: Path) -> dict[str, Any]:
    """Start an engine whose data directory is a file."""
    paths.root.mkdir(parents=True)
    paths.data.write_text("a file")
    try:
        engine.ensure(StepRecorder(), paths)
    except LocalcloudError as error:
        return {"message": error.message, "log": error.log_tail}
    finally:
        engine.stop(StepRecorder(), paths)
    return {}


SCENARIOS = {
    "start_and_stop": start_and_stop,
    "kill": kill,
    "full_disk": full_disk,
    "invalid_data": invalid_data,
}

if __name__ == "__main__":
    directory = Path(sys.argv[1])
    where = EnginePaths(directory / "engine", directory / "docker.sock", directory / "exec")
    sys.stdout.write(json.dumps(SCENARIOS[sys.argv[2]](where, Path(sys.argv[3]))))
