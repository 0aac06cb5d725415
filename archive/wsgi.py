"""The WSGI application for gunicorn and other servers. Its statements run no longer than ARCHIVE_STATEMENT_TIMEOUT.

Outside debug mode it requires ARCHIVE_SECRET_KEY; `manage.py serve` passes the key that was made for its own machine.
"""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from articles.platform.database import bound_sessions

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "archive.settings")
if not (os.environ.get("ARCHIVE_SECRET_KEY") or settings.DEBUG):
    raise ImproperlyConfigured("ARCHIVE_SECRET_KEY must be set to a long random text before the archive is served")
bound_sessions(settings.ARCHIVE_STATEMENT_TIMEOUT)
application = get_wsgi_application()
