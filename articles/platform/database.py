"""Configures the archive's databases: DATABASE_URL and its replicas where set, else an embedded PostgreSQL.

Called by settings.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.signals import connection_created
from django.db.models import Model

from articles.platform.embedded import server

# Seconds that a process keeps its database connection for further requests. A judgement: connecting anew takes longer
# than most statements, and after a while a process gives back the memory that its session has gathered.
SECONDS_A_CONNECTION_IS_KEPT = 600
# Connection parameters of libpq that limit the wait for a server: one that does not answer at all, and one that
# vanishes while it answers. In seconds, but for tcp_user_timeout in milliseconds. A server that vanished is given up
# after 10 + 3 × 5 seconds of silence, or 30 seconds after bytes that it does not acknowledge. Judgements: shorter times
# would give up a server that is only busy, longer ones hold a thread that readers wait for.
_WAIT_LIMITS = {
    "connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000,
}  # fmt: skip
# The server ends a session of the site that is idle within a transaction for this many seconds: it holds locks, and no
# request leaves its transaction alone for so long. A judgement.
SECONDS_IDLE = 60
# The alias of the connection for a cache in the database. It is never a replica's.
CACHE = "cache"


def configurations(environment: Mapping[str, str], data: Path) -> dict[str, dict[str, Any]]:
    """Returns Django's DATABASES.

    They are «default», «replica-1», «replica-2» and so on for DATABASE_REPLICA_URLS, and «cache» where the cache is in
    the database (ARCHIVE_CACHE=database). `data` is the folder of the embedded server. Raises ImproperlyConfigured.
    """
    databases = {"default": configuration(environment.get("DATABASE_URL", ""), data)}
    urls = re.split(r"[,\s]+(?=postgres)", environment.get("DATABASE_REPLICA_URLS", "").strip())
    for number, url in enumerate(filter(None, urls), 1):
        databases[f"replica-{number}"] = configuration(url, data, "DATABASE_REPLICA_URLS") | {
            "TEST": {"MIRROR": "default"}
        }
    if environment.get("ARCHIVE_CACHE") == "database":
        databases[CACHE] = databases["default"] | {"TEST": {"MIRROR": "default"}}
    return databases


class CacheRouter:
    """Sends queries of a cache in the database to its own connection.

    During a request «default» may be a replica.
    """

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """Returns the cache's connection for tables of the cache; None, which leaves others to Django's choice."""
        return CACHE if model._meta.app_label == "django_cache" else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Returns False for the cache's connection; None, which leaves the others to Django's choice."""
        # Both connections lead to one database. Migrations make its tables over «default».
        return False if db == CACHE else None


def configuration(url: str, data: Path, variable: str = "DATABASE_URL") -> dict[str, Any]:
    """Returns Django's DATABASES["default"] for a `postgres://` URL.

    If `url` is empty, the database is the one of the embedded server under `data`.

    Raises ImproperlyConfigured, with the name of the `variable`, for a URL that is malformed or names another kind of
    database. Starts no server.
    """
    if not url:
        return {
            "ENGINE": "articles.platform.embedded",
            "NAME": server.DATABASE,
            "USER": server.SUPERUSER,
            "HOST": str(server.socket_directory(data)),
            "OPTIONS": {"application_name": _application()},
            "EMBEDDED_DIRECTORY": str(data),
            "CONN_MAX_AGE": SECONDS_A_CONNECTION_IS_KEPT,
            "CONN_HEALTH_CHECKS": True,
        }
    try:
        parsed: dict[str, Any] = {
            **dj_database_url.parse(url, conn_max_age=SECONDS_A_CONNECTION_IS_KEPT, conn_health_checks=True)
        }
    except Exception as error:
        raise ImproperlyConfigured(f"{variable} cannot be read: {error}") from error
    if not parsed["ENGINE"].endswith("postgresql"):
        raise ImproperlyConfigured(f"{variable} must name a PostgreSQL server: postgres://user:password@host/name")
    parsed["OPTIONS"] = _WAIT_LIMITS | {"application_name": _application()} | parsed.get("OPTIONS", {})
    return parsed


def _application() -> str:
    """Returns this process's application_name. With it, an operator can see which process holds a lock."""
    command = sys.argv[1] if Path(sys.argv[0]).name == "manage.py" and len(sys.argv) > 1 else Path(sys.argv[0]).name
    return f"archive {'site' if command == 'gunicorn' else command}"[:60]


def bound_sessions(statement_milliseconds: int) -> None:
    """Limits every database session that this process opens from now on. Called by the site (archive/wsgi.py).

    A statement is stopped after `statement_milliseconds` (0 means never), even if its client has gone. A session that
    is idle within a transaction is ended. Both limits are set by statements, because a connection pooler refuses them
    as options.
    """

    def bound(sender: object, connection: Any, **_: object) -> None:
        with connection.connection.cursor() as cursor:
            cursor.execute(f"SET idle_in_transaction_session_timeout = '{SECONDS_IDLE}s'")
            if statement_milliseconds:
                cursor.execute(f"SET statement_timeout = {int(statement_milliseconds)}")

    connection_created.connect(bound, weak=False, dispatch_uid="articles.platform.database.bound_sessions")
