"""Measures search and pages on generated articles; called by manage.py benchmark."""
