# The archive's image: dependencies are built in one stage, the second holds what runs and nothing else.
FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.lock /tmp/requirements.lock
RUN /venv/bin/pip install --require-hashes -r /tmp/requirements.lock

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 ARCHIVE_DATA=/data ARCHIVE_STATIC=/srv/static
RUN useradd --system --uid 10001 --home-dir /nonexistent archive && mkdir /data /srv/static /backup && chown archive /data /srv/static /backup
COPY --from=build /venv /venv
WORKDIR /srv/archive
COPY . .
USER archive
# Collecting static files reads the settings, which need a key and an address; neither is kept or used.
RUN ARCHIVE_SECRET_KEY=unused-while-building DATABASE_URL=postgres://nobody@nowhere/none python manage.py collectstatic --noinput
EXPOSE 8000
CMD ["gunicorn", "--config", "python:archive.gunicorn", "--bind", "0.0.0.0:8000", "archive.wsgi"]
