"""A process that tries what a model's code could try, confined or not, and prints what succeeded.

`python hostile_process.py TARGETS`: a JSON object with what to attack. Standard library only, because the
confinement comes first.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from seatrial.model.inference.confinement import FILE_BYTES, confine

PROCESS_VM_READV = {"x86_64": 310, "aarch64": 270}
IO_URING_SETUP = 425


class Attempts:
    """Each method is an attempt on the targets; it raises OSError or ValueError if it is refused."""

    def __init__(self, targets: Mapping[str, Any]) -> None:
        self.targets = targets
        self.folder = Path(targets["folder"])

    def read_the_environment_of_the_parent(self) -> None:
        """Read the variables of the process that started this one."""
        Path(f"/proc/{os.getppid()}/environ").read_bytes()

    def read_the_memory_of_the_parent(self) -> None:
        """Read from an address of the parent; it may be invalid, but not refused."""
        buffer = ctypes.create_string_buffer(8)
        parts = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 8)
        system_call(PROCESS_VM_READV[os.uname().machine], os.getppid(), parts, 1, parts, 1, 0)

    def connect_to_loopback(self) -> None:
        """Open a TCP connection to a server on this machine."""
        socket.create_connection(("127.0.0.1", self.targets["port"]), timeout=5).close()

    def send_a_datagram(self) -> None:
        """Send a UDP datagram to this machine."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"x", ("127.0.0.1", self.targets["port"]))

    def connect_to_a_unix_socket(self) -> None:
        """Connect to a socket in the file system, such as that of the container engine."""
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(self.targets["unix_socket"])

    def create_an_io_uring(self) -> None:
        """Create a queue for system calls, which can open sockets; invalid arguments are not a refusal."""
        system_call(IO_URING_SETUP, 1, None)

    def read_another_file(self) -> None:
        """Read a file that is not part of the task."""
        (self.folder / "secret").read_bytes()

    def write_another_file(self) -> None:
        """Change a file that is not part of the task."""
        (self.folder / "secret").open("ab").close()

    def create_a_file_outside(self) -> None:
        """Create a file next to it."""
        (self.folder / "created").touch()

    def create_a_file_here(self) -> None:
        """Create a file in the working directory; a number of them would fill the disk."""
        Path("created").touch()

    def change_the_model(self) -> None:
        """Write to a file of the model."""
        (self.folder / "model" / "labels.txt").open("ab").close()

    def remove_the_model(self) -> None:
        """Rename a file of the model, and back."""
        source = self.folder / "model" / "labels.txt"
        source.rename(source.with_suffix(".old")).rename(source)

    def run_a_program(self) -> None:
        """Start another program."""
        subprocess.run(["/bin/true"], check=True)

    def start_a_process(self) -> None:
        """Start a child that would outlive the deadline."""
        if (child := os.fork()) == 0:
            os._exit(0)
        os.waitpid(child, 0)

    def signal_the_parent(self) -> None:
        """Send a signal to the process that started this one."""
        os.kill(os.getppid(), 0)

    def read_an_inherited_descriptor(self) -> None:
        """Read from a descriptor that the parent has open."""
        os.read(self.targets["descriptor"], 1)

    def raise_a_limit(self) -> None:
        """Raise the size limit of files again."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES * 2, FILE_BYTES * 2))


def system_call(number: int, *arguments: Any) -> None:
    """Call the kernel; raise OSError only if it refuses."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(number, *arguments) < 0:
        error = ctypes.get_errno()
        if error in (1, 13, 38):
            raise OSError(error, os.strerror(error))


def outcome(attempt: Callable[[], None]) -> str:
    """Return `succeeded`, or how an attempt was refused."""
    try:
        attempt()
    except (OSError, ValueError) as error:
        return f"refused: {error}"
    return "succeeded"


def main() -> None:
    """Confine this process if the targets ask for it, try everything, and print the outcomes."""
    targets = json.loads(sys.argv[1])
    report: dict[str, Any] = {}
    if targets["confined"]:
        report["confinement"] = confine([Path(targets["folder"]) / "model"], 60).model_dump()
    report["environment"] = dict(os.environ)
    attempts = Attempts(targets)
    for name in (name for name in vars(Attempts) if not name.startswith("_")):
        report[name] = outcome(getattr(attempts, name))
    thread = threading.Thread(target=lambda: report.update(thread="started"))
    thread.start()
    thread.join()
    report["core"] = resource.getrlimit(resource.RLIMIT_CORE)
    report["status"] = Path("/proc/self/status").read_text()
    sys.stdout.write(json.dumps(report) + "\n" + "x" * targets.get("output_bytes", 0))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
