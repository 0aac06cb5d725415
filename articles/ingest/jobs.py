"""What worker processes do (procrastinate, with PostgreSQL as the queue): `manage.py procrastinate worker` runs them."""

from procrastinate.contrib.django import app


# One at a time: ingest takes turns anyway.
@app.task(queue="deliveries", lock="deliveries")
def take_in(delivery: int) -> None:
    from articles.ingest.deliveries import take_in as run

    run(delivery)
