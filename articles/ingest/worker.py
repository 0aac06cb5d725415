"""The worker process that takes in what editors upload: `manage.py worker` runs it.

procrastinate's worker does the work. This one also writes a heartbeat whenever it asks for work (articles/models/heartbeat.py), and
it ends where it can no longer record what became of a job: whoever supervises it starts it anew, and the job is begun again.
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
    """procrastinate's jobs. Asking for one writes the heartbeat first, so that a worker that cannot ask is silent."""

    def __init__(self, connector: Any, pulse: Pulse) -> None:
        super().__init__(connector)
        self.pulse = pulse

    async def fetch_job(self, queues: Any, worker_id: int) -> jobs.Job | None:
        if self.pulse.is_due():
            await self.connector.execute_query_async(BEAT, **self.pulse.arguments, delivery=None)
        return await super().fetch_job(queues, worker_id)


class WorkerEndedError(RuntimeError):
    """The worker ended without being told to; the message says why."""


class DeliveryWorker(Worker):
    """procrastinate's worker, which also ends when it cannot record how a job ended.

    Such a job would count as being done for as long as this process lives. `trouble` says why a worker ended by itself.
    """

    trouble = ""

    async def _monitor_side_tasks(self, side_tasks: list[asyncio.Task]) -> None:
        """Returns only when a side task has failed, which stops the worker; when it is told to stop, this is cancelled."""
        await super()._monitor_side_tasks(side_tasks)
        self.trouble = "a connection to the database was lost"

    async def _persist_job_status(self, *args: Any, **kwargs: Any) -> None:
        try:
            await super()._persist_job_status(*args, **kwargs)
        except Exception:
            self.trouble = "a job's end could not be recorded; the job will be begun again"
            self.stop()
            raise


def work(*, wait: bool = True) -> None:
    """Takes deliveries in until told to stop; without `wait` until none is left. Raises WorkerEndedError, or an error
    of the database, when it ends without being told to."""
    connection.ensure_connection()  # which starts the embedded server
    pulse = begin_pulse()
    connection.close()
    asyncio.run(_work(procrastinate_app.current_app, pulse, wait=wait))


async def _work(app: App, pulse: Pulse, *, wait: bool) -> None:
    app.perform_import_paths()
    connector = app.connector.get_worker_connector()
    usual = app.job_manager
    with app.replace_connector(connector):
        app.job_manager = BeatingJobs(connector, pulse)
        try:
            async with app.open_async():
                worker = DeliveryWorker(app, queues=[QUEUE], wait=wait)
                await worker.run()
                if worker.trouble:
                    raise WorkerEndedError(worker.trouble)
        finally:
            app.job_manager = usual
