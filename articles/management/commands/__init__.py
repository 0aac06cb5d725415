"""Commands of `manage.py`: each takes options, calls one room and writes a report."""
