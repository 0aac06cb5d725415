"""Waits for a condition instead of a fixed time, so that no test depends on the machine's speed."""

import time
from collections.abc import Callable


def wait_for(condition: Callable[[], object], seconds: float = 30) -> object:
    """Returns the condition's value once it is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.1)
    return value
