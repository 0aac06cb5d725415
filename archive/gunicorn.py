"""Gunicorn's configuration: `gunicorn --config python:archive.gunicorn archive.wsgi`. `manage.py serve` uses it too.

It is read before the archive is imported, so that all processes store their counters for /metrics in one folder.
"""

import os
import shutil
import sys
from typing import Any

from articles.platform import counters, environment, logs, supervision

bind = f"127.0.0.1:{environment.whole('PORT', 8000)}"
workers = environment.whole("ARCHIVE_WORKERS", 2)
worker_class = "articles.platform.reception.ReceptionWorker"
threads = 4
# The worker cuts off slow readers; with the kernel's sendfile it could not.
sendfile = False
# How many seconds a worker may take to finish its requests when it must stop.
graceful_timeout = 30
# A worker that is silent for this many seconds is replaced.
timeout = 60
# Seconds that an idle connection stays open. Proxies close theirs earlier, so no request meets a connection that
# closes.
keepalive = 75
# By default gunicorn trusts headers about the scheme and the path's prefix on connections over loopback or a Unix
# socket. Here it trusts none: articles/platform/proxy.py decides which headers count.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
proc_name = "archive"
# There is no socket for gunicorn's own control tool.
control_socket_disable = True
# Gunicorn's log goes where the archive's goes. The archive logs requests itself.
errorlog = None
loglevel = logs.level().lower()
logconfig_dict = logs.from_environment()


os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counters.new_folder())


def post_fork(server: Any, worker: Any) -> None:
    """Ends the worker when its master ends, even if that is killed, so that the next master can use the port."""
    supervision.end_with_parent()
    # The master may have ended before that call, which then notices nothing.
    if os.getppid() != worker.ppid:
        sys.exit(0)


def post_worker_init(worker: Any) -> None:
    """Gives a new worker the limit of a request's body."""
    from articles.platform.sessions import largest_body

    worker.largest_body = largest_body


def child_exit(server: Any, worker: Any) -> None:
    """Removes the gauges of a worker that has ended."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    """Removes the folder of counters."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
