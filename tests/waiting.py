"""Waiting for a condition instead of a time, so that no test depends on the machine's pace."""

import time
from collections.abc import Callable


def wait_for(condition: Callable[[], object], seconds: float = 30) -> object:
    """What the condition says once it says something true; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.1)
    return value
