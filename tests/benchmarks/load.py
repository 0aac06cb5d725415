"""Loads the archive as many readers at once do, beside a trivial Django view and nginx serving a page as a file.

    ARCHIVE_DATA=FOLDER python tests/benchmarks/load.py [--articles 100000] [--seconds 60] [--minutes 0] [--cache PLACE]

`manage.py benchmark --articles N --keep` must have filled the database in FOLDER. gunicorn serves with two workers as
in production; wrk (Debian: apt install wrk nginx-light) keeps 64 connections to 127.0.0.1 busy for that many seconds.
`--minutes M` runs the mix for M minutes and prints the memory of the workers meanwhile. It measures and asserts
nothing.
"""

import argparse
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "archive.settings")

CONNECTIONS, THREADS = 64, 2
PEER_SECONDS = 15
# The trivial view is measured this many times, each with a server of its own, because its pace is slow in some starts
# and four times as fast in others.
STARTS = 3
# The pages that readers open, in a hundred requests: most readers follow a link to an article, and many return to a
# cached page.
MIX = {"article": 44, "search": 16, "home": 10, "event": 8, "actor": 8, "figures": 4, "dates": 5, "listing": 5}
RETURNING = 0.3
REQUESTS = 20_000

TRIVIAL = """
import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
settings.configure(SECRET_KEY="x", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=[])
django.setup()
urlpatterns = [path("", lambda request: HttpResponse("ok"))]
application = get_wsgi_application()
"""


def main() -> None:
    """Starts the servers one after the other, and measures each."""
    options = arguments()
    import django

    django.setup()
    from django.conf import settings as project
    from django.db import connection

    from articles.platform.embedded.server import socket_directory
    from articles.platform.scratch import kept_database

    with kept_database(f"benchmark_{options.articles}"), tempfile.TemporaryDirectory() as folder:
        name = connection.settings_dict["NAME"]
        home = socket_directory(project.DATA)
        environment = os.environ | {
            "DATABASE_URL": os.environ.get("DATABASE_URL") or f"postgresql://postgres@/{name}?host={home}",
            "ARCHIVE_SECRET_KEY": "x" * 50, "ARCHIVE_SEARCH_RATE": "1000000/s", "ARCHIVE_CACHE": options.cache,
        }  # fmt: skip
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], cwd=ROOT, env=environment, check=True
        )
        addresses = of_readers(options.articles)
        connection.close()
        place = Path(folder)
        with gunicorn(["--config", "python:archive.gunicorn", "archive.wsgi"], ROOT, environment) as (port, server):
            measure_archive(place, port, server, addresses, options)
        (place / "trivial.py").write_text(TRIVIAL)
        same = ["--worker-class", "gthread", "--threads", "4", "--workers", "2", "trivial"]
        for _ in range(STARTS):
            with gunicorn(same, place, os.environ | {"PYTHONPATH": folder}) as (port, _):
                tell("a trivial Django view", wrk(place, port, ["/"], PEER_SECONDS // STARTS))
        if shutil.which("nginx"):
            with nginx(place) as port:
                tell("nginx, the home page as a file", wrk(place, port, ["/index.html"], PEER_SECONDS))


def measure_archive(
    place: Path, port: int, server: subprocess.Popen, addresses: list[tuple[str, str]], options: argparse.Namespace
) -> None:
    """Prints the measurements of the archive: single kinds of pages first, then the mix."""
    by_kind = {kind: [address for kind_of_address, address in addresses if kind_of_address == kind] for kind in MIX}
    page = fetched(port, "/")[1]
    (place / "index.html").write_bytes(page)
    articles = by_kind["article"][:200]
    tags = {address: fetched(port, address)[0] for address in articles}
    tell("healthz, the archive's own trivial page", wrk(place, port, ["/healthz"], PEER_SECONDS))
    tell(
        "pages that readers have (304)",
        wrk(place, port, [f"{address}\t{tags[address]}" for address in articles], PEER_SECONDS),
    )
    tell("pages that are kept", wrk(place, port, articles, PEER_SECONDS))
    tell("articles, each made", wrk(place, port, by_kind["article"][200:], PEER_SECONDS))
    tell("searches, each made", wrk(place, port, by_kind["search"], PEER_SECONDS))
    searches = by_kind["search"][:100]
    for address in searches * 3:  # repeated until both processes have cached them
        fetched(port, address)
    tell("searches that were asked before", wrk(place, port, searches, PEER_SECONDS))
    mixed = [address for _, address in addresses]
    rng = random.Random(3)
    etags = {address: fetched(port, address)[0] for address in rng.sample(mixed, 400)}
    lines = [
        f"{address}\t{etags[address]}" if address in etags and rng.random() < RETURNING else address
        for address in mixed
    ]
    tell(f"the mix, {options.seconds} s", wrk(place, port, lines, options.seconds))
    if options.minutes:
        with memory_printed(server):
            tell(f"the mix, {options.minutes} minutes", wrk(place, port, lines, options.minutes * 60))


def of_readers(articles: int) -> list[tuple[str, str]]:
    """Returns the mix as (kind, address), in a random order that is the same for the same archive."""
    from articles.benchmark.corpus import ACTORS, Corpus
    from articles.benchmark.queries import classes
    from articles.models import Article, Event

    rng = random.Random(5)
    queries = [query for of_class in classes(Corpus(), 150).values() for query in of_class]
    ids = list(Article.objects.public().order_by("pk").values_list("pk", flat=True))
    events = Event.objects.count()

    def popular(count: int) -> int:
        """Returns a number below `count`. Small numbers are the most frequent, like readers' interests."""
        return min(int(count * rng.random() ** 3), count - 1)

    def address(kind: str) -> str:
        if kind == "search":
            query = rng.choice(queries)
            return "/search/?" + urllib.parse.urlencode({"q": query.text, **query.filters})
        return {
            "article": lambda: f"/articles/{ids[popular(len(ids))]}/",
            "home": lambda: rng.choice(["/", "/", "/", "/en/"]),
            "event": lambda: f"/events/{1 + popular(events)}/",
            "actor": lambda: f"/actors/{1 + popular(ACTORS)}/",
            "figures": lambda: f"/figures/?actor={1 + popular(ACTORS)}",
            "dates": lambda: f"/dates/{rng.randint(2006, 2024)}/{rng.randint(1, 12)}/",
            "listing": lambda: rng.choice(
                ["/articles/", "/events/", "/actors/", "/sources/", "/timeline/", "/help/", "/about/"]
            ),
        }[kind]()

    kinds = rng.choices(list(MIX), list(MIX.values()), k=REQUESTS)
    return [(kind, address(kind)) for kind in kinds]


def arguments() -> argparse.Namespace:
    """Returns the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--minutes", type=int, default=0)
    parser.add_argument("--cache", default="", help="ARCHIVE_CACHE of the server")
    return parser.parse_args()


@contextmanager
def gunicorn(arguments: list[str], folder: Path, environment: dict[str, str]) -> Iterator[tuple[int, subprocess.Popen]]:
    """Runs gunicorn at a free port, and yields the port and the process."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", *arguments]
    server = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
    try:
        wait(port)
        yield port, server
    finally:
        server.terminate()
        server.wait()


@contextmanager
def nginx(folder: Path) -> Iterator[int]:
    """Runs nginx with two workers, serving the folder."""
    port = free_port()
    folder.chmod(0o755)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/nginx.pid; worker_processes 2; error_log /dev/null; events {{}}\n"
        f"http {{ access_log off; types {{ text/html html; }} gzip on; server {{ listen 127.0.0.1:{port}; root {folder}; }} }}"
    )
    server = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL)
    try:
        wait(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    """Returns a port that no server uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait(port: int) -> None:
    """Waits until a server listens at a port."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"nothing listens at port {port}")


def fetched(port: int, address: str) -> tuple[str, bytes]:
    """Returns a page's ETag, if it has one, and its bytes."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{address}", timeout=60) as response:
            return response.headers.get("ETag", ""), response.read()
    except urllib.error.HTTPError:
        return "", b""


def wrk(folder: Path, port: int, lines: list[str], seconds: int) -> dict[str, float]:
    """Runs wrk on the requested lines, each an address or an address with its ETag, and returns its measurements."""
    (folder / "requests").write_text("\n".join(lines))
    script = Path(__file__).with_name("load.lua")
    command = ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}", "--timeout", "30", "-s", str(script),
               f"http://127.0.0.1:{port}/", str(folder / "requests")]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def tell(name: str, measured: dict[str, float]) -> None:
    """Prints the measurements of one run in a line."""
    a_second = measured["requests"] / measured["seconds"]
    print(
        f"{name:42}{a_second:9.1f} a second   p50 {measured['p50']:8.1f}   p95 {measured['p95']:8.1f}   p99 {measured['p99']:8.1f} ms"
        f"   {measured['errors']} errors", flush=True
    )  # fmt: skip


@contextmanager
def memory_printed(server: subprocess.Popen) -> Iterator[None]:
    """Prints every minute the unshared memory of each worker, in MiB."""
    over = threading.Event()

    def look() -> None:
        minute = 0
        while not over.wait(60 if minute else 1):
            held = [process.memory_full_info().uss / 2**20 for process in psutil.Process(server.pid).children()]
            print(f"    after {minute:2} minutes: {' + '.join(f'{size:.0f}' for size in held)} MB", flush=True)
            minute += 1

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


if __name__ == "__main__":
    main()
