"""The one door to subprocesses."""

from __future__ import annotations

import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from seatrial.errors import OutsideError
from seatrial.process import Stop, run, tail

PYTHON = sys.executable


def test_it_gives_what_was_printed() -> None:
    """Both streams, and the exit code."""
    done = run(
        [PYTHON, "-c", "import sys; print('out'); sys.stdout.flush(); print('err', file=sys.stderr)"],
        timeout=20,
    )
    assert (done.code, done.output) == (0, "out\nerr\n")


def test_it_gives_stdout_alone_where_asked() -> None:
    """What is parsed holds no warning."""
    code = "import sys; print('out'); print('err', file=sys.stderr)"
    assert run([PYTHON, "-c", code], timeout=20, separate_stderr=True).output == "out\n"


def test_a_failure_carries_the_logs_end_and_no_argument() -> None:
    """What a command said last is told; what it was given, which may be secret, is not."""
    code = "print('\\n'.join(map(str, range(100)))); raise SystemExit(3)"
    with pytest.raises(OutsideError, match="ended with 3") as caught:
        run([PYTHON, "-c", code, "hush"], timeout=20)
    assert caught.value.log.splitlines()[-1] == "99"
    assert len(caught.value.log.splitlines()) == 30
    assert "hush" not in caught.value.message


def test_a_failure_can_be_an_answer() -> None:
    """Who only asks gets the code."""
    assert run([PYTHON, "-c", "raise SystemExit(1)"], timeout=20, check=False).code == 1


def test_a_command_that_is_not_there_is_named_with_the_cure() -> None:
    """A missing tool is the reader's to install."""
    with pytest.raises(OutsideError, match="no-such-tool is not installed") as caught:
        run(["no-such-tool"], timeout=5)
    assert "make doctor" in caught.value.hint


def test_a_command_that_hangs_is_ended() -> None:
    """Every wait has a deadline, and what was printed until then is told."""
    start = time.monotonic()
    code = "import time; print('so far', flush=True); time.sleep(60)"
    with pytest.raises(OutsideError, match="no result within 1 s") as caught:
        run([PYTHON, "-c", code], timeout=1)
    assert time.monotonic() - start < 20
    assert caught.value.log == "so far"


@pytest.mark.parametrize("moment", ["before it begins", "while it runs"])
def test_a_command_is_ended_early_by_whoever_waits_for_it(moment: str) -> None:
    """Asked to stop, it ends as by a signal: long before its time, whenever it was asked."""
    stop, code = Stop(), "import time; time.sleep(60)"
    start = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        if moment == "before it begins":
            stop.now()
        running = pool.submit(run, [PYTHON, "-c", code], timeout=50, check=False, stop=stop)
        stop.now()
        assert running.result().code == -signal.SIGTERM
    assert time.monotonic() - start < 40


def test_no_command_waits_for_somebody_to_type() -> None:
    """Standard input is empty unless given."""
    code = "import sys; print(repr(sys.stdin.read()))"
    assert run([PYTHON, "-c", code], timeout=20).output == "''\n"
    assert run([PYTHON, "-c", code], timeout=20, stdin="x").output == "'x'\n"


def test_the_logs_end_is_its_last_lines() -> None:
    """Blank lines at the end are not worth a reader's line."""
    assert tail("a\nb\nc\n\n", 2) == "b\nc"
