"""Start, draining and stop of the process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from app_process import AppProcess, serve, status_of
from classifier.errors import ClassifierError
from classifier.server.process import listen
from colours import photo, write_model
from seatrial.wait import until

GET = b"GET / HTTP/1.1\r\nHost: app\r\n\r\n"


def test_sigterm_completes_the_request_that_is_being_read(own_server: AppProcess) -> None:
    """After SIGTERM a half-sent request is read and answered; the process ends with code 0."""
    data = photo("red")
    head = b"POST /predict HTTP/1.1\r\nHost: app\r\nContent-Length: %d\r\n\r\n" % len(data)
    with own_server.connect(head + data[:100]) as connection, own_server.connect(GET) as idle:
        assert status_of(idle.recv(65536)) == 200
        own_server.process.terminate()
        assert idle.recv(1) == b""
        connection.sendall(data[100:])
        response = connection.makefile("rb").read()
    assert status_of(response) == 200
    assert b"Connection: close" in response
    assert json.loads(response.partition(b"\r\n\r\n")[2])["predictions"][0]["label"] == "red"
    assert own_server.process.wait(30) == 0


@pytest.mark.parametrize("app", ["", "unit.classifier.server.stopping_app:application"])
def test_requests_that_arrive_with_sigterm_are_answered(model_dir: Path, tmp_path: Path, app: str) -> None:
    """Connections that only the system has accepted when the signal comes get their responses.

    Also if the server gets no processor time in the pause in which it accepts the last ones.
    """
    with serve(model_dir, tmp_path, app=app) as server, ExitStack() as stack:
        server.process.send_signal(signal.SIGSTOP)
        clients = [stack.enter_context(server.connect(GET)) for _ in range(30)]
        server.process.terminate()
        server.process.send_signal(signal.SIGCONT)
        assert [status_of(client.makefile("rb").read()) for client in clients] == [200] * 30
        assert server.process.wait(30) == 0


def test_no_connection_is_accepted_after_sigterm(own_server: AppProcess) -> None:
    """While the last requests are completed, new connections are refused."""
    with own_server.connect(GET[:20]), own_server.connect() as idle:
        own_server.process.terminate()
        assert idle.recv(1) == b""

        def refused() -> bool | None:
            with socket.socket() as attempt:
                return True if attempt.connect_ex(("127.0.0.1", own_server.port)) else None

        until("end of listening", refused, 10, every=0.05)
        assert own_server.process.poll() is None


def test_connections_are_closed_while_draining(own_server: AppProcess) -> None:
    """While the drain file exists, every response closes its connection, those of the server too."""
    (own_server.log_file.parent / "draining").touch()
    assert own_server.get("/").headers["Connection"] == "close"
    assert own_server.get("/readyz").status_code == 503
    assert own_server.probe("/readyz").status_code == 503
    assert own_server.probe("/livez").status_code == 200
    with requests.Session() as session:
        assert session.post(f"{own_server.url}/nowhere", timeout=30).headers["Connection"] == "close"


def test_connection_is_kept(server: AppProcess) -> None:
    """Without the drain file a connection serves several requests."""
    with requests.Session() as session:
        assert session.get(server.url, timeout=30).headers["Connection"] == "keep-alive"
        assert session.get(server.url, timeout=30).text == "Healthy"


def test_failed_start_is_one_line(tmp_path: Path) -> None:
    """A port in use and a changed model end the process with code 1 and one line with the reason."""
    write_model(tmp_path / "good")
    write_model(tmp_path / "changed")
    (tmp_path / "changed" / "labels.txt").write_text("cat\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for model, reason in (
            ("good", f"cannot listen on port {port}: "),
            ("changed", "labels.txt: expected"),
        ):
            code, log = run({"APP_MODEL_DIR": str(tmp_path / model), "PORT": port})
            assert (code, len(log)) == (1, 1)
            assert reason in json.loads(log[0])["message"]


def test_port_that_is_in_use_for_ipv6_alone_is_refused() -> None:
    """The server would otherwise be out of reach for clients with IPv6, and nothing would say so."""
    with (
        socket.create_server(("::", 0), family=socket.AF_INET6) as taken,
        pytest.raises(ClassifierError, match="cannot listen on port"),
    ):
        listen(taken.getsockname()[1])


def test_invalid_setting_is_one_line(tmp_path: Path) -> None:
    """An invalid setting ends the process with code 1 and one line that names the variable."""
    code, log = run({"APP_MODEL_DIR": str(tmp_path), "APP_QUEUE": "many"})
    assert (code, len(log)) == (1, 1)
    assert "APP_QUEUE: invalid value 'many'" in json.loads(log[0])["message"]


def run(environ: dict[str, str]) -> tuple[int, list[str]]:
    """Run the server with these settings until it ends; return its exit code and its lines."""
    done = subprocess.run(
        [sys.executable, "-m", "classifier.server"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[4] / "src"), **environ},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, [*done.stdout.splitlines(), *done.stderr.splitlines()]
