"""The worker process that ingests deliveries, which `manage.py worker` runs.

It extends procrastinate's worker. It writes a heartbeat whenever it fetches a job (articles/models/heartbeat.py). It
ends if it cannot record the outcome of a job: its supervisor then restarts it, and the job is started again.
"""

import asyncio
from typing import Any

from django.db import connection
from procrastinate import App, jobs
from procrastinate.contrib.django import procrastinate_app
from procrastinate.manager import JobManager
from procrastinate.worker import Worker

from articles.models.heartbeat import BEAT, Pulse, begin_pulse

QUEUE = "deliveries"


class BeatingJobs(JobManager):
    """procrastinate's job manager, which writes the heartbeat before it fetches a job.

    So a worker that cannot fetch jobs has no heartbeat.
    """

    def __init__(self, connector: Any, pulse: Pulse) -> None:
        super().__init__(connector)
        self.pulse = pulse

    async def fetch_job(self, queues: Any, worker_id: int) -> jobs.Job | None:
        if self.pulse.is_due():
            await self.connector.execute_query_async(BEAT, **self.pulse.arguments, delivery=None)
        return await super().fetch_job(queues, worker_id)


class WorkerEndedError(RuntimeError):
    """The worker ended by itself. The message gives the reason."""


class DeliveryWorker(Worker):
    """procrastinate's worker, which also ends if it cannot record the outcome of a job.

    Such a job would count as running for as long as this process lives. `trouble` is the reason why the worker ended by
    itself.
    """

    trouble = ""

    async def _monitor_side_tasks(self, side_tasks: list[asyncio.Task[Any]]) -> None:
        """Waits until a side task fails, which stops the worker. An ordinary stop cancels this coroutine."""
        await super()._monitor_side_tasks(side_tasks)
        self.trouble = "a connection to the database was lost"

    async def _persist_job_status(self, *args: Any, **kwargs: Any) -> None:
        try:
            await super()._persist_job_status(*args, **kwargs)
        except Exception:
            self.trouble = "a job's end could not be recorded; the job will be begun again"
            self.stop()  # type: ignore[no-untyped-call] # The library has no types.
            raise


def work(*, wait: bool = True) -> None:
    """Ingests deliveries until the process is stopped; without `wait`, until no delivery is left.

    Raises WorkerEndedError, or an error of the database, if the worker ends by itself.
    """
    connection.ensure_connection()  # which starts the embedded server
    pulse = begin_pulse()
    connection.close()
    asyncio.run(_work(procrastinate_app.current_app, pulse, wait=wait))


async def _work(app: App, pulse: Pulse, *, wait: bool) -> None:
    """Runs the worker until it ends, with BeatingJobs as its job manager.

    Raises WorkerEndedError if the worker ended by itself.
    """
    app.perform_import_paths()  # type: ignore[no-untyped-call] # The library has no types.
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined] # Django's connector has it.
    original_manager = app.job_manager
    with app.replace_connector(connector):
        app.job_manager = BeatingJobs(connector, pulse)
        try:
            async with app.open_async():
                worker = DeliveryWorker(app, queues=[QUEUE], wait=wait)
                await worker.run()  # type: ignore[no-untyped-call] # The library has no types.
                if worker.trouble:
                    raise WorkerEndedError(worker.trouble)
        finally:
            app.job_manager = original_manager
