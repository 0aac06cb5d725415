"""What worker processes do (procrastinate, with PostgreSQL as the queue): `manage.py worker` runs them."""

from asgiref.sync import sync_to_async
from django.db import connection
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job, Status

from articles.ingest import deliveries
from articles.platform.outage import is_outage
from articles.search import statistics

# A job that was begun so often and never ended, because its worker was killed each time, is given up.
MOST_ATTEMPTS = 8
# Seconds after which a job that met an outage of the database is begun again.
AFTER_OUTAGE = 10


class AfterOutage(BaseRetryStrategy):
    """Begins a job again that failed because the database was away: nothing is wrong with what was delivered."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        return RetryDecision(retry_in={"seconds": AFTER_OUTAGE}) if is_outage(exception) else None


@app.periodic(cron="* * * * *")
@app.task(name="retry_stalled", queue="deliveries", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Leaves what a killed worker was at to another: what it had stored is known again."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(queue="deliveries"):
        if job.attempts < MOST_ATTEMPTS or job.task_name != deliveries.JOB:
            await manager.retry_job(job)
        else:
            await manager.finish_job(job, Status.FAILED, delete_job=False)
            await sync_to_async(deliveries.give_up)(job.task_kwargs["delivery"], job.attempts)


@app.task(name=deliveries.JOB, queue="deliveries", retry=AfterOutage())
def take_in(delivery: int) -> None:
    """Takes a delivery in; searches know its words when it is done."""
    try:
        deliveries.take_in(delivery)
        statistics.update()
    finally:
        # The next job may be hours away, and the database restarted in the meantime.
        connection.close()
