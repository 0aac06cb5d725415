"""Keeps programs running: starts them, starts those again that end, kills those that hang, and ends all of them together.
`manage.py serve` calls it.
"""

import ctypes
import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

LOGGER = logging.getLogger(__name__)
# A program that ends is started again after a pause. The pause doubles each time, up to the longest, and is the first one again
# for a program that has run for so long. Seconds.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
STEADY_SECONDS = 60.0
# Seconds between two looks at the programs.
LOOK_SECONDS = 0.2
# Seconds between two looks for programs that hang, and how many of them in a row must find one silent: after this machine has slept,
# every program is silent for a moment.
HANG_LOOK_SECONDS, HANG_LOOKS = 5.0, 4
# Seconds that programs have to end when they are told to, longer than gunicorn gives its requests; then they are killed.
STOP_SECONDS = 40.0
# Of prctl(2).
PR_SET_PDEATHSIG = 1
# Loaded here: between fork and exec, beside threads, a process may do little.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Pauses:
    """How long to wait before the next attempt at something that keeps failing."""

    def __init__(self) -> None:
        self._next = FIRST_PAUSE

    def after(self, seconds_it_ran: float) -> float:
        """The seconds to wait after an attempt that lasted so long."""
        if seconds_it_ran >= STEADY_SECONDS:
            self._next = FIRST_PAUSE
        pause, self._next = self._next, min(self._next * 2, LONGEST_PAUSE)
        return pause


@dataclass
class Program:
    """A program to keep running.

    `name` is what the log calls it. `command` is the program and its arguments. `process` is none before the first start.
    `is_silent` says whether a process of it, with a given number and running for so many seconds, has not been heard of for
    longer than it may; none for a program that cannot be asked. `silent_looks` is how often in a row it said so.
    `started_at` and `due_at` (when to start it, while it does not run) are seconds of the monotonic clock.
    """

    name: str
    command: Sequence[str]
    is_silent: Callable[[int, float], bool] | None = None
    silent_looks: int = 0
    process: subprocess.Popen | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    pauses: Pauses = field(default_factory=Pauses)


class Supervisor:
    """Runs programs until this process is told to stop (SIGTERM, SIGINT)."""

    def __init__(self, programs: Sequence[Program], environment: Mapping[str, str]) -> None:
        self.programs, self.environment = programs, environment
        self._stopping = threading.Event()

    def run(self) -> None:
        """Returns when it was told to stop and every program has ended. Must be called by the main thread."""
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        watch = Keeper("a look for programs that hang", self._look_for_silence, HANG_LOOK_SECONDS)
        with watch:
            try:
                while not self._stopping.is_set():
                    for program in self.programs:
                        self._look(program)
                    self._stopping.wait(LOOK_SECONDS)
            finally:
                self._end_all()
                for number, handler in before.items():
                    signal.signal(number, handler)

    def _stop(self, *_: object) -> None:
        self._stopping.set()

    def _look(self, program: Program) -> None:
        now = time.monotonic()
        if program.process is not None and (status := program.process.poll()) is not None:
            pause = program.pauses.after(now - program.started_at)
            program.process, program.due_at = None, now + pause
            # The night's work ends well once a night.
            level = logging.ERROR if status else logging.INFO
            LOGGER.log(level, "%s ended with status %s and is started again in %.0f s", program.name, status, pause)
        if program.process is None and now >= program.due_at:
            program.started_at = now
            try:
                program.process = subprocess.Popen(
                    program.command, env=dict(self.environment), preexec_fn=end_with_parent
                )
            except OSError as error:
                program.due_at = now + (pause := program.pauses.after(0))
                LOGGER.error("%s cannot be started: %s; again in %.0f s", program.name, error, pause)

    def _look_for_silence(self) -> None:
        """Kills what hangs, which `_look` then starts again. Runs in a thread of its own: to ask may take long."""
        for program in self.programs:
            process, seconds = program.process, time.monotonic() - program.started_at
            if program.is_silent is None or process is None:
                program.silent_looks = 0
                continue
            program.silent_looks = program.silent_looks + 1 if program.is_silent(process.pid, seconds) else 0
            if program.silent_looks >= HANG_LOOKS and not self._stopping.is_set():
                program.silent_looks = 0
                LOGGER.error("%s hangs and is killed", program.name)
                # It may be stopped, or deaf to anything softer.
                process.kill()

    def _end_all(self) -> None:
        running = [program for program in self.programs if program.process is not None]
        for program in running:
            program.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for program in running:
            try:
                program.process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                LOGGER.error("%s does not end and is killed", program.name)
                program.process.kill()
                program.process.wait()


class Keeper:
    """A thread that looks after something again and again: `check` mends it where it must, and raises when it cannot."""

    def __init__(self, name: str, check: Callable[[], None], seconds: float) -> None:
        self.name, self.check, self.seconds = name, check, seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=name, daemon=True)

    def __enter__(self) -> "Keeper":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(STOP_SECONDS)

    def _keep(self) -> None:
        pauses = Pauses()
        wait = self.seconds
        while not self._stopping.wait(wait):
            try:
                self.check()
                wait, pauses = self.seconds, Pauses()
            except Exception as error:
                wait = pauses.after(0)
                LOGGER.error("%s: %s; tried again in %.0f s", self.name, error, wait)


def end_with_parent() -> None:
    """In a new process: it is told to stop when its parent is gone, killed or not. Where that can be asked for, on Linux."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def how_it_ended(status: int) -> str:
    """In words how a program of this status (subprocess.Popen.returncode) ended: which signal ended it, if one did."""
    if status >= 0:
        return f"status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"ended by {name}: {signal.strsignal(-status) or 'an unknown signal'}"
