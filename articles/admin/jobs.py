"""What worker processes do (procrastinate, with PostgreSQL as the queue): `manage.py procrastinate worker` runs them."""

from django.db import connection
from procrastinate.contrib.django import app

from articles.ingest import deliveries
from articles.search import statistics


@app.task(name=deliveries.JOB, queue="deliveries")
def take_in(delivery: int) -> None:
    """Takes a delivery in; searches know its words when it is done."""
    try:
        deliveries.take_in(delivery)
        statistics.update()
    finally:
        # The next job may be hours away, and the database restarted in the meantime.
        connection.close()
