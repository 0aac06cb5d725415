"""Runs a job over values in worker processes, each value within a budget of processor time and memory.

Ingest uses it to prepare documents, and extraction to read edited texts. A value that exceeds its budget ends its
worker, which is replaced. The values before and after it are not lost. Workers never use the database.
"""

import gc
import os
import pickle
import resource
import signal
import struct
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, ForkProcess, ForkServerContext, ForkServerProcess
from multiprocessing.reduction import DupFd
from typing import Any, Protocol

import django
from django.apps import apps
from django.conf import settings

from articles.platform.messages import Message

# The signal that the timer of processor time sends (setitimer(2), ITIMER_PROF). Its default action ends the process,
# even inside a regular expression that never returns to Python.
_OUT_OF_TIME = signal.SIGPROF
# A worker hangs if it makes no progress for this many times the budget of processor time, measured by the clock. With
# 20 seconds that is ten minutes. A judgement: on a busy machine a process may get a tenth of a processor or less; the
# budget itself ends what computes, so that only a process that waits for ever runs into this.
_CLOCK_SECONDS_A_SECOND = 30
# Seconds between two looks at whether a worker has an outcome or is gone. An outcome ends the wait at once, so the
# number only says how often `waiting` is called.
_SECONDS_BETWEEN_LOOKS = 1.0
# The number of attempts at a value whose worker was killed from outside: by an operator, or by a system short of
# memory. A second one shows whether the value was the reason.
_MOST_TRIALS = 2
# Thresholds of the garbage collector (gc.set_threshold) for jobs and for a long run of ingest. Jobs make no reference
# cycles, and looking for them costs a tenth of the time.
GC_THRESHOLDS = 200_000, 50, 50
# The header of a pickled outcome: its length in bytes.
_LENGTH_HEADER = struct.Struct("<Q")
# Modules that the fork server imports once, so that its workers start with them loaded.
_PRELOADED = ["articles.platform.warm"]


@dataclass(frozen=True)
class Budget:
    """What one value may cost.

    seconds: processor time of the worker, user and system, in seconds.
    memory: private writable memory in bytes, beyond what the worker held before it read its first value (RLIMIT_DATA).
        Only Linux enforces this limit.
    """

    seconds: float
    memory: int

    @classmethod
    def of_a_document(cls) -> "Budget":
        """Returns the budget that the settings give a document."""
        return cls(settings.ARCHIVE_DOCUMENT_SECONDS, settings.ARCHIVE_DOCUMENT_MEMORY)


@dataclass(frozen=True)
class Exceeded:
    """The outcome of a value that exceeded its budget, or whose worker died of it.

    reason: one line for people.
    """

    reason: Message


class Job(Protocol):
    """The work of a worker.

    Jobs inherit from it. A job must be picklable, because it may be sent to another process.
    """

    def __call__(self, value: Any) -> Any:
        """Returns the result for one value. Runs within the budget."""

    def finish(self, results: Sequence[Any]) -> bool:
        """Receives the results of a whole batch, outside the budget. What it returns becomes `Batch.finished`."""
        return True


@dataclass(frozen=True)
class Batch:
    """A batch of values with their outcomes.

    values: the values, in the order of the input.
    outcomes: a result or Exceeded for each value.
    finished: the return value of `Job.finish`; False where a worker had to be replaced during the batch.
    """

    values: Sequence[Any]
    outcomes: Sequence[Any]
    finished: bool


class BoundedWorkers:
    """Worker processes that share the batches of one run. Use it as a context manager.

    A worker starts with its first batch. `count` is the number of workers. `ahead` is the number of batches that each
    may have before the caller has fetched their results; with 0 the caller waits for every batch. `waiting` is called
    repeatedly while the caller waits for a worker that is within its budget.
    """

    def __init__(
        self, job: Job, budget: Budget, count: int = 1, ahead: int = 0, waiting: Callable[[], None] = lambda: None
    ) -> None:
        self._ahead = ahead * count
        self._workers = [_Worker(job, budget, ahead + 1, waiting) for _ in range(count)]

    def __enter__(self) -> "BoundedWorkers":
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the processes. The next value starts new ones."""
        for worker in self._workers:
            worker.stop()

    def map(self, batches: Iterable[Sequence[Any]]) -> Iterator[Batch]:
        """Yields the outcomes of every batch, in the order of the input.

        Raises whatever the job raised, except MemoryError, and OSError where a temporary file cannot be written.
        """
        running: deque[tuple[_Worker, _Task]] = deque()
        for number, batch in enumerate(batches):
            worker = self._workers[number % len(self._workers)]
            running.append((worker, worker.send(batch)))
            if len(running) > self._ahead:
                yield _collected(running)
        while running:
            yield _collected(running)

    def run(self, value: Any) -> Any:
        """Returns the outcome for one value: the job's result, or Exceeded."""
        return next(self.map([[value]])).outcomes[0]


def _collected(running: "deque[tuple[_Worker, _Task]]") -> Batch:
    worker, task = running.popleft()
    return worker.collect(task)


@dataclass
class _Task:
    """A batch that a worker has.

    values: the values of the batch.
    slot: the index of the spools through which values and outcomes pass.
    outcomes: the outcomes so far.
    died_at: the index of the value at which a worker was killed last; -1 before that.
    trials: the number of times that a worker was killed at that value.
    was_interrupted: whether a worker died during the batch.
    """

    values: Sequence[Any]
    slot: int
    outcomes: list[Any] = field(default_factory=list)
    died_at: int = -1
    trials: int = 0
    was_interrupted: bool = False


class _Spool:
    """A nameless temporary file that two processes share.

    Values pass through it, and neither process waits for the other.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        if descriptor is None:
            with tempfile.TemporaryFile() as file:
                descriptor = os.dup(file.fileno())
        self._descriptor = descriptor

    def __reduce__(self) -> tuple[object, ...]:
        return _opened_spool, (DupFd(self._descriptor),)

    def fileno(self) -> int:
        """Returns the descriptor of the file, which a child process inherits."""
        return self._descriptor

    @property
    def size(self) -> int:
        """Returns the number of bytes in the file."""
        return os.fstat(self._descriptor).st_size

    def replace(self, content: bytes) -> None:
        """Writes `content` instead of what the file holds."""
        os.ftruncate(self._descriptor, 0)
        self.append(content)

    def append(self, content: bytes) -> None:
        """Writes `content` after what the file holds."""
        left, offset = memoryview(content), self.size
        while left:
            written = os.pwrite(self._descriptor, left, offset)
            left, offset = left[written:], offset + written

    def read(self) -> bytes:
        """Returns all that the file holds, whatever the descriptor's position."""
        parts, offset = [], 0
        while part := os.pread(self._descriptor, 1 << 24, offset):
            parts.append(part)
            offset += len(part)
        return b"".join(parts)

    def close(self) -> None:
        """Closes this process's descriptor. The file goes with the last one."""
        os.close(self._descriptor)


def _opened_spool(duplicate: Any) -> _Spool:
    return _Spool(duplicate.detach())


class _Worker:
    """A place for a worker process: the process that fills it now, and its batches, oldest first."""

    def __init__(self, job: Job, budget: Budget, slots: int, waiting: Callable[[], None]) -> None:
        self._job, self._budget, self._waiting = job, budget, waiting
        self._tasks: deque[_Task] = deque()
        # A slot is a pair of spools: one for the values of a batch, one for its outcomes.
        self._slots = slots
        self._free = deque(range(slots))
        self._inputs: list[_Spool] = []
        self._outputs: list[_Spool] = []
        self._is_running = False
        # Set only while `_is_running`.
        self._process: ForkProcess | ForkServerProcess
        self._connection: Connection

    def send(self, values: Sequence[Any]) -> _Task:
        """Gives a batch to the worker."""
        task = _Task(values, self._free.popleft())
        self._tasks.append(task)
        if not self._is_running:
            self._start()
        self._hand_over(task)
        return task

    def collect(self, task: _Task) -> Batch:
        """Waits for the worker's oldest batch, which is `task`. A worker that dies of a value is replaced."""
        while True:
            answer = self._answer(task)
            task.outcomes += self._new_outcomes(task)
            if answer is not None:
                self._tasks.popleft()
                break
            self._blame(task)
            if len(task.outcomes) == len(task.values):
                self._tasks.popleft()
                self._replace()
                break
            self._replace()
        self._free.append(task.slot)
        if isinstance(answer, Exception):
            raise answer
        for outcome in task.outcomes:
            if isinstance(outcome, _Raised):
                raise outcome.error
        return Batch(task.values, task.outcomes, bool(answer) and not task.was_interrupted)

    def stop(self) -> None:
        """Ends the worker's process and closes its spools."""
        self._end_process()
        for spool in (*self._inputs, *self._outputs):
            spool.close()
        self._inputs, self._outputs = [], []

    def _start(self) -> None:
        """Starts a worker process, and makes the spools first where there are none.

        The process is forked where that is safe, and otherwise comes from a fork server.
        """
        if not self._inputs:
            self._inputs = [_Spool() for _ in range(self._slots)]
            self._outputs = [_Spool() for _ in range(self._slots)]
        # A process with several threads must not be forked: a lock that another thread holds would never be released.
        is_forked = threading.active_count() == 1
        context: ForkContext | ForkServerContext
        if is_forked:
            context = get_context("fork")
        else:
            context = get_context("forkserver")
            context.set_forkserver_preload(_PRELOADED)
        our_end, worker_end = context.Pipe()
        # A process of the fork server must set Django up before it unpickles the job.
        job = self._job if is_forked else pickle.dumps(self._job)
        arguments = (worker_end, self._inputs, self._outputs, job, self._budget)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        worker_end.close()
        self._connection = our_end
        self._is_running = True

    def _end_process(self) -> None:
        if self._is_running:
            self._connection.close()
            self._process.kill()
            self._process.join()
            self._process.close()
            self._is_running = False

    def _replace(self) -> None:
        """Starts a new process, which continues with the values that have no outcome yet."""
        self._end_process()
        if self._tasks:
            self._start()
            for task in self._tasks:
                self._hand_over(task)

    def _hand_over(self, task: _Task) -> None:
        self._outputs[task.slot].replace(b"")
        self._inputs[task.slot].replace(pickle.dumps(task.values[len(task.outcomes) :], pickle.HIGHEST_PROTOCOL))
        # A dead worker is noticed later, in `_answer`.
        with suppress(OSError):
            self._connection.send(task.slot)

    def _answer(self, task: _Task) -> bool | Exception | None:
        """Waits for what `Job.finish` returned or raised for the batch; None if the worker died before."""
        output, patience = self._outputs[task.slot], _CLOCK_SECONDS_A_SECOND * self._budget.seconds
        size, progress_at = 0, time.monotonic()
        while True:
            try:
                if self._connection.poll(_SECONDS_BETWEEN_LOOKS):
                    return self._connection.recv()
            except (EOFError, OSError):
                self._process.join()
                return None
            if output.size != size:
                size, progress_at = output.size, time.monotonic()
            elif time.monotonic() - progress_at > patience:
                self._end_value()
            self._waiting()

    def _end_value(self) -> None:
        """Tells the worker that the time of its present value is over."""
        if self._process.pid is not None:
            os.kill(self._process.pid, _OUT_OF_TIME)

    def _new_outcomes(self, task: _Task) -> list[Any]:
        """Returns the complete outcomes in the output of a batch, in order of its values.

        Each is pickled, after its length.
        """
        content, offset, results = self._outputs[task.slot].read(), 0, []
        while offset + _LENGTH_HEADER.size <= len(content):
            start = offset + _LENGTH_HEADER.size
            offset = start + _LENGTH_HEADER.unpack_from(content, offset)[0]
            # The worker may have been killed while it wrote.
            if offset <= len(content):
                results.append(pickle.loads(memoryview(content)[start:offset]))
        return results

    def _blame(self, task: _Task) -> None:
        """Decides about the value at which the worker died: the first without an outcome, if there is one.

        The value gets the outcome Exceeded if it exceeded its time, or if its worker was killed too often.
        """
        task.was_interrupted = True
        count, code = len(task.outcomes), self._process.exitcode
        if count == len(task.values) or (isinstance(task.outcomes[-1] if count else None, Exceeded) and code == 0):
            # The batch was done, or the last outcome says why the worker ended.
            return
        if code == -_OUT_OF_TIME:
            reason = Message(
                "reading it takes more than {seconds:g} seconds of processor time (ARCHIVE_DOCUMENT_SECONDS)",
                seconds=self._budget.seconds,
            )
            task.outcomes.append(Exceeded(reason))
            return
        task.trials = task.trials + 1 if task.died_at == count else 1
        task.died_at = count
        if task.trials >= _MOST_TRIALS:
            reason = Message(
                "the process that read it was ended {times} times, by {ending}",
                times=_MOST_TRIALS,
                ending=_ending(code),
            )
            task.outcomes.append(Exceeded(reason))


def _ending(code: int | None) -> str:
    """Returns how a process with this exit code ended: the name of a signal, or its exit status."""
    if code is not None and code < 0:
        with suppress(ValueError):
            return signal.Signals(-code).name
    return Message("exit status {code}", code=str(code))


# What runs in a worker.


@dataclass(frozen=True)
class _Raised:
    """The outcome of a value for which the job raised an error.

    error: the error.
    """

    error: Exception


def _serve(connection: Connection, inputs: list[_Spool], outputs: list[_Spool], job: Any, budget: Budget) -> None:
    """Runs a worker: it processes batch after batch until the process that started it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(_OUT_OF_TIME, signal.SIG_DFL)
    _drop_inherited_descriptors({connection.fileno(), *(spool.fileno() for spool in (*inputs, *outputs))})
    if isinstance(job, bytes):
        if not apps.ready:
            django.setup()
        job = pickle.loads(job)
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    memory = _MemoryLimit(budget.memory)
    # These errors mean that the process that started this one is gone: nobody waits for an answer.
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            slot = connection.recv()
            results = []
            for value in pickle.loads(inputs[slot].read()):
                result = _result(job, value, budget.seconds, memory)
                outputs[slot].append(_packed(result, memory))
                if isinstance(result, Exceeded):
                    # The memory that it had allocated may be fragmented, so the next value gets a fresh process.
                    os._exit(0)
                results.append(result)
            connection.send(_finished(job, results))
    os._exit(0)


def _result(job: Job, value: Any, seconds: float, memory: "_MemoryLimit") -> Any:
    """Returns the job's result for a value, an error that it raised, or Exceeded where it ran out of memory.

    After `seconds` of processor time a signal ends the process here.
    """
    memory.begin()
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        return job(value)
    except MemoryError:
        memory.end()
        return Exceeded(memory.reason)
    except Exception as error:  # The caller raises it again, as if the job had run there.
        return _Raised(error)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        memory.end()


def _packed(result: Any, memory: "_MemoryLimit") -> bytes:
    try:
        content = pickle.dumps(result, pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        content = pickle.dumps(_Raised(RuntimeError(f"a result cannot be sent on: {type(error).__name__}: {error}")))
    return _LENGTH_HEADER.pack(len(content)) + content


def _finished(job: Job, results: Sequence[Any]) -> bool | Exception:
    try:
        return job.finish(results)
    except Exception as error:
        return error


class _MemoryLimit:
    """The limit of private writable memory of this process (RLIMIT_DATA). It applies while a value is read."""

    def __init__(self, extra: int) -> None:
        self._before = resource.getrlimit(resource.RLIMIT_DATA)
        used = _private_memory()
        self._limit = used + extra if used is not None else None
        self.reason = Message(
            "reading it takes more than {size:,.0f} MiB of memory (ARCHIVE_DOCUMENT_MEMORY)", size=extra / 2**20
        )

    def begin(self) -> None:
        """Sets the limit. It does nothing where the memory in use is not known."""
        if self._limit is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (self._limit, self._before[1]))

    def end(self) -> None:
        """Restores the limit that the process had before."""
        resource.setrlimit(resource.RLIMIT_DATA, self._before)


def _private_memory() -> int | None:
    """Returns the private writable memory of this process in bytes; None on systems other than Linux, which do not
    report it.
    """
    with suppress(OSError), open("/proc/self/status", encoding="ascii", errors="replace") as status:
        for line in status:
            if line.startswith("VmData:"):
                return int(line.split()[1]) * 1024
    return None


def _drop_inherited_descriptors(exceptions: set[int]) -> None:
    """Points every inherited descriptor to /dev/null, but for `exceptions`.

    A fork inherits, for example, the descriptor of the database's connection.

    They are not closed. Otherwise an object of the parent that still has such a number could later close a file that
    this process has opened under the same number.
    """
    null = os.open(os.devnull, os.O_RDWR)
    try:
        descriptors = [int(name) for name in os.listdir("/dev/fd")]
    except OSError:
        return
    for descriptor in descriptors:
        if descriptor > 2 and descriptor != null and descriptor not in exceptions:
            with suppress(OSError):
                os.fstat(descriptor)
                os.dup2(null, descriptor)
