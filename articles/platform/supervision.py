"""Keeps programs running. Called by `manage.py serve`.

It starts programs, restarts those that end, kills those that hang, and ends all of them together.
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
# A program that ends is started again after a pause, in seconds. The pause doubles each time, up to the longest. After
# a program has run for STEADY_SECONDS, its next pause is the first one again. Judgements: a program that was killed is
# back at once, and one that cannot start fills neither a processor nor the log.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
STEADY_SECONDS = 60.0
# Seconds between two checks for programs that have ended. A judgement: a check is a system call for each.
EXIT_CHECK_SECONDS = 0.2
# Seconds between two checks for programs that hang, and the number of checks in a row at which a program must be silent
# before it is killed. After this machine has slept, every program is silent for a moment. A judgement: twenty seconds
# are little beside the minutes after which a worker counts as silent (articles/models/heartbeat.py).
HANG_LOOK_SECONDS, HANG_LOOKS = 5.0, 4
# Seconds that programs have to end after SIGTERM; then they are killed. It is longer than gunicorn gives its requests.
STOP_SECONDS = 40.0
# An option of prctl(2).
PR_SET_PDEATHSIG = 1
# The library is loaded here because a process with threads may do little between fork and exec.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Pauses:
    """The pauses between attempts at something that keeps failing."""

    def __init__(self) -> None:
        self._next = FIRST_PAUSE

    def after(self, seconds_it_ran: float) -> float:
        """Returns the seconds to wait after an attempt that lasted `seconds_it_ran`."""
        if seconds_it_ran >= STEADY_SECONDS:
            self._next = FIRST_PAUSE
        pause, self._next = self._next, min(self._next * 2, LONGEST_PAUSE)
        return pause


@dataclass
class Program:
    """A program to keep running.

    name: the program's name in the log.
    command: the program and its arguments.
    is_silent: called with a process id and the seconds since the start; returns whether the process has given no sign
        of life for longer than it may. None for a program that gives none.
    silent_looks: the number of checks in a row at which it was silent.
    process: the running process; None while it does not run.
    started_at: the time of the last start, in seconds of the monotonic clock.
    due_at: the time of the next start while it does not run, in seconds of the monotonic clock.
    pauses: the pauses between its starts.
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
    """Runs programs until this process gets SIGTERM or SIGINT."""

    def __init__(self, programs: Sequence[Program], environment: Mapping[str, str]) -> None:
        self.programs, self.environment = programs, environment
        self._stopping = threading.Event()

    def run(self) -> None:
        """Runs the programs.

        Returns after SIGTERM or SIGINT, when every program has ended. Only the main thread may call it.
        """
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        watch = Keeper("a look for programs that hang", self._look_for_silence, HANG_LOOK_SECONDS)
        with watch:
            try:
                while not self._stopping.is_set():
                    for program in self.programs:
                        self._look(program)
                    self._stopping.wait(EXIT_CHECK_SECONDS)
            finally:
                self._end_all()
                for number, handler in before.items():
                    signal.signal(number, handler)

    def _stop(self, *_: object) -> None:
        self._stopping.set()

    def _look(self, program: Program) -> None:
        """Notices that a program has ended, and starts one that does not run once its pause is over.

        The pauses grow while the program keeps ending soon or cannot be started.
        """
        now = time.monotonic()
        if program.process is not None and (status := program.process.poll()) is not None:
            pause = program.pauses.after(now - program.started_at)
            program.process, program.due_at = None, now + pause
            # Status 0 is no error: the program of nightly work ends so once a night.
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
                LOGGER.error("%s cannot be started: %s; next attempt in %.0f s", program.name, error, pause)

    def _look_for_silence(self) -> None:
        """Kills programs that hang. `_look` then starts them again.

        It has its own thread, because the check may take long.
        """
        for program in self.programs:
            process, seconds = program.process, time.monotonic() - program.started_at
            if program.is_silent is None or process is None:
                program.silent_looks = 0
                continue
            program.silent_looks = program.silent_looks + 1 if program.is_silent(process.pid, seconds) else 0
            if program.silent_looks >= HANG_LOOKS and not self._stopping.is_set():
                program.silent_looks = 0
                LOGGER.error("%s hangs and is killed", program.name)
                # SIGKILL, because a stopped process or one that hangs may not react to SIGTERM.
                process.kill()

    def _end_all(self) -> None:
        """Asks all programs to end, waits up to STOP_SECONDS for them together, and kills those that still run."""
        running = [(program.name, program.process) for program in self.programs if program.process is not None]
        for _name, process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for name, process in running:
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                LOGGER.error("%s does not end and is killed", name)
                process.kill()
                process.wait()


class Keeper:
    """A thread that calls `check` every `seconds` as long as the block lasts.

    After an error it tries again after growing pauses.

    Use it as a context manager. `check` looks after something, mends it where it must, and raises when it cannot.
    """

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
        """Runs in the thread: calls `check` until the block ends, and logs its errors."""
        pauses = Pauses()
        wait = self.seconds
        while not self._stopping.wait(wait):
            try:
                self.check()
                wait, pauses = self.seconds, Pauses()
            except Exception as error:
                wait = pauses.after(0)
                LOGGER.error("%s: %s; next attempt in %.0f s", self.name, error, wait)


def end_with_parent() -> None:
    """Makes a new process get SIGTERM when its parent has ended, whether it was killed or not.

    Does nothing outside Linux.
    """
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def how_it_ended(status: int) -> str:
    """Returns in words how a program ended: with an exit status or by a signal.

    `status` is as in subprocess.Popen.returncode.
    """
    if status >= 0:
        return f"status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"ended by {name}: {signal.strsignal(-status) or 'an unknown signal'}"
