"""The jobs of worker processes, which `manage.py worker` runs. The queue is in PostgreSQL (procrastinate)."""

from typing import Any

from asgiref.sync import sync_to_async
from django.db import connection
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job, Status

from articles.ingest import deliveries
from articles.platform.outage import is_outage
from articles.search import statistics

# A job is given up after this many attempts, if its worker was killed each time. A judgement: restarts for an upgrade
# or an outage are fewer; a delivery that kills its worker must not block the others for ever.
MOST_ATTEMPTS = 8
# The pause before a job that failed in an outage of the database starts again, in seconds. A judgement: a server that
# restarts is back by then (articles/platform/outage.py has the same).
AFTER_OUTAGE = 10


class AfterOutage(BaseRetryStrategy):
    """Retries a job that failed in an outage of the database, which is no fault of the delivery."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        return RetryDecision(retry_in={"seconds": AFTER_OUTAGE}) if is_outage(exception) else None


@app.periodic(cron="* * * * *")
@app.task(name="retry_stalled", queue="deliveries", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Leaves the jobs of killed workers to other workers, and gives up a delivery after MOST_ATTEMPTS.

    A delivery that starts again recognises what it stored before. procrastinate calls this every minute with
    `timestamp`, in seconds since the epoch.
    """
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(queue="deliveries"):
        if job.attempts < MOST_ATTEMPTS or job.task_name != deliveries.JOB:
            await manager.retry_job(job)
        else:
            await manager.finish_job(job, Status.FAILED, delete_job=False)
            delivery: Any = job.task_kwargs["delivery"]
            await sync_to_async(deliveries.give_up)(delivery, job.attempts)


@app.task(name=deliveries.JOB, queue="deliveries", retry=AfterOutage())
def take_in(delivery: int) -> None:
    """Takes in the delivery with the key `delivery`, then updates the statistics of searches."""
    try:
        deliveries.take_in(delivery)
        statistics.update()
    finally:
        # The next job may be hours away, and the database may restart before it.
        connection.close()
