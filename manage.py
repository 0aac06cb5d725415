#!/usr/bin/env python
"""Runs the archive's management commands."""

import os
import signal
import sys


def main() -> None:
    """Runs the command that the arguments name; a wrong setting ends it in one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "archive.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here. Run `make setup`, then use .venv/bin/python manage.py …")
    from django.core.exceptions import ImproperlyConfigured

    from articles.platform import outage

    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        # Ctrl-C ends the command as the signal does, without a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except Exception as error:
        if not (outage.is_outage(error) or outage.lacks_tables(error)):
            raise
        sys.exit(outage.in_a_line(error))


if __name__ == "__main__":
    main()
