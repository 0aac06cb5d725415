"""The WSGI door that gunicorn and other servers open. In its processes no statement runs longer than ARCHIVE_STATEMENT_TIMEOUT.

Refuses to open without ARCHIVE_SECRET_KEY outside debug; `manage.py serve` passes on the one made for its own machine.
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
