"""Decodes at once stay within the memory of the process."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from imagemodel.decode.budget import SMALL, Budget, Limits
from imagemodel.decode.formats import read_photo
from imagemodel.errors import BusyError
from large_photos import LARGE_PHOTOS

PHOTO = read_photo(LARGE_PHOTOS["PNG RGB"]((64, 48)))
LARGE = SMALL + 1
TOTAL = 2 * LARGE


@pytest.fixture
def budget() -> Budget:
    """A budget of two large decodes, for which one more may wait."""
    return Budget(Limits(max_bytes=TOTAL), max_waiting=1)


def waiting(budget: Budget, started: threading.Event) -> Callable[[], None]:
    """Return a decode of a large photo that sets `started` when its memory is granted."""

    def run() -> None:
        with budget.reserve(PHOTO, LARGE):
            started.set()

    return run


def until_waiting(budget: Budget, count: int) -> None:
    """Return once `count` decodes wait."""
    deadline = threading.Event()
    while len(budget._waiting) < count:
        deadline.wait(0.001)


def test_decode_waits_until_memory_is_free(budget) -> None:
    """A third large decode starts when one of two has ended, not before."""
    started = threading.Event()
    with ThreadPoolExecutor(1) as pool, ExitStack() as held:
        held.enter_context(budget.reserve(PHOTO, LARGE))
        with budget.reserve(PHOTO, LARGE):
            done = pool.submit(waiting(budget, started))
            until_waiting(budget, 1)
            assert not started.is_set()
        done.result(timeout=30)
        assert started.is_set()


def test_further_decode_is_refused_while_one_waits(budget) -> None:
    """With all memory taken and one decode waiting, a further large one raises BusyError with a hint."""
    with ThreadPoolExecutor(1) as pool, budget.reserve(PHOTO, TOTAL):
        done = pool.submit(waiting(budget, threading.Event()))
        until_waiting(budget, 1)
        with pytest.raises(BusyError) as error, budget.reserve(PHOTO, LARGE):
            pass
        assert "retry" in error.value.hint
    done.result(timeout=30)


def test_small_decode_never_waits(budget) -> None:
    """A small photo is decoded while large ones have all memory and one waits."""
    with ThreadPoolExecutor(1) as pool, budget.reserve(PHOTO, TOTAL):
        done = pool.submit(waiting(budget, threading.Event()))
        until_waiting(budget, 1)
        with budget.reserve(PHOTO, SMALL):
            pass
    done.result(timeout=30)


def test_memory_is_given_back_after_an_error(budget) -> None:
    """A decode that fails gives its memory back."""
    for _ in range(3):
        with pytest.raises(ValueError, match="damaged"), budget.reserve(PHOTO, TOTAL):
            raise ValueError("damaged")
    with budget.reserve(PHOTO, TOTAL):
        pass
