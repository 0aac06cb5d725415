"""How gunicorn serves the archive: `gunicorn --config python:archive.gunicorn archive.wsgi`; `manage.py serve` does the same.

Read before the archive itself, so that what its processes count for /metrics is put where all of them reach it.
"""

import os
import shutil
import sys
from typing import Any

from articles.platform import counters, environment, logs, supervision

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
workers = environment.whole("ARCHIVE_WORKERS", 2)
worker_class = "articles.platform.reception.ReceptionWorker"
threads = 4
# The worker gives slow readers up itself, which the kernel's own sending of files would not.
sendfile = False
# Told to stop, a worker finishes what it has begun, for so many seconds.
graceful_timeout = 30
# A worker that has not been heard of for so long is replaced.
timeout = 60
# Longer than a proxy keeps a line that it does not use, so that no request meets one that is just being closed.
keepalive = 75
# By default gunicorn takes the scheme and the path's prefix from headers of whoever connects over loopback or a Unix socket.
# It is to believe nobody: articles/platform/proxy.py decides whose word counts.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
proc_name = "archive"
# The socket that gunicorn's own control tool would speak to.
control_socket_disable = True
# Its lines go where the archive's go; each request's line is the archive's.
errorlog = None
loglevel = logs.level().lower()
logconfig_dict = logs.from_environment()


os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counters.new_folder())


def post_fork(server: Any, worker: Any) -> None:
    """A worker leaves with its master, killed or not: what is started in the master's place needs the port."""
    supervision.end_with_parent()
    if os.getppid() != worker.ppid:
        sys.exit(0)


def post_worker_init(worker: Any) -> None:
    from articles.platform.sessions import largest_body

    worker.largest_body = largest_body


def child_exit(server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
