"""Shifts the clock of a Python process, as on a machine whose clock is put forward or back.

Python imports this file at its start if the folder is in PYTHONPATH. The environment variable CLOCK_SHIFT names a file
with the shift in seconds, which may change at any time.
"""

import datetime
import os
import threading
import time

import time_machine

_SECONDS_BETWEEN_LOOKS = 0.1
_begun, _since = time.time(), time.monotonic()
_clock = time_machine.travel(_begun, tick=True).start()


def _follow() -> None:
    last = None
    while True:
        with open(os.environ["CLOCK_SHIFT"]) as file:
            shift = float(file.read() or 0)
        if shift != last:
            real = _begun + time.monotonic() - _since
            _clock.move_to(datetime.datetime.fromtimestamp(real + shift, datetime.UTC))
            last = shift
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def _begin() -> None:
    threading.Thread(target=_follow, daemon=True).start()


_begin()
os.register_at_fork(after_in_child=_begin)
