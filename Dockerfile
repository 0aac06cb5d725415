# The archive's image: dependencies are built in one stage, the second holds what runs and nothing else.
FROM python:3.13.7-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.lock /tmp/requirements.lock
RUN /venv/bin/pip install --require-hashes -r /tmp/requirements.lock

FROM python:3.13.7-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 ARCHIVE_DATA=/data ARCHIVE_STATIC=/srv/static
RUN useradd --system --uid 10001 --home-dir /nonexistent archive \
    && install --directory --owner archive --mode 0700 /data /backup && install --directory --owner archive /srv/static
COPY --from=build /venv /venv
WORKDIR /srv/archive
COPY . .
USER archive
# Collecting static files reads the settings, which need a key and an address; neither is kept or used.
RUN ARCHIVE_SECRET_KEY=unused-while-building DATABASE_URL=postgres://nobody@nowhere/none python manage.py collectstatic --noinput
# What runs writes to /data, /backup and temporary folders only: the image may be mounted read-only.
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --retries=6 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["gunicorn", "--config", "python:archive.gunicorn", "--bind", "0.0.0.0:8000", "archive.wsgi"]
