"""Starts and stops an engine in a network and mount namespace of its own, and prints what it saw as JSON.

Run by the tests as `unshare --net --mount python engine_trial.py <folder> <trial> <program>`: filter rules
and links are then those of this engine alone; what others do on the machine meanwhile is not counted.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from localcloud import engine, process
from localcloud.engine import traces as engine_traces
from localcloud.engine.connection import connect
from localcloud.engine.home import EngineHome, read_record
from localcloud.errors import LocalcloudError
from localcloud.images import builder
from localcloud.images.builder import Build


class Silent:
    """A report that nobody reads."""

    @contextmanager
    def step(self, _: str) -> Iterator[None]:
        """Say nothing."""
        yield

    def line(self, text: str) -> None:
        """Say nothing."""


def counted(home: EngineHome) -> dict[str, Any]:
    """Return what can be seen of an engine from outside."""
    return {
        "links": engine_traces.links(),
        "mounts": Path("/proc/self/mountinfo").read_text().count(str(home.root.parent)),
        "rules": [line for family in engine_traces.FAMILIES for line in rules(family)],
        "processes": len(processes(home)),
        "files": [path.name for path in home.root.parent.iterdir() if path.suffix != ".lock"],
        "forwarding": engine_traces.look().forwarding,
    }


def rules(family: str) -> list[str]:
    """Return rules, chains of somebody's own, and policies that refuse."""
    saved = engine_traces.saved_rules(family)
    return [
        line
        for line in saved
        if line.startswith("-A") or (line.startswith(":") and not line.endswith(" ACCEPT"))
    ]


def processes(home: EngineHome) -> list[str]:
    """Return the commands of all processes that name this engine's folders."""
    marks = (str(home.root).encode(), str(home.exec_root).encode())
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if any(mark in words for mark in marks):
            found.append(words.decode(errors="replace"))
    return found


def privileged(home: EngineHome, program: Path) -> str:
    """Run a static program as a privileged container on a network of its own; return what it said."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(program, arcname="program")
    with closing(connect(home.host)) as client:
        client.api.import_image_from_data(packed.getvalue(), "trial", "1")
        client.networks.create("trial")
        said = client.containers.run("trial:1", ["/program", "version"], privileged=True, network="trial")
        client.containers.create("trial:1", ["/program", "version"], name="left-behind")
    return str(said.decode())


def cycle(home: EngineHome, program: Path) -> dict[str, Any]:
    """Start, use and stop an engine."""
    before = counted(home)
    first = engine.ensure(Silent(), home)
    again = engine.ensure(Silent(), home)
    try:
        said = privileged(home, program)
        during = counted(home)
    finally:
        stopped = engine.stop(Silent(), home)
    return {
        "ours": first.started_by_us,
        "again": again == first,
        "said": said,
        "stopped": stopped,
        "found": engine.find(home) is not None,
        "before": before,
        "during": during,
        "after": counted(home),
    }


def killed(home: EngineHome, _: Path) -> dict[str, Any]:
    """Kill an engine, start another over what it left, and stop that."""
    before = counted(home)
    first = engine.ensure(Silent(), home)
    victim = read_record(home)
    assert victim is not None
    os.kill(victim.pid, signal.SIGKILL)
    os.waitpid(victim.pid, 0)
    second = engine.ensure(Silent(), home)
    engine.stop(Silent(), home)
    return {"ours": first.started_by_us and second.started_by_us, "before": before, "after": counted(home)}


def full(home: EngineHome, _: Path) -> dict[str, Any]:
    """Build an image of 40 MB in an engine that has a disk of 24 MB."""
    home.data.mkdir(parents=True)
    process.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(home.data)], timeout=20)
    context = home.root.parent / "context"
    context.mkdir()
    (context / "Dockerfile").write_text("FROM scratch\nCOPY big /\n")
    (context / "big").write_bytes(bytes(40 << 20))
    engine.ensure(Silent(), home)
    try:
        builder.build(Build("full", context, tag="full:1"), home.host)
    except LocalcloudError as error:
        return {"message": error.message, "hint": error.hint}
    finally:
        engine.stop(Silent(), home)
    return {}


def broken(home: EngineHome, _: Path) -> dict[str, Any]:
    """Start an engine whose data folder is a file."""
    home.root.mkdir(parents=True)
    home.data.write_text("a file")
    try:
        engine.ensure(Silent(), home)
    except LocalcloudError as error:
        return {"message": error.message, "log": error.log_tail}
    finally:
        engine.stop(Silent(), home)
    return {}


if __name__ == "__main__":
    place = Path(sys.argv[1])
    trial = {"cycle": cycle, "full": full, "killed": killed, "broken": broken}[sys.argv[2]]
    where = EngineHome(place / "engine", place / "docker.sock", place / "exec")
    sys.stdout.write(json.dumps(trial(where, Path(sys.argv[3]))))
