"""What work costs, told so that a busy machine changes no verdict."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

RUNAWAY = 40.0
"""Seconds of processor time. Work that grows with its input takes less than two here; what grows
with its square takes minutes."""


@contextmanager
def no_runaway() -> Iterator[None]:
    """Fails a block whose cost has run away; tells nothing about its speed."""
    begun = time.process_time()
    yield
    assert time.process_time() - begun < RUNAWAY


def calls(work: Callable[[], object]) -> int:
    """How many calls, of Python and of C, `work` makes: the same on every machine."""
    count = 0

    def one(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(one)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
