"""What worker processes do (procrastinate, with PostgreSQL as the queue): `manage.py procrastinate worker` runs them."""

from django.db import connection
from procrastinate import JobContext
from procrastinate.contrib.django import app

from articles.ingest import deliveries
from articles.search import statistics


@app.periodic(cron="* * * * *")
@app.task(name="retry_stalled", queue="deliveries", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Leaves what a killed worker was at to another: what it had stored is known again."""
    for job in await context.app.job_manager.get_stalled_jobs(queue="deliveries"):
        await context.app.job_manager.retry_job(job)


@app.task(name=deliveries.JOB, queue="deliveries")
def take_in(delivery: int) -> None:
    """Takes a delivery in; searches know its words when it is done."""
    try:
        deliveries.take_in(delivery)
        statistics.update()
    finally:
        # The next job may be hours away, and the database restarted in the meantime.
        connection.close()
