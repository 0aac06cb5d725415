"""Commands of `manage.py`: each takes options, calls one package and writes a report."""
