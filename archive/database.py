"""Which database the archive uses: DATABASE_URL where it is set, else an embedded PostgreSQL. Called by settings."""

from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from archive.embedded import server

SECONDS_A_CONNECTION_IS_KEPT = 600


def configuration(url: str, data: Path) -> dict:
    """Django's DATABASES["default"] for a `postgres://` URL, or for the embedded server under `data` if `url` is empty.

    Raises ImproperlyConfigured for a URL of another database or one that cannot be read. Starts nothing.
    """
    if not url:
        return {
            "ENGINE": "archive.embedded",
            "NAME": server.DATABASE,
            "USER": server.SUPERUSER,
            "HOST": str(server.socket_directory(data)),
            "EMBEDDED_DIRECTORY": str(data),
            "CONN_MAX_AGE": SECONDS_A_CONNECTION_IS_KEPT,
            "CONN_HEALTH_CHECKS": True,
        }
    try:
        parsed = dj_database_url.parse(url, conn_max_age=SECONDS_A_CONNECTION_IS_KEPT, conn_health_checks=True)
    except Exception as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {error}") from error
    if not parsed["ENGINE"].endswith("postgresql"):
        raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL server: postgres://user:password@host/name")
    return parsed
