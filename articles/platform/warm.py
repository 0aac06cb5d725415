"""Sets Django up and imports the readers of documents, once, in the fork server of articles/platform/limits.py."""

from importlib import import_module

import django

django.setup()
# The module is named by a string, because this room must not import from the rooms above it.
import_module("articles.ingest.prepare")
